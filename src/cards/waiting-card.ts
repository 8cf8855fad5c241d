// What is said while nobody answers an ask, and once nobody has.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { isOpen } from './ask-card.ts';
import type { Card, Mention } from './card.ts';
import { code, ours, time } from './line.ts';
import { fact, factsOf, listed, text } from './parts.ts';
import { askRows } from './rows.ts';
import * as words from './words.ts';

/** Calls the approvers to what waits in a thread; once nothing of it does, it says so and calls nobody. */
export function reminderCard(facts: {
  readonly asks: readonly Request[];
  readonly approvers: readonly Mention[];
  /** The call is to the channel that unanswered asks go to. */
  readonly escalated: boolean;
}): Card {
  const waiting = facts.asks.filter(isOpen);
  const over = waiting.length === 0;
  return {
    title: over
      ? words.reminderOver
      : facts.escalated
        ? words.escalatedReminder
        : words.reminder(waiting.length),
    tone: over ? 'neutral' : 'waiting',
    blocks: over
      ? [text(words.nothingWaitsOfThese)]
      : [...askRows(waiting, [], false), { kind: 'note', line: words.silenceDenies }],
    buttons: [],
    expansion: [],
    calls: over ? [] : facts.approvers,
  };
}

/** An open ask where it went because nobody answered it in its own channel. */
export const escalatedAsk = (ask: Card, until: Date): Card => ({
  ...ask,
  title: ours`${words.escalated}. ${ask.title}`,
  tone: 'alarm',
  blocks: [text(words.nobodyAnsweredYet(time(until))), ...ask.blocks],
});

/** Asks whose time ran out, said where people read: nobody answered, so the answer was no. Several are the same ask. */
export const unansweredCard = ({
  asks,
  mission,
}: {
  readonly asks: readonly Request[];
  readonly mission: MissionSummary | undefined;
}): Card => ({
  title: words.unanswered,
  tone: 'bad',
  blocks: [
    ...asks
      .slice(-1)
      .map(({ agent, type, expiresAt }) =>
        text(words.deniedBySilence(code(agent.id), words.subjects[type], time(expiresAt), asks.length)),
      ),
    ...factsOf(
      mission && fact(words.facts.mission, [code(missionTitle(mission.description))]),
      mission && fact(words.facts.missionId, [code(shortId(mission.s256))]),
      fact(words.facts.ask, listed(asks.map(({ id }) => id))),
    ),
  ],
  buttons: [],
  expansion: [],
  calls: [],
});
