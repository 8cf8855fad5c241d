import { randomInt } from 'node:crypto';
import { newInteractionCode } from '#aauth/interaction-code.ts';
import type { Card } from '#cards/card.ts';
import { type Refusal, refusalCard } from '#cards/refusals.ts';
import { vouchCard, vouchedCard } from '#cards/visit-card.ts';
import type { Place, Platform } from '#chat/chat.ts';
import type { Pairing, Visit } from '#ledger/visits.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Person } from '#oversight.ts';
import { matterOf } from '#policy/matter.ts';
import { mayDecide } from '#policy/policy.ts';
import { readBallot } from './ballot.ts';
import { type Bot, proofOf, surfaceOf } from './bot.ts';
import type { Pressed } from './press.ts';
import { isOver, meetingPlace } from './visit.ts';

/** How long a code is good, and how often one page may have somebody asked. */
const pairingMs = 5 * 60_000;
const mostPairings = 3;
/** One right code among so many: a press by habit ends the page more often than it opens it. */
const choices = 3;

/**
 * A visitor wants to be asked in their own chat whether it is them. Only somebody who may decide the ask is asked, and the
 * page shows no difference, so that it names nobody the operator knows. What the visitor should hear besides is returned.
 */
export async function pair(
  bot: Bot,
  visit: Visit,
  platform: Platform,
  who: string,
): Promise<Card | undefined> {
  const request = await bot.missionControl.readRequest(visit.requestId);
  if (!request) return refusalCard('not_found');
  if (visit.pairings >= mostPairings) return refusalCard('asked_enough');
  const account = accountOn(platform, await personMeant(bot, request, who));
  const met = account && meetingPlace(bot, matterOf(request), { platform, tenant: account.tenant });
  const chat = bot.chats.get(platform);
  const place = account && met && (await chat?.privately(met, account.user));
  const codes = codesOf(choices);
  const pairing: Pairing = {
    platform,
    tenant: account?.tenant ?? '',
    user: account?.user ?? '',
    channel: place?.channel ?? '',
    code: codes[randomInt(codes.length)] ?? '',
    choices: codes,
    expiresAt: new Date(bot.now().getTime() + pairingMs),
    asked: place !== undefined,
  };
  if (!(await bot.ledger.visits.pair(visit.id, pairing, bot.now(), mostPairings)))
    return refusalCard('asked_enough');
  bot.log.info({ visit: visit.id, platform, asked: pairing.asked }, 'a visitor asks who they are');
  if (visit.pairing && visit.pairing.channel !== pairing.channel)
    await hangAnswered(bot, visit.id, visit.pairing, 'lapsed');
  if (place) {
    await bot.ledger.wall.want({
      subject: subjectOf(visit.id),
      place,
      card: vouchCard({ visit: visit.id, request, choices: codes, until: pairing.expiresAt }),
      seenAt: bot.now(),
      settled: false,
      urgency: 0,
    });
  }
  return undefined;
}

const subjectOf = (visit: string) => `visit:${visit}`;

/** Codes that cannot be taken for each other: no two share their first symbol. */
function codesOf(count: number): string[] {
  const codes = new Map<string, string>();
  while (codes.size < count) {
    const code = newInteractionCode().slice(0, 4);
    codes.set(code.slice(0, 1), code);
  }
  return [...codes.values()];
}

/** Whoever the agent acts for, or whom the visitor names; nobody, where they may not decide. */
async function personMeant(bot: Bot, request: Request, who: string): Promise<Person | undefined> {
  const { approvers } = await readBallot(bot, request);
  const folded = (text: string) => text.trim().toLowerCase();
  const named = folded(who);
  return approvers.find(({ id, name }) =>
    named === '' ? id === request.person : folded(id) === named || folded(name) === named,
  );
}

function accountOn(platform: Platform, person: Person | undefined) {
  if (platform === 'slack') return person?.slack && { tenant: person.slack.team, user: person.slack.user };
  return person?.teams;
}

/**
 * The one who was asked says that it is them, by the code, or that it is not. Nobody else's word counts, and a wrong code
 * ends the page: the right one is in sight of whoever really opened it.
 */
