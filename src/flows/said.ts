import type { Card } from '#cards/card.ts';
import type { Happening } from '#chat/chat.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';

/** Somebody said something to the bot. */
export type Said = Extract<Happening, { kind: 'said' }>;

/** What comes of words: an answer everybody in the thread reads, or words for the one who spoke alone. */
export type Reply = { readonly public: Card } | { readonly private: Card } | undefined;

/** What came of doing something to a mission. `done`: it is so by this act. The card says so, or why not. */
export type Acted = { readonly done: boolean; readonly card: Card };

/** The clocks of a platform and of the Person Server may differ by this much. */
const skewMs = 1_000;

/**
 * Whether an ask was what it is now when something was said. Words are heard late where a chat or the Person Server is slow
 * or away: what came meanwhile, or what an agent changed meanwhile, is not what they were about.
 */
export function stoodThen({ at }: Pick<Happening, 'at'>, { openedAt, clarifications }: Request): boolean {
  const latest = at.getTime() + skewMs;
  return [openedAt, ...clarifications.map(({ answeredAt }) => answeredAt)].every(
    (changedAt) => changedAt === undefined || changedAt.getTime() <= latest,
  );
}

/** Whether a mission was approved when something was said: a name that was free then names nothing that came later. */
export const wasApprovedThen = ({ at }: Pick<Happening, 'at'>, { approvedAt }: MissionSummary): boolean =>
  approvedAt.getTime() <= at.getTime() + skewMs;
