import { nothingToDecideCard, whichAskCard } from '#cards/answers.ts';
import type { Press } from '#cards/card.ts';
import { lessQuestion } from '#cards/forms.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Act, Question, Speech } from '#conversation/intent.ts';
import type { Request } from '#mission-control/facts.ts';
import { seatsOf } from './batch.ts';
import type { Bot } from './bot.ts';
import { decide, verdictOn } from './decide.ts';
import { decideShown } from './decide-batch.ts';
import { subjectsNamed } from './remind.ts';
import type { Reply, Said } from './said.ts';
import type { Here } from './where.ts';

/** Passes a question to the agent of the one ask that is open here, or an answer to the one question it has put here. */
export async function speak(
  bot: Bot,
  said: Said,
  shared: boolean,
  open: readonly Request[],
  speech: Speech,
): Promise<Reply> {
  const fitting = open.filter(({ type }) => (type === 'question') === (speech.kind === 'answer'));
  const [request, another] = fitting;
  if (!request) return { public: nothingToDecideCard() };
  if (another) return { public: whichAskCard(fitting) };
  const [seat] = await seatsOf(bot, [request]);
  if (seat && speech.kind === 'ask') {
    const question = speech.less ? lessQuestion(request, speech.words) : speech.words;
    const { batch, number } = seat;
    const which = { of: 'number', number } as const;
    const card = await decideShown(bot, said, shared, batch, which, { action: 'ask', question });
    return card && { private: card };
  }
  const digest = (await shownPresses(bot, said, request.id)).find(({ verb }) => verb === 'deny')?.digest;
  if (!digest) return { private: refusalCard('stale') };
  const told = await decide(bot, said, shared, { requestId: request.id, action: speech.kind, digest }, () => {
    if (speech.kind === 'answer') return { action: 'answer', digest, answer: speech.words };
    return {
      action: 'ask',
      digest,
      question: speech.less ? lessQuestion(request, speech.words) : speech.words,
    };
  });
  return told && { private: told };
}

/**
 * In the thread of one ask alone, plain words of somebody who may decide it are meant for its agent: a question about the
 * ask, or the answer to its question. Words that resemble a command, and words of everybody else, are not passed on.
 */
export async function speakPlainly(
  bot: Bot,
  said: Said,
  shared: boolean,
  { ask, proposal, asks }: Here,
  offer: Question | Act | undefined,
): Promise<Reply | 'not-meant'> {
  const [open] = asks;
  if (!(ask ?? proposal) || !open || offer) return 'not-meant';
  const questioned = /\?\s*$/.test(said.text);
  if ((open.type === 'question') === questioned) return 'not-meant';
  const delegations = await bot.ledger.delegations.standing(bot.now());
  if (!verdictOn(bot, said, shared, open, delegations).allowed) return 'not-meant';
  const words = said.text.trim();
  return await speak(
    bot,
    said,
    shared,
    asks,
    open.type === 'question' ? { kind: 'answer', words } : { kind: 'ask', less: false, words },
  );
}

/** What can be pressed on the card of an ask as it hangs here, not as it became meanwhile: words answer what could be read. */
export async function shownPresses(bot: Bot, { place }: Said, requestId: string): Promise<readonly Press[]> {
  for (const subject of subjectsNamed(requestId)) {
    const hanging = await bot.ledger.wall.hangingAt(place, subject);
    if (hanging?.shown?.some(({ subject: of, digest }) => digest && of === requestId)) return hanging.shown;
  }
  return [];
}
