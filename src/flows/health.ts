// How well asks are answered: counted from the acts, which say who decided and when, and from the asks themselves.
import { askCard } from '#cards/ask-card.ts';
import type { Card } from '#cards/card.ts';
import { charactersPerSecond, type Health, healthCard, leastDecisions } from '#cards/health-card.ts';
import { waitBounds } from '#cards/health-picture.ts';
import { shownLength } from '#cards/length.ts';
import type { Request } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { type Bot, peopleOf } from './bot.ts';
import { passedIn } from './passed.ts';
import { dayMs } from './period.ts';
import { past, type Scope } from './scope.ts';
import { spendingOf } from './spending.ts';

const weekMs = 7 * dayMs;
/** How many decisions are counted, the latest ones. */
const mostDecisions = 500;
/** Past this share of the decisions, one person decides alone. */
const mostShare = 0.8;

export type Decided = {
  readonly action: string;
  readonly tookMs: number;
  /** Undefined where who acted was forgotten. */
  readonly person: string | undefined;
  /** How many characters its card showed. */
  readonly characters: number;
};

/** The answer to "health": the last seven days. */
export async function healthAnswer(bot: Bot, scope: Scope): Promise<Card> {
  const to = bot.now();
  const time = { from: new Date(to.getTime() - weekMs), to };
  const { expired } = await past(bot, scope, time);
  const health = await healthOf(bot, scope, time, expired.length);
  return healthCard(health, peopleOf(bot.oversight), await spendingOf(bot));
}

/** Counts a time's decisions within a scope; `expired` is how many asks nobody answered in it. */
export async function healthOf(
  bot: Bot,
  scope: Scope,
  { from, to }: { readonly from: Date; readonly to: Date },
  expired: number,
): Promise<Health> {
  const acts = await bot.ledger.acts.decisions({ from, to, limit: mostDecisions });
  const capabilities = await bot.capabilities();
  const decided: Decided[] = [];
  for (const act of acts) {
    const [, id] = /^request:(.+)$/.exec(act.subject) ?? [];
    const request = id === undefined ? undefined : await bot.missionControl.readRequest(id);
    if (!request || !scope.has(matterOf(request))) continue;
    const at = request.decision?.decidedAt ?? new Date(act.at);
    decided.push({
      action: act.verb,
      tookMs: Math.max(0, at.getTime() - askedAt(request, at).getTime()),
      person: act.person ?? undefined,
      characters: shownLength(
        askCard({ request: asAsked(request), people: peopleOf(bot.oversight), approvers: [], capabilities }),
      ),
    });
  }
  return {
    from,
    to,
    expired,
    more: acts.length === mostDecisions,
    reviewed: await passedIn(bot, scope, { from, to }),
    ...figuresOf(decided),
  };
}

/** When what was decided was there to be read: when it was asked, or when its agent last answered a question about it. */
const askedAt = ({ openedAt, clarifications }: Request, decidedAt: Date): Date =>
  clarifications
    .flatMap(({ answeredAt }) => (answeredAt && answeredAt < decidedAt ? [answeredAt] : []))
    .reduce((latest, at) => (at > latest ? at : latest), openedAt);

/** The ask as its card showed it while it waited. */
const asAsked = (request: Request): Request => ({ ...request, state: 'open', decision: undefined });

/** What decisions come to. Percentiles are values that occurred (nearest rank). */
export function figuresOf(decided: readonly Decided[]): Omit<Health, 'from' | 'to' | 'expired' | 'more'> {
  const took = decided.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  const rank = (share: number) => took[Math.ceil(took.length * share) - 1];
  const approvals = decided.filter(({ action }) => action === 'approve');
  const deciders = [...Map.groupBy(decided, ({ person }) => person)]
    .map(([person, theirs]) => ({ person, count: theirs.length }))
    .toSorted((a, b) => b.count - a.count);
  const most = deciders.find(({ person }) => person !== undefined);
  const share = most ? most.count / decided.length : 0;
  const waits = waitBounds.map(
    (end, at) => took.filter((ms) => ms < end && ms >= (waitBounds[at - 1] ?? 0)).length,
  );
  return {
    decided: decided.length,
    approvals: approvals.length,
    medianMs: rank(0.5),
    p90Ms: rank(0.9),
    hasty: approvals.filter(({ tookMs, characters }) => tookMs < (characters / charactersPerSecond) * 1_000)
      .length,
    alone:
      most?.person !== undefined && decided.length >= leastDecisions && share > mostShare
        ? { person: most.person, share }
        : undefined,
    mostShare,
    waits: [...waits, took.length - waits.reduce((sum, count) => sum + count, 0)],
    deciders: decided.length < leastDecisions ? [] : deciders,
  };
}
