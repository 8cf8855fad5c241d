import type { MissionSummary } from '#mission-control/facts.ts';
import { type Matter, matterOf } from '#policy/matter.ts';
import { overseenSince } from './alarm.ts';
import type { Bot } from './bot.ts';
import { bringWhatLacks } from './bring.ts';
import { tellDigests } from './digest.ts';
import { letBeWhatIsGone } from './gone.ts';
import { hangWhatIsDue } from './hang.ts';
import { leave } from './leave.ts';
import { settleAllPassing } from './let-through.ts';
import { look, showMission, showRequest, showStale } from './look.ts';
import { closePairing } from './pair.ts';
import { reviewWhatIsDue } from './review.ts';
import { placesOf, rootSubject } from './root.ts';
import { showProposal } from './stop.ts';
import { settleBallots } from './vote.ts';

const pageSize = 100;
const marginMs = 2 * 60_000;

/**
 * Looks at everything that is open or may still change, and makes the walls follow. Events only say "look now": what
 * they lost, this finds.
 */
export async function goRound(bot: Bot): Promise<void> {
  await settleBallots(bot);
  await settleAllPassing(bot);
  await overseenSince(bot);
  const missions = new Map<string, MissionSummary>();
  const requests = new Map<string, Matter>();

  for (let after: string | undefined, more = true; more; ) {
    const seenAt = bot.now();
    const page = await bot.missionControl.listMissions({
      status: 'active',
      limit: pageSize,
      ...(after && { after }),
    });
    await reviewWhatIsDue(bot, page.missions, seenAt);
    for (const mission of page.missions) {
      missions.set(mission.s256, mission);
      if (!(await isFresh(bot, mission))) await showMission(bot, mission, seenAt);
      else await showStale(bot, mission, await rootSubject(bot, mission), seenAt);
    }
    after = page.after;
    more = after !== undefined;
  }

  for (let after: string | undefined, more = true; more; ) {
    const seenAt = bot.now();
    const page = await bot.missionControl.listRequests({
      state: 'open',
      limit: pageSize,
      ...(after && { after }),
    });
    for (const request of page.requests) {
      requests.set(request.id, matterOf(request));
      const { missionS256: s256 } = request;
      const mission = s256 ? (missions.get(s256) ?? (await bot.missionControl.readMission(s256))) : undefined;
      await showRequest(bot, request, mission, seenAt);
    }
    after = page.after;
    more = after !== undefined;
  }

  await lookAtTheRest(bot, missions, requests);
  await hangWhatIsDue(bot);
  await bringWhatLacks(bot);
  // Last, so that a digest that cannot be made keeps nothing else from going out.
  await tellDigests(bot);
}

/** A mission that hangs wherever it should and was looked at well after its last activity has nothing new to say; clocks may differ a little. */
async function isFresh(bot: Bot, mission: MissionSummary): Promise<boolean> {
  const seen = await bot.ledger.wall.seenAt(await rootSubject(bot, mission), placesOf(bot, mission));
  return seen.every((at) => at !== undefined && at.getTime() - mission.lastActivityAt.getTime() > marginMs);
}

/** What hangs somewhere as if it were open, and is not among what is. */
async function lookAtTheRest(
  bot: Bot,
  missions: ReadonlyMap<string, MissionSummary>,
  requests: ReadonlyMap<string, Matter>,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await bot.ledger.wall.unsettled(after, pageSize);
    for (const row of rows) {
      const { number, subject, place, missionS256, requestId } = row;
      after = number;
      if (await leave(bot, row, { missions, requests })) continue;
      if (subject.startsWith('visit:')) await closePairing(bot, subject.slice('visit:'.length));
      if (subject.startsWith('confirm:'))
        await showProposal(bot, subject.slice('confirm:'.length), { place });
      const seen = requestId
        ? requests.has(requestId)
        : missionS256 !== undefined && missions.has(missionS256);
      const root = subject.startsWith('mission:') && missionS256 !== undefined && missions.has(missionS256);
      if (seen || root) continue;
      await look(bot, { requestId, missionS256 });
      await letBeWhatIsGone(bot, row);
    }
    if (rows.length < pageSize) return;
  }
}
