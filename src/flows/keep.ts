import { alreadyEndedCard } from '#cards/answers.ts';
import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { keptCard, nothingAskedCard } from '#cards/stale-card.ts';
import type { Happening } from '#chat/chat.ts';
import type { Act } from '#conversation/intent.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { mayKeep } from '#policy/policy.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { lookLater } from './look-later.ts';
import { doToMeant } from './meant.ts';
import type { Pressed } from './press.ts';
import type { Acted, Reply, Said } from './said.ts';
import { isPrivate, stopMission } from './stop.ts';
import type { Here } from './where.ts';

type GoOnOrEnd = Extract<Act, { kind: 'keep' | 'complete' }>;

/**
 * Somebody wants a mission to go on: its person, or whoever may stop it. It is not asked about for another period. Words
 * answer the latest question, a button its own.
 */
async function keepMission(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  mission: MissionSummary,
  number: number | 'latest',
): Promise<Acted> {
  const { actor, place } = happening;
  const verdict = mayKeep({
    oversight: bot.oversight,
    actor,
    place,
    private: isPrivate(happening),
    shared,
    matter: missionMatter(mission),
  });
  const act = {
    source: `${happening.id}/keep/${mission.s256}`,
    at: bot.now(),
    verb: 'keep' as const,
    actor: proofOf(actor),
    surface: surfaceOf(place, happening.kind === 'pressed' ? happening.on.message : undefined),
    subject: `mission:${mission.s256}`,
    digest: undefined,
    answer: {},
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({ ...act, person: undefined, outcome: `refused:${verdict.why}` });
    return { done: false, card: refusalCard(verdict.why) };
  }
  const by = { person: verdict.as.id, via: actor.platform, id: act.actor };
  const { staleQuestions } = bot.ledger;
  const asked = number === 'latest' ? (await staleQuestions.latest(mission.s256))[0]?.number : number;
  const kept =
    mission.status === 'active' &&
    asked !== undefined &&
    (await staleQuestions.keep(mission.s256, asked, { source: act.source, by, at: act.at }));
  await bot.ledger.acts.append({ ...act, person: verdict.as.id, outcome: kept ? 'kept' : 'too_late' });
  bot.log.info({ mission: mission.s256, actor: act.actor, kept }, 'keep');
  await lookLater(bot, { missionS256: mission.s256 });
  if (kept) return { done: true, card: keptCard(mission) };
  if (number !== 'latest') return { done: false, card: refusalCard('stale') };
  return {
    done: false,
    card:
      mission.status === 'terminated'
        ? alreadyEndedCard(mission, peopleOf(bot.oversight))
        : nothingAskedCard(mission),
  };
}

/** A press of "Keep it". The card of the question is the answer. */
export async function keepPressed(bot: Bot, pressed: Pressed, shared: boolean): Promise<Card | undefined> {
  const { subject, choice } = pressed.press;
  const mission = await bot.missionControl.readMission(subject);
  const number = Number(choice);
  if (!mission || !Number.isSafeInteger(number)) return refusalCard(mission ? 'stale' : 'not_found');
  const { done, card } = await keepMission(bot, pressed, shared, mission, number);
  return done ? undefined : card;
}

/** "keep it", said in the thread or of a mission by its name. */
export async function keepSaid(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  { target }: GoOnOrEnd,
): Promise<Reply> {
  return await doToMeant(bot, said, spot, { target, to: 'read' }, (mission) =>
    keepMission(bot, said, shared, mission, 'latest'),
  );
}

/** "complete the cake mission": it ends as done, and its thread proves that like every end. */
export async function completeSaid(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  { target }: GoOnOrEnd,
): Promise<Reply> {
  return await doToMeant(bot, said, spot, { target, to: 'complete' }, (mission) =>
    stopMission(bot, said, shared, mission, { reason: 'completed' }),
  );
}
