import type { Intent } from '#conversation/intent.ts';
import type { Bot } from './bot.ts';

/** A Person Server that knows nothing of a card for longer than this has forgotten what it was about, and is not just away. */
const certainMs = 24 * 3_600_000;

/**
 * Looks no longer after a card about what the Person Server does not know any more: it stays as it hangs. Should the server
 * know of it again, the next look takes the card up again.
 */
export async function letBeWhatIsGone(
  bot: Bot,
  {
    number,
    requestId,
    missionS256,
  }: {
    readonly number: number;
    readonly requestId: string | undefined;
    readonly missionS256: string | undefined;
  },
): Promise<void> {
  if (requestId === undefined && missionS256 === undefined) return;
  const { missionControl, ledger } = bot;
  if (requestId !== undefined && (await missionControl.readRequest(requestId))) return;
  if (missionS256 !== undefined && (await missionControl.readMission(missionS256))) return;
  await ledger.wall.letBe(number, new Date(bot.now().getTime() - certainMs));
}

/** Words that speak of whatever the thread is about, and of nothing by name. */
export function isAboutHere(intent: Intent): boolean {
  if ('target' in intent) return intent.target.of === 'this' || intent.target.of === 'unsaid';
  return ['approve', 'deny', 'claim', 'ask', 'answer'].includes(intent.kind);
}
