import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import * as words from '#cards/words/visit.ts';
import { ChatError, type Filled } from '#chat/chat.ts';
import type { Visit } from '#ledger/visits.ts';
import { MissionControlError } from '#mission-control/error.ts';
import type { Submitted, Visitors } from '#page/page.ts';
import type { Bot } from './bot.ts';
import { pair } from './pair.ts';
import { attend } from './receive.ts';
import { beginSignIn, endSignIn } from './sign-in.ts';
import { accountOf, isOver, visitCard } from './visit.ts';

/** What the page of an ask calls into: every verb takes the visit and the token of the browser that asks. */
export function openVisitors(bot: Bot): Visitors {
  const { visits } = bot.ledger;

  return {
    async show(id, token) {
      const visit = await visits.readAs(id, token);
      if (!visit) return undefined;
      return { card: await shownCard(bot, visit), told: visit.told, links: linksOf(bot, visit) };
    },

    async awaits(id) {
      const visit = await visits.read(id);
      return visit !== undefined && !visit.arrived && !isOver(visit, bot.now());
    },

    async arrive(id) {
      const token = await visits.arrive(id, bot.now());
      const visit = token === undefined ? undefined : await visits.read(id);
      return token !== undefined && visit ? { token, expiresAt: visit.expiresAt } : undefined;
    },

    async submit(id, token, { act, press, values }) {
      const visit = await visits.readAs(id, token);
      if (!visit || isOver(visit, bot.now())) return;
      if (press.verb === 'pair') return await startPairing(bot, visit, values);
      if (!visit.proof) return;
      const submitted: Submitted = {
        kind: 'submitted',
        id: `visit/${id}/${act}`,
        visit: id,
        at: bot.now(),
        press,
        values,
        actor: accountOf(visit.proof),
      };
      await bot.ledger.inbox.keep(submitted, bot.now());
      await attend(bot, submitted.id);
    },

    async signIn(id, token) {
      const visit = await visits.readAs(id, token);
      return visit && (await beginSignIn(bot, visit));
    },

    visitOf: (state) => visits.ofState(state),

    async signedIn(id, token, answer) {
      const visit = await visits.readAs(id, token);
      if (visit && !isOver(visit, bot.now())) await endSignIn(bot, visit, answer);
    },

    async wasWrong(id) {
      if (await visits.wasWrong(id, bot.now())) bot.log.warn({ visit: id }, 'too many wrong tries at a page');
    },
  };
}

/** While nobody can say who the visitor is, they are nobody; and what cannot be read is not shown half. */
async function shownCard(bot: Bot, visit: Visit): Promise<Card> {
  try {
    return await visitCard(bot, visit);
  } catch (error) {
    if (!(error instanceof ChatError || error instanceof MissionControlError)) throw error;
    bot.log.warn({ visit: visit.id, err: error }, 'the page of an ask could not be drawn');
    return refusalCard('unverified');
  }
}

async function startPairing(bot: Bot, visit: Visit, { where, who = '' }: Filled): Promise<void> {
  const platform = [...bot.chats.keys()].find((each) => each === where);
  if (visit.proof || visit.onlyPerson !== undefined || !platform) return;
  try {
    await bot.ledger.visits.tell(visit.id, await pair(bot, visit, platform, who));
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    bot.log.warn({ visit: visit.id, err: error }, 'a visitor could not be asked in chat');
    await bot.ledger.visits.tell(visit.id, refusalCard('unverified'));
  }
}

function linksOf(bot: Bot, visit: Visit) {
  const { id, proof, pairing, ways } = visit;
  if (isOver(visit, bot.now())) return ways.back ? [{ label: words.ways.back, url: ways.back }] : [];
  const own = bot.page.addressOf(id);
  return [
    ...(!proof && pairing && pairing.expiresAt > bot.now() ? [{ label: words.pairing.goOn, url: own }] : []),
    ...(!proof && bot.page.signIn ? [{ label: words.arrival.signIn, url: `${own}/sign-in` }] : []),
    ...(ways.errand ? [{ label: words.ways.errand(new URL(ways.errand).host), url: ways.errand }] : []),
    ...(ways.back ? [{ label: words.ways.back, url: ways.back }] : []),
  ];
}
