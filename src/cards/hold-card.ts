// A hold: ours alone, never a state of the mission. What is under it can be denied and stopped, and nothing is approved.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { DecidedBy, MissionSummary, Request } from '#mission-control/facts.ts';
import type { Button, Card, Line } from './card.ts';
import { code, ours, time } from './line.ts';
import { note, quote, section, text } from './parts.ts';
import { askRows } from './rows.ts';
import { decider, type People } from './who.ts';
import * as reviewWords from './words/review.ts';
import * as words from './words.ts';

/** Who put a mission on hold, since when, and why if they said so. */
export type Hold = {
  readonly by: DecidedBy;
  readonly since: Date;
  readonly note: string | undefined;
};

/** What stands in place of a platform where the operator's rule put the hold on. */
export const rulesVia = 'rule';

const holder = ({ by }: Hold, people: People): Line =>
  by.via === rulesVia ? reviewWords.rule.who : decider(by, people);

export const holdButton = (s256: string): Button => ({
  label: words.holdButtons.hold,
  press: { verb: 'hold', subject: s256 },
  style: 'plain',
});

export const releaseButton = (s256: string): Button => ({
  label: words.holdButtons.release,
  press: { verb: 'release', subject: s256 },
  style: 'plain',
});

/** An open ask whose mission is on hold: as it was, but not to be approved. */
export const askOnHold = (ask: Card, hold: Hold, people: People): Card => ({
  ...ask,
  title: ours`${words.onHold}. ${ask.title}`,
  blocks: [text(words.askIsHeld(holder(hold, people), time(hold.since))), ...ask.blocks],
  buttons: ask.buttons.filter(({ press }) => press.verb !== 'approve'),
});

/** The mission's own card while it is on hold. */
export const missionOnHold = (card: Card, s256: string, hold: Hold, people: People): Card => ({
  ...card,
  title: words.missionOnHold,
  tone: 'waiting',
  blocks: [text(words.heldBy(holder(hold, people), time(hold.since))), ...card.blocks],
  buttons: card.buttons.map((button) => (button.press.verb === 'hold' ? releaseButton(s256) : button)),
});

/**
 * What a hold means, in the mission's thread: who holds it, which asks wait and until when, and what it cannot stop.
 * `silentToo`: what would be granted without asking is asked as well while it stands.
 */
export function holdCard(facts: {
  readonly mission: MissionSummary;
  readonly hold: Hold;
  readonly asks: readonly Request[];
  readonly silentToo: boolean;
  readonly people: People;
  readonly now: Date;
}): Card {
  const { mission, hold, asks, silentToo, people, now } = facts;
  return {
    title: words.onHold,
    tone: 'waiting',
    blocks: [
      text([code(missionTitle(mission.description))]),
      text(words.heldBy(holder(hold, people), time(hold.since))),
      ...quote(words.labels.reason, hold.note),
      ...(asks.length > 0
        ? section(words.answerTitles.waiting, askRows(asks, [], false, now))
        : [text(words.nobodyWaits)]),
      note(words.deadlinesGoOn),
      note(silentToo ? words.silentHeldToo : words.silentNotHeld),
      note(words.tokensGoOn),
      note(words.holdIsOurs),
    ],
    buttons: [releaseButton(mission.s256)],
    expansion: [],
    calls: [],
  };
}

/** A hold that is over: somebody released it, or the mission ended under it. */
export function holdOverCard(facts: {
  readonly mission: MissionSummary;
  readonly hold: Hold;
  readonly released: { readonly by: DecidedBy; readonly at: Date } | undefined;
  readonly people: People;
}): Card {
  const { mission, hold, released, people } = facts;
  return {
    title: released ? words.holdReleased : words.holdEnded,
    tone: 'neutral',
    blocks: [
      text([code(missionTitle(mission.description))]),
      text(words.wasHeld(holder(hold, people), time(hold.since))),
      text(released ? words.releasedBy(decider(released.by, people), time(released.at)) : words.endedOnHold),
    ],
    buttons: [],
    expansion: [],
    calls: [],
  };
}

/** Tells whoever held or released a mission what came of it, where its thread does not. */
export const heldCard = ({ s256, description }: MissionSummary, did: keyof typeof words.holdDone): Card => ({
  title: words.holdDone[did],
  tone: 'neutral',
  blocks: [text(words.holdTold[did](code(missionTitle(description)), code(shortId(s256))))],
  buttons: [],
  expansion: [],
  calls: [],
});
