// What can be said where somebody asks: first what is about this very place.
import type { Block, Card, SafeText } from './card.ts';
import { strong } from './line.ts';
import * as words from './words/help.ts';
import { commandRow } from './words.ts';

/** `asks`: how many are open here. `private`: between the bot and one person, where nothing is decided. */
export type Spot = {
  readonly thread: 'mission' | 'ask' | 'none';
  readonly asks: number;
  readonly private: boolean;
};

export const helpCard = ({ thread, asks, private: alone }: Spot): Card => ({
  title: words.helpTitle,
  tone: 'neutral',
  blocks: [
    { kind: 'text', line: words.helpIntro },
    ...(asks > 0 ? section(words.sections.asks, words.aboutAsks) : []),
    ...(thread === 'mission' ? section(words.sections.mission, words.aboutMission) : []),
    ...(thread === 'none'
      ? section(undefined, [...words.outsideThreads, ...words.anywhere])
      : section(words.sections.anywhere, words.anywhere)),
    ...(thread === 'none'
      ? ([{ kind: 'note', line: alone ? words.decidedElsewhere : words.moreInThreads }] as const)
      : []),
  ],
  buttons: [],
  expansion: [],
  calls: [],
});

const section = (heading: SafeText | undefined, commands: typeof words.anywhere): Block[] => [
  ...(heading === undefined ? [] : ([{ kind: 'text', line: [strong(heading)] }] as const)),
  ...commands.map(
    ([say, does]): Block => ({ kind: 'text', line: commandRow({ kind: 'code', text: say }, does) }),
  ),
];
