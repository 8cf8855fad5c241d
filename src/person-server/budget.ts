// A spending ceiling a resource states in its resource token, and what it says was spent of earlier ones
// (draft-hardt-aauth-budgets). The resource denominates and counts; what it counts is its own account of it.
import { z } from 'zod';
import type { ResourceToken } from '#aauth/tokens.ts';
import { metadataInTime } from '#person-server/introduce.ts';
import type { Server } from '#person-server/server.ts';

/** More than this neither a JSON number nor the header that reports it can carry (§range-limits). */
const largestAmount = 999_999_999_999_999;

const amount = z.number().int().min(0).max(largestAmount);
const unit = z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u);
const decimals = z.number().int().min(0).max(18);

const Budget = z.object({ amount, unit, decimals });

export type Budget = z.infer<typeof Budget>;

const Declared = z.array(z.object({ unit, decimals }));

/** What the resource metered against one earlier token, in the unit and scale of the budget beside it (§budget-consumed). */
const Consumed = z.array(z.object({ jti: z.string().min(1).max(256), consumed: amount }));

export type Consumed = z.infer<typeof Consumed>[number];

/** So many records a resource should send at most; the earlier ones stand as they were last reported. */
const mostRecords = 20;

export type Stated =
  | { readonly kind: 'none' }
  | { readonly kind: 'stated'; readonly budget: Budget; readonly consumed: readonly Consumed[] }
  | { readonly kind: 'invalid' };

/**
 * Reads the `budget` of a resource token and the records beside it; `invalid` when it is no budget, or not in a unit and
 * scale the resource itself declares: a figure in another scale is a thousandfold error (§errors). Records that are none
 * are as good as absent: they are there to judge by, and grant nothing.
 */
export async function readBudget(server: Server, token: ResourceToken): Promise<Stated> {
  if (token.further.budget === undefined) return { kind: 'none' };
  const budget = Budget.safeParse(token.further.budget);
  if (!budget.success) return { kind: 'invalid' };
  const metadata = await metadataInTime(server, token.iss, 'aauth-resource.json');
  const declared = Declared.safeParse(metadata?.budget_units);
  if (declared.success && !declared.data.some((each) => isAlike(each, budget.data))) {
    return { kind: 'invalid' };
  }
  const consumed = Consumed.safeParse(token.further.budget_consumed);
  return {
    kind: 'stated',
    budget: budget.data,
    consumed: consumed.success ? consumed.data.slice(0, mostRecords) : [],
  };
}

/** Whether a token of an access server spends no more than the resource offered, in the same money (§auth-token). */
export function isWithin(granted: unknown, offered: Budget | undefined): granted is Budget | undefined {
  if (granted === undefined) return true;
  const budget = Budget.safeParse(granted);
  return (
    budget.success &&
    offered !== undefined &&
    isAlike(budget.data, offered) &&
    budget.data.amount <= offered.amount
  );
}

type Denomination = Pick<Budget, 'unit' | 'decimals'>;

/** The same unit in the same scale: nothing else may be added up. */
export const isAlike = (one: Denomination, other: Denomination) =>
  one.unit === other.unit && one.decimals === other.decimals;
