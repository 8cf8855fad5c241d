// The judgement of one window of a log, and what is left of it once its citations are checked.
import { z } from 'zod';
import type { Finding as RuleFinding } from '#reviewer/drift.ts';
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import type { Model, Silence } from './chat-model.ts';
import { type Claim, checkClaims, unaccepted, WrittenClaims } from './claims.ts';
import { fence } from './fence.ts';
import { askFor } from './form.ts';
import { type Accepted, acceptedBlock, missionBlock, ordersOf, record } from './lines.ts';
import { openPrompt } from './prompt.ts';
import { sentence } from './said.ts';

const messagesOf = openPrompt('judge', ['mission', 'accepted', 'summary', 'signals', 'entries']);

const Judgement = z.object({
  verdict: z.enum(['on_mission', 'drifting', 'undecided']),
  claims: WrittenClaims,
  pattern: z.string(),
  settles: z.string(),
});
type Judgement = z.infer<typeof Judgement>;

/** A checked judgement. `dropped` counts claims that rested on nothing that was shown. */
export type Judged =
  | {
      readonly verdict: 'drifting';
      readonly claims: readonly Claim[];
      /** One sentence: what the claims have in common. */
      readonly pattern: string;
      /** One sentence: what would show that it is fine after all, or that it is not. */
      readonly settles: string;
      readonly dropped: number;
    }
  | { readonly verdict: 'on_mission'; readonly claims: readonly Claim[]; readonly dropped: number }
  | {
      readonly verdict: 'undecided';
      /**
       * `said`: the model could not tell. `uncited`: nothing it said rests on an entry. `accepted`: all it found is
       * accepted already. `orders`: it found the mission fine, but text it read gives orders, so that does not count.
       */
      readonly because: 'said' | 'uncited' | 'accepted' | 'orders';
      /** With `orders`, the entries whose text gives them. */
      readonly entries: readonly number[];
      readonly claims: readonly Claim[];
      readonly dropped: number;
    };

export type Window = {
  readonly mission: MissionFacts;
  readonly accepted: readonly Accepted[];
  readonly points: readonly Claim[];
  readonly signals: readonly RuleFinding[];
  /** In order; all that may be cited. */
  readonly entries: readonly Entry[];
  readonly account: string;
  readonly signal?: AbortSignal;
};

/** One model call, repaired once at most. */
export async function judge(
  model: Model,
  window: Window,
): Promise<({ readonly kind: 'judged'; readonly judged: Judged } | Silence) & { readonly tokens: number }> {
  const { mission, accepted, points, signals, entries, account, signal } = window;
  const messages = messagesOf({
    mission: missionBlock(mission),
    accepted: acceptedBlock(accepted),
    summary: fence('summary', points),
    signals: fence(
      'signals',
      signals.map(({ sentence: says, entries }) => ({ says, entries: entries.join(', ') })),
    ),
    entries: fence(
      'entries',
      entries.map((entry) => record(entry)),
    ),
  });
  const answer = await askFor(
    model,
    { messages, account, ...(signal && { signal }) },
    'judgement',
    Judgement,
  );
  if (answer.kind === 'silent') return answer;
  return { kind: 'judged', judged: checkJudgement(answer.value, entries, accepted), tokens: answer.tokens };
}

/** What a judgement is worth. It can only lose by this: nothing here turns a worse verdict into a better one. */
export function checkJudgement(
  { verdict, claims: written, pattern, settles }: Judgement,
  entries: readonly Entry[],
  accepted: readonly Accepted[],
): Judged {
  const { claims, dropped } = checkClaims(written, new Set(entries.map(({ seq }) => seq)));
  const undecided = (
    because: 'said' | 'uncited' | 'accepted' | 'orders',
    which: readonly number[] = [],
  ): Judged => ({
    verdict: 'undecided',
    because,
    entries: which,
    claims,
    dropped,
  });
  if (verdict === 'undecided') return undecided('said');
  if (claims.length === 0) return undecided('uncited');
  if (verdict === 'on_mission') {
    const orders = entries.filter((entry) => ordersOf(entry) === 'clear').map(({ seq }) => seq);
    return orders.length > 0 ? undecided('orders', orders) : { verdict, claims, dropped };
  }
  const left = unaccepted(claims, accepted);
  if (left.length === 0) return undecided('accepted');
  return { verdict, claims: left, pattern: sentence(pattern, 300), settles: sentence(settles, 300), dropped };
}
