import type { Tempo } from '#flows/bot.ts';

/** A pace that the fakes bear: the fake Teams takes seven posts a second to a thread. Nothing else is hurried. */
export const brisk: Tempo = { cardMs: 30_000, happeningMs: 5_000, paceMs: { slack: 10, teams: 160 } };

/** And leases short enough for a story to wait until they end. */
export const impatient: Tempo = { ...brisk, cardMs: 2_000, happeningMs: 2_000 };
