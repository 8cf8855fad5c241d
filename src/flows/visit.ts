import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { arrivalCard, confirmationCard, endedVisitCard } from '#cards/visit-card.ts';
import { ChatError, type Place, type Platform } from '#chat/chat.ts';
import type { Visit, Ways } from '#ledger/visits.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Proof } from '#page/page.ts';
import type { Delegation } from '#policy/delegation.ts';
import { type Matter, matterOf } from '#policy/matter.ts';
import { channelsFor, mayDecide, type Verdict } from '#policy/policy.ts';
import type { Bot } from './bot.ts';
import { drawAsk } from './look.ts';

/** How long a page stays open to its browser, whatever is done on it. */
const visitMs = 15 * 60_000;
/** How long a fresh sign-in stays fresh: as long as it takes to read an ask. */
const freshMs = 5 * 60_000;
const verbsThere = new Set(['approve', 'deny', 'ask', 'answer']);

/** Opens the page of an ask for a browser that is here, or one person's private page for whoever comes first. */
export async function openVisit(
  bot: Bot,
  visit: { readonly requestId: string; readonly onlyPerson?: string; readonly ways?: Ways },
): Promise<{ readonly id: string; readonly token: string; readonly expiresAt: Date }> {
  const now = bot.now();
  const expiresAt = new Date(now.getTime() + visitMs);
  const opened = await bot.ledger.visits.open({
    ways: {},
    ...visit,
    arrives: visit.onlyPerson === undefined,
    now,
    expiresAt,
  });
  bot.log.info({ visit: opened.id, request: visit.requestId }, 'the page of an ask was opened');
  return { ...opened, expiresAt };
}

/** A page whose time is over, or that somebody ended. */
export const isOver = ({ ended, expiresAt }: Visit, now: Date) => ended !== undefined || expiresAt <= now;

/** Under which name a proof stands in the record: the account's, as of a press in chat, or the sign-in's. */
export const accountOf = (proof: Proof) =>
  proof.kind === 'chat'
    ? { platform: proof.actor.platform, tenant: proof.actor.tenant, user: proof.actor.user }
    : { platform: 'oidc', tenant: proof.issuer, user: proof.sub };

/** They had to sign in for this very page, and not long ago. */
export const isFresh = (proof: Proof, now: Date) =>
  proof.kind === 'sign-in' &&
  proof.fresh &&
  proof.authenticatedAt !== undefined &&
  now.getTime() - proof.authenticatedAt.getTime() <= freshMs;

/**
 * What the rules say of a visitor now. A chat that vouched for them is asked what it says of them today: whoever was
 * dismissed, or made a guest, since they vouched decides nothing.
 */
export async function judge(
  bot: Bot,
  { proof, onlyPerson }: Visit,
  request: Request,
  delegations: readonly Delegation[],
): Promise<Verdict> {
  const { oversight } = bot;
  const matter = matterOf(request);
  if (!proof) return { allowed: false, why: 'unverified' };
  if (proof.kind === 'sign-in')
    return mayDecide({ oversight, matter, delegations, signedIn: proof, only: onlyPerson });
  const { actor, place } = proof;
  const chat = bot.chats.get(actor.platform);
  if (!chat) throw new ChatError('unavailable', `${actor.platform} is not connected`);
  const standing = await chat.standingOf(meetingPlace(bot, matter, actor) ?? place, actor.user);
  return mayDecide({
    oversight,
    actor: { ...actor, standing },
    place,
    private: true,
    shared: false,
    matter,
    delegations,
  });
}

/** A place where a platform knows its people: where the matter is overseen, else any that the operator named. */
export function meetingPlace(
  { oversight }: Bot,
  matter: Matter,
  { platform, tenant }: { readonly platform: Platform; readonly tenant: string },
): Place | undefined {
  const there = [...channelsFor(oversight, matter), ...oversight.channels];
  return there.find(({ place }) => place.platform === platform && place.tenant === tenant)?.place;
}

/** What stands on the page: who are you, the whole ask with what can be done about it, or why neither. */
export async function visitCard(bot: Bot, visit: Visit): Promise<Card> {
  const now = bot.now();
  if (isOver(visit, now)) return endedVisitCard(visit.ended ?? 'expired');
  const request = await bot.missionControl.readRequest(visit.requestId);
  if (!request) return refusalCard('not_found');
  if (!visit.proof) return visit.onlyPerson === undefined ? arrival(bot, visit, request) : confirmationCard();
  const verdict = await judge(bot, visit, request, await bot.ledger.delegations.standing(now));
  if (!verdict.allowed) return refusalCard(verdict.why);
  const mission = request.missionS256 ? await bot.missionControl.readMission(request.missionS256) : undefined;
  const card = (await drawAsk(bot, request, mission, now))();
  return { ...card, buttons: card.buttons.filter(({ press }) => verbsThere.has(press.verb)) };
}

function arrival(bot: Bot, { id, pairing }: Visit, request: Request): Card {
  return arrivalCard({
    visit: id,
    request,
    platforms: [...bot.chats.keys()],
    canSignIn: bot.page.signIn !== undefined,
    pairing: pairing && pairing.expiresAt > bot.now() ? pairing : undefined,
  });
}
