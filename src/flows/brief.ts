// A model's word on an ask, beside what the rules say. The card goes out without it and takes it in when it comes.
import { z } from 'zod';
import { isOpen } from '#cards/ask-card.ts';
import { entriesShown, type ReviewOnAsk } from '#cards/review-on-ask.ts';
import type { Queue } from '#database/jobs.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { type KeptBrief, readBrief } from '#reviewer/model/kept-brief.ts';
import type { Bot } from './bot.ts';
import { numberedEntries } from './finding.ts';
import { isSampleOpen } from './let-through.ts';

export const briefQueue: Queue<{ requestId: string }> = {
  name: 'brief',
  data: z.object({ requestId: z.string() }),
};

/** While another ask of its mission is being briefed an ask waits for its turn; when a turn is lost, it comes by itself. */
const againMs = 5_000;

/** What the reviewer says of an open ask: of its mission, and of the ask itself with the entries that rests on. */
export async function reviewOf(bot: Bot, request: Request, mission: MissionSummary): Promise<ReviewOnAsk> {
  if (!isOpen(request)) return {};
  const { standing, guarded } = await bot.ledger.reviews.read(mission.s256);
  // Whoever answers a sample answers for themselves: what the reviewer thinks of it is told afterwards.
  const word = (await isSampleOpen(bot, request)) ? undefined : await briefOf(bot, request, mission);
  const pointed = word?.kind === 'briefed' ? word.brief.entries : [];
  const cited = await numberedEntries(bot, mission.s256, pointed.slice(0, entriesShown));
  return { review: standing, guarded, ...(word && { brief: { word, cited } }) };
}

/** What a model said of an open ask as it is now; asks for it where nothing was said yet. Never waits for a model. */
async function briefOf(bot: Bot, request: Request, mission: MissionSummary): Promise<KeptBrief | undefined> {
  if (!isBriefed(request, mission)) return undefined;
  const kept = await bot.ledger.briefs.read(request.id, request.digest);
  if (kept) return readBrief(kept.word);
  if (bot.model) await briefLater(bot, request.id);
  return undefined;
}

/** An open ask under a mission that goes on; a proposal has no mission yet that it could fit. */
export const isBriefed = (request: Request, { status }: MissionSummary) =>
  isOpen(request) && request.type !== 'mission' && status === 'active';

/** Asks for a brief. However often an ask is looked at meanwhile, there is one; `again` in a while. */
export async function briefLater(bot: Bot, requestId: string, again = false): Promise<void> {
  const startAfter = again ? new Date(bot.now().getTime() + againMs) : undefined;
  await bot.jobs.send(briefQueue, { requestId }, { key: requestId, ...(startAfter && { startAfter }) });
}
