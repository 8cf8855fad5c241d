// A spending ceiling a resource states in its resource token (draft-hardt-aauth-budgets). The resource denominates and counts;
// we put the figure before the person and copy it, and never spend it in silence.
import { z } from 'zod';
import type { ResourceToken } from '#aauth/tokens.ts';
import { metadataInTime } from '#person-server/introduce.ts';
import type { Server } from '#person-server/server.ts';

/** More than this neither a JSON number nor the header that reports it can carry (§range-limits). */
const largestAmount = 999_999_999_999_999;

const unit = z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u);
const decimals = z.number().int().min(0).max(18);

const Budget = z.object({ amount: z.number().int().min(0).max(largestAmount), unit, decimals });

export type Budget = z.infer<typeof Budget>;

const Declared = z.array(z.object({ unit, decimals }));

/**
 * Reads the `budget` of a resource token; `invalid` when it is no budget, or not in a unit and scale the resource itself
 * declares: a figure in another scale is a thousandfold error (§errors).
 */
export async function readBudget(
  server: Server,
  token: ResourceToken,
): Promise<{ readonly kind: 'budget'; readonly budget: Budget | undefined } | { readonly kind: 'invalid' }> {
  if (token.further.budget === undefined) return { kind: 'budget', budget: undefined };
  const budget = Budget.safeParse(token.further.budget);
  if (!budget.success) return { kind: 'invalid' };
  const metadata = await metadataInTime(server, token.iss, 'aauth-resource.json');
  const declared = Declared.safeParse(metadata?.budget_units);
  if (!declared.success) return { kind: 'budget', budget: budget.data };
  const fits = declared.data.some(
    (each) => each.unit === budget.data.unit && each.decimals === budget.data.decimals,
  );
  return fits ? { kind: 'budget', budget: budget.data } : { kind: 'invalid' };
}
