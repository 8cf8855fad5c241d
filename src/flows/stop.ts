import { alreadyEndedCard } from '#cards/answers.ts';
import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { confirmStopCard, settledStopCard, stoppedCard } from '#cards/stop-card.ts';
import type { Happening } from '#chat/chat.ts';
import type { MissionSummary, TerminationReport } from '#mission-control/facts.ts';
import { missionMatter } from '#policy/matter.ts';
import { mayStop } from '#policy/policy.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { lookLater } from './look-later.ts';
import type { Acted } from './said.ts';

/** How long a confirm card waits for its click. */
const confirmMs = 15 * 60_000;

/** Whether somebody may stop a mission from where they are. */
export function stopVerdict(bot: Bot, happening: Happening, shared: boolean, mission: MissionSummary) {
  return mayStop({
    oversight: bot.oversight,
    actor: happening.actor,
    place: happening.place,
    private: isPrivate(happening),
    shared,
    matter: missionMatter(mission),
  });
}

export const isPrivate = (happening: Happening) => happening.kind === 'said' && happening.by === 'direct';

/** Where an answer to words hangs: in their thread; under them in a channel, which keeps its front page for missions. */
export function under({ by, thread, message }: Extract<Happening, { kind: 'said' }>) {
  const root = thread ?? (by === 'mention' ? message : undefined);
  return root ? { under: { thread: root } } : {};
}

/**
 * Ends a mission for somebody who may end it. No model, no chat and no other job stands between the words and the
 * Person Server; the report follows in the mission's thread. What the person should hear besides is returned: a refusal,
 * or that it is done, for somebody who is not looking at that thread.
 */
export async function stopMission(
  bot: Bot,
  happening: Happening,
  shared: boolean,
  mission: MissionSummary,
  { note, reason = 'revoked' }: Ending = {},
): Promise<Acted> {
  const verdict = stopVerdict(bot, happening, shared, mission);
  const act = {
    source: `${happening.id}/stop/${mission.s256}`,
    at: bot.now(),
    verb: 'stop' as const,
    actor: proofOf(happening.actor),
    surface: surfaceOf(happening.place, happening.kind === 'pressed' ? happening.on.message : undefined),
    subject: `mission:${mission.s256}`,
    digest: undefined,
    said: note,
  };
  if (!verdict.allowed) {
    await bot.ledger.acts.append({
      ...act,
      person: undefined,
      outcome: `refused:${verdict.why}`,
      answer: {},
    });
    bot.log.info({ mission: mission.s256, actor: act.actor, why: verdict.why }, 'stop refused');
    return { done: false, card: refusalCard(verdict.why) };
  }
  if (reason === 'completed' && !(await bot.capabilities()).includes('complete')) {
    await bot.ledger.acts.append({
      ...act,
      person: verdict.as.id,
      outcome: 'refused:cannot_complete',
      answer: {},
    });
    return { done: false, card: refusalCard('cannot_complete') };
  }
  const decidedBy = { person: verdict.as.id, via: happening.actor.platform, id: act.actor };
  // Saying it again is safe: an earlier try may have ended the mission and not lived to write so.
  const report = await bot.missionControl.terminate(mission.s256, {
    reason,
    decidedBy,
    ...(note && { note }),
  });
  // Of two who end it at once the Person Server names one.
  const by = (await bot.missionControl.readMission(mission.s256))?.terminatedBy;
  const before =
    (by ? by.id !== act.actor : mission.status === 'terminated') ||
    (await bot.ledger.acts.about(act.subject)).some((each) => each.outcome === 'terminated');
  const outcome = report ? (before ? 'already_terminated' : 'terminated') : 'mission_not_found';
  await bot.ledger.acts.append({
    ...act,
    person: verdict.as.id,
    outcome,
    answer: report ? ended(report) : {},
  });
  bot.log.info({ mission: mission.s256, actor: act.actor, outcome }, 'stop');
  if (!report) return { done: false, card: refusalCard('not_found') };
  await lookLater(bot, { missionS256: mission.s256 });
  for (const requestId of report.voided) await lookLater(bot, { requestId });
  return before
    ? { done: false, card: alreadyEndedCard(mission, peopleOf(bot.oversight)) }
    : { done: true, card: stoppedCard(mission, reason) };
}

