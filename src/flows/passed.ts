// What the reviewer let pass, and whether people agree with it: counted from its own judgements and from what the Person
// Server says became of each ask.
import type { Passed } from '#cards/passed.ts';
import type { Request } from '#mission-control/facts.ts';
import { matterOf } from '#policy/matter.ts';
import { neededCapabilities } from '#policy/reviewed.ts';
import type { Bot } from './bot.ts';
import type { Scope } from './scope.ts';

/** How many yeses are counted, the latest ones. */
const mostCounted = 500;

/** Counts a time's yeses within a scope; undefined where the operator hands nothing over and never did in that time. */
export async function passedIn(
  bot: Bot,
  scope: Scope,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<Passed | undefined> {
  const yeses = await bot.ledger.judgements.yeses({ from, to, limit: mostCounted });
  if (!bot.oversight.reviewed && yeses.length === 0) return undefined;
  const passed: Request[] = [];
  const samples: Request[] = [];
  for (const { requestId, state } of yeses) {
    const request = await bot.missionControl.readRequest(requestId);
    if (!request || !scope.has(matterOf(request))) continue;
    (state === 'passed' ? passed : samples).push(request);
  }
  // Only what people said counts: an ask that ran out, or was withdrawn, nobody has agreed with or not.
  const answered = samples.filter(({ decision }) => decision !== undefined);
  return {
    passed,
    sampled: samples.length,
    answered: answered.length,
    agreed: answered.filter(({ decision }) => decision?.action === 'approve').length,
    more: yeses.length === mostCounted,
    off: await whyOff(bot),
  };
}

/** Why nothing passes, although the operator hands something over. */
async function whyOff(bot: Bot): Promise<Passed['off']> {
  if (!bot.oversight.reviewed) return undefined;
  if (!bot.model) return 'no_model';
  const able = await bot.capabilities();
  return neededCapabilities.every((each) => able.includes(each)) ? undefined : 'no_record';
}
