import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import type { Bot } from './bot.ts';
import { decide } from './decide.ts';
import { holdPressed } from './hold.ts';
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
      if (!mission) return refusalCard('not_found');
      const { done, card } = await stopMission(bot, pressed, shared, mission);
      // On the mission's own card the new state is the answer; elsewhere nothing else would say that it is done.
      const own = await bot.ledger.wall.behind(pressed.on.place, pressed.on.message);
      return done && own?.missionS256 === mission.s256 ? undefined : card;
    }
    case 'hold':
    case 'release':
      return await holdPressed(bot, pressed, shared, verb);
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
 * A press on a message that nobody wrote down betrays a copy, posted in a moment that was not lived through. While the
 * card has no other, it is the card. Otherwise it is taken down, or made to show the truth where a platform cannot.
 */
async function tidyCopy(bot: Bot, { on, press }: Pressed): Promise<void> {
  const { wall } = bot.ledger;
  if (await wall.behind(on.place, on.message)) return;
  const root = await wall.rootOf(press.subject);
  for (const subject of [
    `request:${press.subject}`,
    `mission:${press.subject}`,
    `confirm:${press.subject}`,
    ...(root ? [root] : []),
  ]) {
    const hanging = await wall.hangingAt(on.place, subject);
    if (!hanging) continue;
    if (await wall.adopt(hanging.id, on)) return;
    const chat = bot.chats.get(on.place.platform);
    bot.log.warn({ subject, message: on.message }, 'a second copy of a card was pressed');
    await chat?.remove(on).catch(async () => {
      const card = await readCard(bot, on.place, press.subject);
      if (card) await chat.replace(on, card, hanging.id).catch(() => {});
    });
    return;
  }
}
