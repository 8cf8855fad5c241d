import { alreadyEndedCard } from '#cards/answers.ts';
import type { Card } from '#cards/card.ts';
import { heldCard } from '#cards/hold-card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import type { Act } from '#conversation/intent.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { mayHold } from '#policy/policy.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { lookAtAll } from './look-later.ts';
import { doToMeant } from './meant.ts';
import type { Pressed } from './press.ts';
import type { Acted, Reply, Said } from './said.ts';
import { isPrivate } from './stop.ts';
import { settleBallots } from './vote.ts';
import type { Here } from './where.ts';

type Verb = 'hold' | 'release';

/**
 * Holds a mission, or releases it, for somebody who may: whoever may stop it. The Person Server is not told, because it
 * knows no hold; every approval is checked against ours. The mission's card, its asks and its thread follow.
 */
async function holdMission(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  mission: MissionSummary,
  verb: Verb,
  note?: string,
): Promise<Acted> {
  const { s256 } = mission;
  const verdict = mayHold({
    oversight: bot.oversight,
    actor: happening.actor,
    place: happening.place,
    private: isPrivate(happening),
    shared,
    matter: missionMatter(mission),
  });
  const act = {
    source: `${happening.id}/${verb}/${s256}`,
    at: bot.now(),
    verb,
    actor: proofOf(happening.actor),
    surface: surfaceOf(happening.place, happening.kind === 'pressed' ? happening.on.message : undefined),
    subject: `mission:${s256}`,
    digest: undefined,
    said: note,
    answer: {},
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({ ...act, person: undefined, outcome: `refused:${verdict.why}` });
    bot.log.info({ mission: s256, actor: act.actor, why: verdict.why }, `${verb} refused`);
    return { done: false, card: refusalCard(verdict.why) };
  }
  if (mission.status === 'terminated') {
    await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome: 'already_terminated' });
    return { done: false, card: alreadyEndedCard(mission, peopleOf(bot.oversight)) };
  }
  const { holds } = bot.ledger;
  const by = { person: verdict.as.id, via: happening.actor.platform, id: act.actor };
  const holding = { source: act.source, by, at: act.at };
  const outcome =
    verb === 'release'
      ? await holds.release(s256, holding, happening.at)
      : (await holds.hold(s256, holding, note))
        ? 'held'
        : 'already_held';
  await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome });
  bot.log.info({ mission: s256, actor: act.actor, outcome }, verb);
  if (outcome === 'released') await settleWaiting(bot, s256);
  await lookAtAll(bot, s256);
  return { done: outcome === 'held' || outcome === 'released', card: heldCard(mission, told[outcome]) };
}

const told = {
  held: 'held',
  released: 'released',
  already_held: 'alreadyHeld',
  not_held: 'notHeld',
  held_since: 'heldSince',
} as const;

/** What had its votes before the release waits for nothing any more. */
async function settleWaiting(bot: Bot, missionS256: string): Promise<void> {
  try {
    await settleBallots(bot);
  } catch (error) {
    if (!(error instanceof MissionControlError)) throw error;
    bot.log.warn({ mission: missionS256, err: error }, 'released; the next round takes its votes there');
  }
}

/** A press of "hold" or "release". In the mission's own thread its card is the answer. */
export async function holdPressed(
  bot: Bot,
  pressed: Pressed,
  shared: boolean,
  verb: Verb,
): Promise<Card | undefined> {
  const mission = await bot.missionControl.readMission(pressed.press.subject);
  if (!mission) return refusalCard('not_found');
  const { done, card } = await holdMission(bot, pressed, shared, mission, verb);
  const own = await bot.ledger.wall.behind(pressed.on.place, pressed.on.message);
  return done && own?.missionS256 === mission.s256 ? undefined : card;
}

/** An exact name acts at once; anything less shows what may be meant, each with a button that names it. */
export async function holdSaid(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  intent: Extract<Act, { kind: Verb }>,
): Promise<Reply> {
  const { kind, target } = intent;
  const note = intent.kind === 'hold' ? intent.reason : undefined;
  return await doToMeant(bot, said, spot, { target, to: kind }, (mission) =>
    holdMission(bot, said, shared, mission, kind, note),
  );
}
