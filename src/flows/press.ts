import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import type { Bot } from './bot.ts';
import { decide } from './decide.ts';
import { readCard } from './look.ts';
import { answerProposal, stopMission } from './stop.ts';

export type Pressed = Extract<Happening, { kind: 'pressed' }>;

/** Somebody pressed a button of ours. What they alone should hear is returned. */
export async function press(bot: Bot, pressed: Pressed, shared: boolean): Promise<Card | undefined> {
  await tidyCopy(bot, pressed);
  const { verb, subject, digest } = pressed.press;
  switch (verb) {
    case 'approve':
    case 'deny': {
      if (!digest) return refusalCard('stale');
      const reason = verb === 'deny' && pressed.input ? { reason: pressed.input } : {};
      return await decide(bot, pressed, shared, { action: verb, requestId: subject, digest, ...reason });
    }
    case 'stop': {
      const mission = await bot.missionControl.readMission(subject);
      return mission ? await stopMission(bot, pressed, shared, mission) : refusalCard('not_found');
    }
    case 'confirm_stop':
      return await answerProposal(bot, pressed, shared, 'confirmed');
    case 'cancel':
      return await answerProposal(bot, pressed, shared, 'cancelled');
    case 'read':
      // Full text is opened at once and never waits in the inbox.
      return undefined;
  }
}

/**
 * A press on a message that is not the one we remember for its subject betrays a second copy, posted in a moment
 * nobody lived to write down. It is taken down; where a platform cannot, it is made to show the truth.
 */
async function tidyCopy(bot: Bot, { on, press }: Pressed): Promise<void> {
  const { wall } = bot.ledger;
  for (const subject of [`request:${press.subject}`, `mission:${press.subject}`]) {
    const hanging = await wall.hangingAt(on.place, subject);
    if (!hanging?.posted || hanging.posted.message === on.message) continue;
    if (await wall.behind(on.place, on.message)) return;
    const chat = bot.chats.get(on.place.platform);
    bot.log.warn({ subject, message: on.message }, 'a second copy of a card was pressed');
    await chat?.remove(on).catch(async () => {
      const card = await readCard(bot, on.place, press.subject);
      if (card) await chat.replace(on, card, subject).catch(() => {});
    });
  }
}