export async function answerPairing(bot: Bot, pressed: Pressed): Promise<Card | undefined> {
  const { actor, place, press } = pressed;
  const visit = await bot.ledger.visits.read(press.subject);
  const pairing = visit?.pairing;
  const now = bot.now();
  if (!visit || !pairing) return refusalCard('stale');
  const act = {
    source: `${pressed.id}/${press.verb}/${visit.id}`,
    at: now,
    verb: press.verb === 'vouch' ? ('vouch' as const) : ('disown' as const),
    actor: proofOf(actor),
    surface: surfaceOf(place, pressed.on.message),
    subject: `request:${visit.requestId}`,
    digest: undefined,
    answer: { visit: visit.id },
  };
  async function refuse(why: Refusal, person?: string) {
    await bot.ledger.acts.append({ ...act, person, outcome: `refused:${why}` });
    bot.log.warn({ visit: visit?.id, actor: act.actor, why }, `${act.verb} refused`);
    return refusalCard(why);
  }
  if (!isAsked(pairing, pressed)) return await refuse('not_your_page');
  const request = await bot.missionControl.readRequest(visit.requestId);
  if (!request) return refusalCard('not_found');
  const verdict = mayDecide({
    oversight: bot.oversight,
    actor,
    place,
    private: true,
    shared: false,
    matter: matterOf(request),
    delegations: await bot.ledger.delegations.standing(now),
  });
  if (!verdict.allowed) return await refuse(verdict.why);
  const person = verdict.as.id;
  if (isOver(visit, now) || visit.proof || pairing.expiresAt <= now) {
    await hangAnswered(bot, visit.id, pairing, visit.proof ? 'vouched' : 'lapsed');
    return await refuse('stale', person);
  }
  if (press.verb === 'vouch' && press.choice === pairing.code) {
    const { standing, ...known } = actor;
    const proof = { kind: 'chat', actor: known, place } as const;
    if (!(await bot.ledger.visits.vouch(visit.id, pairing, proof, now))) return await refuse('stale', person);
    await bot.ledger.acts.append({ ...act, person, outcome: 'vouched' });
    bot.log.info({ visit: visit.id, actor: act.actor, standing }, 'vouched');
    await hangAnswered(bot, visit.id, pairing, 'vouched');
    return undefined;
  }
  const why = press.verb === 'vouch' ? 'wrong_code' : 'disowned';
  if (!(await bot.ledger.visits.end(visit.id, why, now))) return await refuse('stale', person);
  await bot.ledger.acts.append({ ...act, person, outcome: why });
  bot.log.warn({ visit: visit.id, actor: act.actor, why }, 'the page of an ask was closed');
  await hangAnswered(bot, visit.id, pairing, why);
  return undefined;
}

const isAsked = (pairing: Pairing, { actor }: Pressed) =>
  pairing.asked &&
  pairing.platform === actor.platform &&
  pairing.user.toLowerCase() === actor.user.toLowerCase() &&
  pairing.tenant.toLowerCase() === actor.tenant.toLowerCase();

/** The question in chat says what became of it. */
async function hangAnswered(
  bot: Bot,
  visit: string,
  { platform, tenant, channel, asked }: Pairing,
  how: Parameters<typeof vouchedCard>[0],
): Promise<void> {
  if (!asked) return;
  const place: Place = { platform, tenant, channel };
  await bot.ledger.wall.want({
    subject: subjectOf(visit),
    place,
    card: vouchedCard(how),
    seenAt: bot.now(),
    settled: true,
    urgency: 0,
  });
}

/** A question that nobody answered in time loses its buttons. */
export async function closePairing(bot: Bot, id: string): Promise<void> {
  const visit = await bot.ledger.visits.read(id);
  const now = bot.now();
  if (!visit?.pairing || (!isOver(visit, now) && visit.pairing.expiresAt > now)) return;
  const how = visit.proof ? 'vouched' : visit.ended === 'wrong_tries' ? 'lapsed' : (visit.ended ?? 'lapsed');
  await hangAnswered(bot, id, visit.pairing, how);
}