/** Why a mission is ended; it is stopped unless something else is said. `note` are the words given for it. */
export type Ending = {
  readonly note?: string | undefined;
  readonly reason?: 'completed' | 'superseded' | 'revoked' | undefined;
};

/** What the Person Server answered, in ids and times. */
const ended = ({ reason, terminatedAt, authorityEndsAt, voided, tokens }: TerminationReport) => ({
  reason,
  terminatedAt: terminatedAt.toISOString(),
  authorityEndsAt: authorityEndsAt.toISOString(),
  voided,
  tokens: tokens.map(({ jti }) => jti),
});

/** Hangs the card that asks for one click, naming exactly what would end. */
export async function proposeStop(
  bot: Bot,
  happening: Extract<Happening, { kind: 'said' }>,
  missions: readonly MissionSummary[],
  { said, note }: { readonly said?: string; readonly note?: string | undefined } = {},
): Promise<void> {
  const now = bot.now();
  const proposal = await bot.ledger.proposals.make({
    source: happening.id,
    missions: missions.map(({ s256 }) => s256),
    note,
    proposedBy: proofOf(happening.actor),
    madeAt: now,
    expiresAt: new Date(now.getTime() + confirmMs),
  });
  await bot.ledger.wall.want({
    subject: `confirm:${proposal}`,
    place: happening.place,
    ...under(happening),
    card: confirmStopCard({
      proposal,
      missions,
      people: peopleOf(bot.oversight),
      note,
      ...(said && { said }),
    }),
    seenAt: now,
    settled: false,
    urgency: 0,
  });
}

/** The click on a confirm card: ends what it names, each mission for itself and by its own rule, or drops it. */
export async function answerProposal(
  bot: Bot,
  happening: Extract<Happening, { kind: 'pressed' }>,
  shared: boolean,
  kind: 'confirmed' | 'cancelled',
): Promise<Card | undefined> {
  const { subject: id } = happening.press;
  const proposal = await bot.ledger.proposals.read(id);
  if (!proposal) return refusalCard('stale');
  const missions = await readMissions(bot, proposal.missions);
  const verdicts = missions.map((mission) => stopVerdict(bot, happening, shared, mission));
  const allowed = verdicts.find((verdict) => verdict.allowed);
  if (!allowed) {
    const why = verdicts.find((verdict) => !verdict.allowed)?.why;
    if (kind === 'confirmed') {
      for (const mission of missions)
        await stopMission(bot, happening, shared, mission, { note: proposal.note });
    }
    return refusalCard(why ?? 'not_found');
  }

  const by = { person: allowed.as.id, via: happening.actor.platform, id: proofOf(happening.actor) };
  const first = await bot.ledger.proposals.answer(id, kind, by, bot.now());
  await showProposal(bot, id, happening);
  if (!first) return refusalCard('stale');
  if (kind === 'cancelled') return undefined;
  let told: Card | undefined;
  for (const mission of missions) {
    // Ended by this very click, in a try that did not live to write so, counts as not done yet.
    if (mission.status === 'terminated' && mission.terminatedBy?.id !== by.id) continue;
    const { done, card } = await stopMission(bot, happening, shared, mission, { note: proposal.note });
    if (!done) told = card;
  }
  return told;
}

/** Makes a confirm card say what became of it: answered, or lapsed because nobody did. */
export async function showProposal(bot: Bot, id: string, where: Pick<Happening, 'place'>): Promise<void> {
  const now = bot.now();
  const proposal = await bot.ledger.proposals.read(id);
  if (!proposal || (!proposal.answer && proposal.expiresAt > now)) return;
  const answer = proposal.answer ?? { kind: 'lapsed' as const, at: proposal.expiresAt };
  await bot.ledger.wall.want({
    subject: `confirm:${id}`,
    place: where.place,
    card: settledStopCard(answer, peopleOf(bot.oversight)),
    seenAt: now,
    settled: true,
    urgency: 0,
  });
}

async function readMissions(bot: Bot, s256s: readonly string[]): Promise<MissionSummary[]> {
  const missions: MissionSummary[] = [];
  for (const s256 of s256s) {
    const mission = await bot.missionControl.readMission(s256);
    if (mission) missions.push(mission);
  }
  return missions;
}
