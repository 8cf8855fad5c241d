// The question whether a mission should go on, put to its person in its thread.
import { missionTitle } from '#conversation/title.ts';
import type { DecidedBy, MissionSummary } from '#mission-control/facts.ts';
import { fact, factsOf } from './asserted.ts';
import type { Block, Card, Line, Mention } from './card.ts';
import { code, line, time } from './line.ts';
import { decider, type People } from './who.ts';
import * as words from './words.ts';

/** What a press on the question names: the mission and which of its questions. */
export const keepPress = (s256: string, number: number) => ({
  verb: 'keep' as const,
  subject: s256,
  choice: String(number),
});

const text = (words: Line): Block => ({ kind: 'text', line: words });

/**
 * Asks the mission's person: keep it, or stop it. `over`: the question is no longer open, because somebody answered
 * (`kept`), something happened under the mission, or it ended.
 */
export function staleCard(facts: {
  readonly mission: MissionSummary;
  readonly number: number;
  readonly why: keyof typeof words.staleWhys;
  readonly kept: { readonly by: DecidedBy; readonly at: Date; readonly quietUntil: Date } | undefined;
  readonly over: boolean;
  readonly people: People;
  readonly person: readonly Mention[];
}): Card {
  const { mission, number, why, kept, over, people, person } = facts;
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
      ...(open ? [{ kind: 'note', line: words.staleChoices } as const] : []),
    ],
    buttons: open
      ? [
          { label: words.keepMission, press: keepPress(mission.s256, number), style: 'plain' },
          { label: words.buttons.stop, press: { verb: 'stop', subject: mission.s256 }, style: 'danger' },
        ]
      : [],
    expansion: [],
    calls: open ? person : [],
  };
}
