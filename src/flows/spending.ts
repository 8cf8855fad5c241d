import type { Spending } from '#cards/spend-note.ts';
import { budgetDay } from '#reviewer/model/spend.ts';
import type { Bot } from './bot.ts';

/** What the model has cost today: for one mission where one is meant, and in all. Nothing without a model. */
export async function spendingOf(bot: Bot, missionS256?: string): Promise<Spending | undefined> {
  const { budget } = bot;
  if (!budget) return undefined;
  const { day, until } = budgetDay(bot.now());
  const { spend } = bot.ledger;
  return {
    all: { used: await spend.spent(day), most: budget.tokensPerDay },
    ...(missionS256 !== undefined && {
      mission: { used: await spend.spent(day, `mission:${missionS256}`), most: budget.tokensPerAccount },
    }),
    until,
  };
}
