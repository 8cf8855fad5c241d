import { z } from 'zod';
import { batchIn } from '#cards/batch-card.ts';
import type { Card, Form, Press } from '#cards/card.ts';
import { type Refusal, refusalCard } from '#cards/refusals.ts';
import { readPressed } from '#cards/review-card.ts';
import { ChatError, type Happening, type Place } from '#chat/chat.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';
import { claim } from './claim.ts';
import { type Answer, decide } from './decide.ts';
import { claimItems, decideItems, pickedIn } from './decide-batch.ts';
import { answerIn, changesIn, questionIn, reasonIn } from './filled.ts';
import { findingSubject } from './finding.ts';
import { holdPressed } from './hold.ts';
import { askAgent } from './inquire.ts';
import { keepPressed } from './keep.ts';
import { readCard } from './look.ts';
import { answerPairing } from './pair.ts';
import { subjectsNamed } from './remind.ts';
import { acceptFinding } from './review.ts';
import { answerProposal, stopMission } from './stop.ts';
import { timelinePressed } from './timeline.ts';

export type Pressed = Extract<Happening, { kind: 'pressed' }>;

/** Somebody pressed a button of ours. What they alone should hear is returned. */
export async function press(bot: Bot, pressed: Pressed, shared: boolean): Promise<Card | undefined> {
  await tidyCopy(bot, pressed);
  const { verb, subject, digest } = pressed.press;
  const leader = batchIn(subject);
  if (leader !== undefined) return await batchPressed(bot, pressed, shared, leader);
  switch (verb) {
    case 'approve':
    case 'deny':
    case 'ask':
    case 'answer':
      if (!digest) return refusalCard('stale');
      return await decide(bot, pressed, shared, { requestId: subject, action: verb, digest }, (request) =>
        answerPressed(pressed, verb, digest, request, bot.now()),
      );
    case 'stop': {
      const mission = await bot.missionControl.readMission(subject);
      if (!mission) return refusalCard('not_found');
      const reason = z.enum(['completed', 'superseded']).safeParse(pressed.press.choice).data;
      const { done, card } = await stopMission(bot, pressed, shared, mission, { reason });
      // On the mission's own card the new state is the answer; elsewhere nothing else would say that it is done.
      const own = await bot.ledger.wall.behind(pressed.on.place, pressed.on.message);
      return done && own?.missionS256 === mission.s256 ? undefined : card;
    }
    case 'hold':
    case 'release':
      return await holdPressed(bot, pressed, shared, verb);
    case 'claim':
      return await claim(bot, pressed, shared, subject);
    case 'timeline':
      return await timelinePressed(bot, pressed);
    case 'keep':
      return await keepPressed(bot, pressed, shared);
    case 'confirm_stop':
      return await answerProposal(bot, pressed, shared, 'confirmed');
    case 'cancel':
      return await answerProposal(bot, pressed, shared, 'cancelled');
    case 'accept': {
      const named = readPressed(subject);
      return named ? await acceptFinding(bot, pressed, shared, named) : refusalCard('stale');
    }
    case 'vouch':
    case 'disown':
      return await answerPairing(bot, pressed);
    case 'pair':
      // Its button is on the page of an ask, never in chat.
      return refusalCard('stale');
    case 'pick':
      return refusalCard('stale');
    case 'inquire': {
      const named = readPressed(subject);
      return named ? await askAgent(bot, pressed, shared, named) : refusalCard('stale');
    }
    case 'read':
      // Full text is opened at once and never waits in the inbox.
      return undefined;
  }
}

/** A press about asks that share a card: all that wait, or the one that was picked. */
async function batchPressed(
  bot: Bot,
  pressed: Pressed,
  shared: boolean,
  leader: string,
): Promise<Card | undefined> {
  const { press, values } = pressed;
  const list = { leader, ...press };
  switch (press.verb) {
    case 'approve':
      return await decideItems(bot, pressed, shared, list, { of: 'all' }, { action: 'approve' });
    case 'deny': {
      const reason = reasonIn(values);
      const said = { action: 'deny', ...(reason && { reason }) } as const;
      return await decideItems(bot, pressed, shared, list, { of: 'all' }, said);
    }
    case 'pick': {
      const picked = pickedIn(values);
      return picked
        ? await decideItems(bot, pressed, shared, list, picked.which, picked.said)
        : refusalCard('not_whole');
    }
    case 'claim':
      return await claimItems(bot, pressed, shared, leader);
    default:
      return refusalCard('stale');
  }
}

/** What a press answers an ask with; a refusal where its form is not whole, or its button is none of this ask's. */
export function answerPressed(
  { press: { choice }, values }: Pick<Pressed, 'press' | 'values'>,
  action: Answer['action'],
  digest: string,
  request: Request,
  now: Date,
): Answer | Refusal {
  switch (action) {
    case 'approve': {
      if (choice !== 'changes') return { action, digest, ...reachOf(choice) };
      const narrow = changesIn(request, values, now);
      return narrow ? { action, digest, narrow } : 'not_whole';
    }
    case 'deny': {
      const reason = reasonIn(values);
      return { action, digest, ...(reason && { reason }) };
    }
    case 'ask': {
      const question = questionIn(request, choice, values);
      return question ? { action, digest, question } : 'not_whole';
    }
    case 'answer': {
      const answer = answerIn(request, choice, values);
      return answer ? { action, digest, answer } : 'not_whole';
    }
  }
}

/** How far a yes reaches, where the button said it. */
export const reachOf = (choice: string | undefined) => {
  const apply = z.enum(['once', 'mission', 'always']).safeParse(choice).data;
  return apply ? { apply } : {};
};

/** Where the card of a press may hang. A batch hangs where the first of its asks did. */
function hungFor({ subject }: Press): readonly string[] {
  const found = readPressed(subject);
  if (found) return [findingSubject(found)];
  const leader = batchIn(subject);
  return leader === undefined ? subjectsNamed(subject) : [`request:${leader}`];
}

/** The form behind a button, from the card that hangs: nothing but the card itself says what is asked for. */
export async function readForm(bot: Bot, place: Place, press: Press): Promise<Form | undefined> {
  for (const subject of hungFor(press)) {
    const hanging = await bot.ledger.wall.hangingAt(place, subject);
    const button = hanging?.wanted.buttons.find(
      ({ press: { verb, digest, choice } }) =>
        verb === press.verb && digest === press.digest && choice === press.choice,
    );
    if (button?.form) return button.form;
  }
  return undefined;
}

/**
 * A press on a message that nobody wrote down betrays a copy, posted in a moment that was not lived through. While the
 * card has no other, it is the card. Otherwise it is taken down, or made to show the truth where a platform cannot.
 */
async function tidyCopy(bot: Bot, { on, press }: Pressed): Promise<void> {
  const { wall } = bot.ledger;
  if (await wall.behind(on.place, on.message)) return;
  const root = await wall.rootOf(press.subject);
  for (const subject of [...hungFor(press), `confirm:${press.subject}`, ...(root ? [root] : [])]) {
    const hanging = await wall.hangingAt(on.place, subject);
    if (!hanging) continue;
    if (await wall.adopt(hanging.id, on)) return;
    const chat = bot.chats.get(on.place.platform);
    bot.log.warn({ subject, message: on.message }, 'a second copy of a card was pressed');
    try {
      await chat?.remove(on);
      await wall.maybeTwice(hanging.id, false);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      const card = await readCard(bot, on.place, press.subject);
      if (card) await chat?.replace(on, card, hanging.id).catch(() => {});
    }
    return;
  }
}
