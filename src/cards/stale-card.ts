// The question whether a mission should go on, put to its person in its thread.
import { missionTitle } from '#conversation/title.ts';
import type { DecidedBy, MissionSummary } from '#mission-control/facts.ts';
import type { Button, Card, Line, Mention, SafeText } from './card.ts';
import { code, line, time } from './line.ts';
import { fact, factsOf, text } from './parts.ts';
import { stopButton } from './stop-card.ts';
import { decider, type People } from './who.ts';
import * as words from './words.ts';

/** What a press on the question names: the mission and which of its questions. */
export const keepPress = (s256: string, number: number) => ({
  verb: 'keep' as const,
  subject: s256,
  choice: String(number),
});

/** Ends a mission for another reason than to stop it. */
const endButton = (s256: string, choice: 'completed' | 'superseded'): Button => ({
  label: words.endLabels[choice],
  press: { verb: 'stop', subject: s256, choice },
  style: 'plain',
});

/**
 * Asks the mission's person: keep it, end it as done or for a new one, or stop it. `over`: the question is no longer open, because somebody answered
 * (`kept`), something happened under the mission, or it ended.
 */
export function staleCard(facts: {
  readonly mission: MissionSummary;
  readonly number: number;
  readonly why: keyof typeof words.staleWhys;
  readonly kept: { readonly by: DecidedBy; readonly at: Date; readonly quietUntil: Date } | undefined;
  readonly over: boolean;
  /** The Person Server lets a mission be ended as done. */
  readonly canComplete: boolean;
  readonly people: People;
  readonly person: readonly Mention[];
}): Card {
  const { mission, number, why, kept, over, canComplete, people, person } = facts;
  const open = !over && !kept;
  return {
    title: open ? words.staleTitles[why] : kept ? words.staleKept : words.staleOver,
    tone: open ? 'waiting' : 'neutral',
    blocks: [
      text([code(missionTitle(mission.description))]),
      ...(open ? [text(words.staleWhys[why])] : []),
      ...(kept
        ? [text(words.keptBy(decider(kept.by, people), time(kept.at), time(kept.quietUntil)))]
        : open
          ? []
          : [text(words.staleSettled)]),
      ...(open
        ? factsOf(
            fact(words.facts.lastActivity, [time(mission.lastActivityAt)]),
            fact(words.facts.expires, mission.expiresAt ? [time(mission.expiresAt)] : words.noExpiry),
            fact(words.facts.liveTokens, line`${mission.liveTokens}`),
            fact(words.facts.openAsks, line`${mission.openRequests}`),
          )
        : []),
      ...(open
        ? [{ kind: 'note', line: canComplete ? words.staleChoices : words.staleFewerChoices } as const]
        : []),
    ],
    buttons: open
      ? [
          { label: words.keepMission, press: keepPress(mission.s256, number), style: 'plain' },
          ...(canComplete ? [endButton(mission.s256, 'completed')] : []),
          endButton(mission.s256, 'superseded'),
          stopButton(mission.s256),
        ]
      : [],
    expansion: [],
    calls: open ? person : [],
  };
}

const told = (title: SafeText, words: Line): Card => ({
  title,
  tone: 'neutral',
  blocks: [text(words)],
  buttons: [],
  expansion: [],
  calls: [],
});

/** Tells whoever kept a mission from somewhere else than its thread that it is done. */
export const keptCard = ({ description }: MissionSummary): Card =>
  told(words.staleKept, words.keptToo(code(missionTitle(description))));

/** "keep" where no question is open. */
export const nothingAskedCard = ({ description }: MissionSummary): Card =>
  told(words.nothingAsked, words.notAskedAbout(code(missionTitle(description))));
