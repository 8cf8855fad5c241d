// What model calls may cost, in tokens.
//
//   account   who a call is for: one mission's reviews, or one person's questions
//   draw      tokens set aside before a call; settled with what the call really took
//   day       a day of UTC; every account and the installation as a whole have so much for each

/** Both are tokens for one day. An account that is spent leaves the others theirs. */
export type Budget = { readonly tokensPerDay: number; readonly tokensPerAccount: number };

export type Draw = { readonly day: string; readonly account: string; readonly tokens: number };

/**
 * Keeps the accounts; whoever opens a model passes it in. Several replicas may draw at once.
 * A draw that is never settled (the process died) stays counted: a budget errs on the side of less.
 */
export type Spend = {
  /** Adds the draw to its account and to its day in one conditional step, if neither then exceeds its budget. */
  reserve(draw: Draw, budget: Budget): Promise<'reserved' | 'account_spent' | 'day_spent'>;
  /** Replaces a reserved draw by the tokens that were used, which may be more. */
  settle(draw: Draw, used: number): Promise<void>;
};

/** The day `now` belongs to, and the moment its budget ends and the next one's begins. */
export function budgetDay(now: Date): { readonly day: string; readonly until: Date } {
  const day = now.toISOString().slice(0, 10);
  const until = new Date(`${day}T00:00:00Z`);
  until.setUTCDate(until.getUTCDate() + 1);
  return { day, until };
}

/** Accounts of this process alone, gone with it: for one run of a command, never for a server. */
export function openLocalSpend(): Spend & { spent(day: string, account?: string): number } {
  const byDay = new Map<string, number>();
  const byAccount = new Map<string, number>();
  const key = (day: string, account: string) => `${day} ${account}`;
  const spent = (day: string, account?: string) =>
    (account === undefined ? byDay.get(day) : byAccount.get(key(day, account))) ?? 0;
  const add = ({ day, account }: Draw, tokens: number) => {
    byDay.set(day, spent(day) + tokens);
    byAccount.set(key(day, account), spent(day, account) + tokens);
  };
  return {
    spent,
    reserve: (draw, budget) => {
      if (spent(draw.day) + draw.tokens > budget.tokensPerDay) return Promise.resolve('day_spent');
      if (spent(draw.day, draw.account) + draw.tokens > budget.tokensPerAccount) {
        return Promise.resolve('account_spent');
      }
      add(draw, draw.tokens);
      return Promise.resolve('reserved');
    },
    settle: (draw, used) => {
      add(draw, used - draw.tokens);
      return Promise.resolve();
    },
  };
}
