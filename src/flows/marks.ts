import type { Marks } from '#cards/home-card.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';

/** What is ours alone about asks and missions, for lists of them: what is on hold, and who is looking into what. */
export async function marksOf(
  bot: Bot,
  asks: readonly Request[],
  missions: readonly MissionSummary[],
): Promise<Marks> {
  const under = asks.flatMap(({ missionS256 }) => missionS256 ?? []);
  const held = await bot.ledger.holds.among([...under, ...missions.map(({ s256 }) => s256)]);
  const claims = new Map<string, NonNullable<ReturnType<Marks['claimOf']>>>();
  for (const { id } of asks) {
    const claim = await bot.ledger.claims.standing(id, bot.now());
    if (claim) claims.set(id, claim);
  }
  return { isHeld: (s256) => held.has(s256), claimOf: (id) => claims.get(id) };
}
