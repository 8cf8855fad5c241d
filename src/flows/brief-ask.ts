import type { Briefed } from '#ledger/briefs.ts';
import { missionFacts } from '#reviewer/drift.ts';
import { askFacts, briefAsk } from '#reviewer/model/brief.ts';
import type { KeptBrief } from '#reviewer/model/kept-brief.ts';
import { readMemo } from '#reviewer/model/memo.ts';
import { entriesOf } from '#reviewer/model/window.ts';
import type { Bot } from './bot.ts';
import { briefLater, isBriefed } from './brief.ts';
import { lookLater } from './look-later.ts';

/** A brief that has not come by then is of no use to whoever decides. */
const patienceMs = 50_000;
const leaseMs = 90_000;
const newest = 12;
const pageSize = 50;

/** Asks the model about one ask as it is now: once for its digest, and one at a time for its mission. */
export async function briefRequest(bot: Bot, requestId: string): Promise<void> {
  const { model, missionControl, ledger } = bot;
  const request = await missionControl.readRequest(requestId);
  if (!model || !request?.missionS256) return;
  const mission = await missionControl.readMission(request.missionS256);
  if (!mission || !isBriefed(request, mission)) return;
  const ask = { requestId, digest: request.digest, missionS256: mission.s256 };
  const right = await ledger.briefs.take(ask, bot.now(), leaseMs);
  if (right === 'busy') return await briefLater(bot, requestId, true);
  if (right === 'done') return;
  const { memo, accepted } = await ledger.reviews.read(mission.s256);
  const entries = await entriesOf(missionControl, mission.s256)(
    Math.max(0, mission.logEntries - newest),
    newest,
  );
  const answer = await briefAsk(model, {
    s256: mission.s256,
    mission: missionFacts(mission),
    ask: askFacts(request),
    memo: readMemo(memo),
    entries,
    accepted,
    signal: AbortSignal.timeout(patienceMs),
  });
  const word: KeptBrief =
    answer.kind === 'silent'
      ? { kind: 'silent', why: answer.why }
      : { kind: 'briefed', brief: answer.brief, through: entries.at(-1)?.seq ?? 0 };
  await ledger.briefs.keep(ask, word, bot.now());
  bot.log.info({ request: requestId, mission: mission.s256, brief: said(word) }, 'ask briefed');
  await lookLater(bot, { requestId });
  await nextOf(bot, ask);
}

/** Whichever other ask of the mission waits for its turn. */
async function nextOf(bot: Bot, { missionS256, requestId }: Briefed): Promise<void> {
  const { requests } = await bot.missionControl.listRequests({ state: 'open', missionS256, limit: pageSize });
  for (const { id, digest } of requests) {
    if (id === requestId || (await bot.ledger.briefs.read(id, digest))) continue;
    return await briefLater(bot, id);
  }
}

const said = (word: KeptBrief) => (word.kind === 'silent' ? word.why : word.brief.kind);
