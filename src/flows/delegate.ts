import { delegatedCard, delegateUnclearCard, reclaimedCard } from '#cards/delegation-card.ts';
import { type Refusal, refusalCard } from '#cards/refusals.ts';
import { momentOf } from '#conversation/handover.ts';
import type { Handover } from '#conversation/intent.ts';
import { fold } from '#conversation/spelling.ts';
import { keyOf } from '#ledger/wall.ts';
import { whyNotDelegate } from '#policy/delegation.ts';
import { mayHandOver, personBehind } from '#policy/policy.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { lookLater } from './look-later.ts';
import type { Reply, Said } from './said.ts';
import { isPrivate } from './stop.ts';

const pageSize = 100;

/**
 * Lets another person decide for the one who says so, for a while, or takes that back. The other is known by the mention
 * that the chat resolved, never by a name; what they may decide is asked again at each decision.
 */
export async function handOverSaid(bot: Bot, said: Said, shared: boolean, intent: Handover): Promise<Reply> {
  const { oversight, ledger } = bot;
  const now = bot.now();
  const people = peopleOf(oversight);
  const act = {
    source: `${said.id}/${intent.kind}`,
    at: now,
    verb: intent.kind,
    actor: proofOf(said.actor),
    surface: surfaceOf(said.place),
    digest: undefined,
  };
  const nothing = { ...act, subject: `place:${keyOf(said.place)}`, answer: {} };
  async function refuse(why: Refusal, person?: string): Promise<Reply> {
    await ledger.acts.append({ ...nothing, person, outcome: `refused:${why}` });
    bot.log.info({ actor: act.actor, why }, `${intent.kind} refused`);
    return { private: refusalCard(why) };
  }

  const verdict = mayHandOver({
    oversight,
    actor: said.actor,
    place: said.place,
    private: isPrivate(said),
    shared,
  });
  if (!verdict.allowed) return await refuse(verdict.why);
  const from = verdict.as;

  if (intent.kind === 'reclaim') {
    const revoked = await ledger.delegations.revoke(
      { source: act.source, from: from.id, saidAt: said.at },
      now,
    );
    for (const id of revoked) {
      const own = { ...act, source: `${act.source}/${id}`, subject: `delegation:${id}`, person: from.id };
      await ledger.acts.append({ ...own, outcome: 'reclaimed', answer: {} });
    }
    await lookAtOpenAsks(bot);
    return { public: reclaimedCard(from.id, revoked.length, people) };
  }

  async function unclear(missing: 'whom' | 'until'): Promise<Reply> {
    await ledger.acts.append({ ...nothing, person: from.id, outcome: `unclear:${missing}` });
    return { private: delegateUnclearCard(missing) };
  }
  const [mention, another] = said.mentions ?? [];
  if (!mention || another || fold(mention.text) !== fold(intent.whom)) return await unclear('whom');
  const until = intent.until === undefined ? undefined : momentOf(intent.until, said.at);
  if (!until) return await unclear('until');
  const to = personBehind(oversight, mention.who);
  const why = whyNotDelegate(oversight, { from, to, standing: mention.who.standing, until, now });
  if (why || !to) return await refuse(why ?? 'not_a_delegate', from.id);
  const id = await ledger.delegations.make({
    source: act.source,
    from: from.id,
    to: to.id,
    madeAt: said.at,
    until,
  });
  if (id === undefined) return await refuse('said_otherwise', from.id);
  await ledger.acts.append({
    ...act,
    subject: `delegation:${id}`,
    person: from.id,
    outcome: 'delegated',
    answer: { until: until.toISOString() },
  });
  bot.log.info({ delegation: id, actor: act.actor }, 'somebody decides for somebody else');
  await lookAtOpenAsks(bot);
  return { public: delegatedCard({ from: from.id, to: to.id, until }, people) };
}

/** Who decides for whom stands on every open card. */
async function lookAtOpenAsks(bot: Bot): Promise<void> {
  const { requests } = await bot.missionControl.listRequests({ state: 'open', limit: pageSize });
  for (const { id: requestId } of requests) await lookLater(bot, { requestId });
}
