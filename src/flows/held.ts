import { holdCard, holdOverCard, rulesVia } from '#cards/hold-card.ts';
import { nextStep } from '#cards/left.ts';
import type { Hold } from '#ledger/holds.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import { type Bot, peopleOf } from './bot.ts';
import { lookLater } from './look-later.ts';
import { placesOf } from './root.ts';

/** Who a hold of the operator's rule is by. No platform is called so, and only the rule writes it. */
export const byRule = { person: 'on_drift', via: rulesVia, id: 'rule:on_drift' } as const;

/** How many asks the card of a hold has read; it lists fewer. */
const pageSize = 50;

/** The hold on a mission. One that has ended is not held any more, whatever was left standing. */
export async function standingHold(bot: Bot, { s256, status }: MissionSummary): Promise<Hold | undefined> {
  return status === 'active' ? await bot.ledger.holds.standing(s256) : undefined;
}

/**
 * True while nothing under the ask's mission is approved. It is read right before the approval goes out: an approval that
 * is on its way when the hold comes counts as earlier.
 */
export const isHeld = async (bot: Bot, { missionS256 }: Request): Promise<boolean> =>
  missionS256 !== undefined && (await bot.ledger.holds.standing(missionS256)) !== undefined;

/** Every hold of a mission, in its thread, as it stands: what waits under it, or how it ended. */
export async function showHolds(
  bot: Bot,
  mission: MissionSummary,
  root: string,
  seenAt: Date,
): Promise<void> {
  const people = peopleOf(bot.oversight);
  for (const hold of await bot.ledger.holds.of(mission.s256)) {
    const { released } = hold;
    const stands = !released && mission.status === 'active';
    const { requests: asks } = stands
      ? await bot.missionControl.listRequests({ state: 'open', missionS256: mission.s256, limit: pageSize })
      : { requests: [] };
    const card = stands
      ? holdCard({ mission, hold, asks, silentToo: bot.holdsSilentGrants, people, now: seenAt })
      : holdOverCard({ mission, hold, released, people });
    for (const place of placesOf(bot, mission)) {
      await bot.ledger.wall.want({
        subject: `hold:${hold.id}`,
        place,
        under: { subject: root },
        missionS256: mission.s256,
        card,
        seenAt,
        settled: !stands,
        urgency: 0,
      });
    }
    // The card counts the deadlines down.
    const [next] = asks
      .flatMap(({ expiresAt }) => nextStep(expiresAt, seenAt) ?? [])
      .toSorted((a, b) => a.getTime() - b.getTime());
    if (next) await lookLater(bot, { missionS256: mission.s256 }, next);
  }
}
