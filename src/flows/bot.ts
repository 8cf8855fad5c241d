// The flows: each is one sentence of the README, read aloud. They alone know both the Person Server and the chats.
//
// What happens outside comes in here, is kept first, and then acted on:
//   receive        keep what was said or pressed, and hear it or press it once it is kept
//   watch          follow the Person Server's changes; look after each
//   round          look at everything again: a lost event costs seconds, not a decision
//   visitors       what the page of an ask calls into
//
// People act:
//   hear           a person said something; answer, or do what they said
//   speak          pass a question, or an answer, to the agent of an open ask
//   press          a person pressed a button; do it if they may
//   decide         put a person's answer to an ask to the Person Server, if they may
//   vote           keep an approval where more than one is needed; the last one decides
//   sign-in        keep an approval that counts only after a fresh sign-in
//   batch          one card for asks that are the same (show-batch), each decided by itself (decide-batch)
//   stop           end missions, after one click where the words were not exact, and report what was left
//   hold           keep everything under a mission from being approved, and show that
//   claim          show that somebody is looking into an ask
//   delegate       let somebody else decide for a person, for a while
//   stale          ask whether a mission should go on that is idle, near its end or done; keep it, or end it as done (keep)
//   inquire        put a question about a finding to the agent, once the agent can be asked
//   visit          the page of an ask: who opened it, whether it is them (pair), what they decide there (submitted)
//
// Cards follow:
//   look           read the truth about an ask or a mission and say which card should hang where
//   hang           make the chats show what should hang
//   bring          bring the pictures of a card to where they can be shown, and hang it again with them
//   answered       hang what an agent came back with in the ask's thread
//   leave          take down what hangs where it is overseen no more
//   alarm          say so when an ask was settled and nobody here did it
//   went-on        call whoever may stop a mission when something goes on under it after its end
//   tampering      say so when a resource's token says something else than the token it was issued on
//   gone           let cards be whose Person Server has forgotten what they were about, and say so when asked
//   remind         call people again to what nobody answers, then others, and say so when silence has denied it
//
// What is told when somebody asks, or in its time:
//   home, digest, health   what waits, what happened, how well asks are answered; each within a scope
//   timeline       draw how a mission went: when asked, and on the report of its end
//   happened       tell what was done under a mission since a time
//   entry          one entry of a mission's log, whole
//   answer-freely  let a model answer what the plain commands leave unclear
//
// The reviewer:
//   review         review missions as their logs grow, and hang what is found (finding)
//   brief          ask a model about an ask (brief-ask), and show what it says beside what the rules say
//   drift-rule     do what the operator's rule says of a mission that drifts
//   let-through    let an ask pass that the operator handed over to the reviewer, or leave it to people
//   passed         count what the reviewer let pass, and how often people agree with it
//
// The other files are read by these: where words were said and what they mean (where, meant, said), where a mission's thread
// hangs (root), what is to be looked at (look-later), what an ask stands under (background, ballot, held, marks), what came of a
// form (filled), what the model cost (spending), what is kept in hand (in-hand) or left to others (away), days and hours (moment,
// period).
import type { Mention } from '#cards/card.ts';
import { inert } from '#cards/inert.ts';
import type { People } from '#cards/who.ts';
import type { Chat, Place, Platform } from '#chat/chat.ts';
import type { Agent } from '#conversation/agent.ts';
import type { Jobs } from '#database/jobs.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Log } from '#log.ts';
import type { MissionControl } from '#mission-control/port.ts';
import type { Oversight, Person } from '#oversight.ts';
import type { Submitted } from '#page/page.ts';
import type { SignIn } from '#page/sign-in.ts';
import type { MissionTrail } from '#reviewer/drift.ts';
import type { Model } from '#reviewer/model/chat-model.ts';
import type { Reviewer } from '#reviewer/model/review.ts';
import type { Budget } from '#reviewer/model/spend.ts';

/** How long things take that only a test wants shorter. */
export type Tempo = {
  /** How long one process holds a card it posts before another may take it over. Longer than posting takes. */
  readonly cardMs: number;
  /** How long after its last sign of life another may take over the happening a process deals with. */
  readonly happeningMs: number;
  /** The least time between two posts to a place, where that is not the platform's own. */
  readonly paceMs?: Readonly<Partial<Record<Platform, number>>>;
};

/** Everything a flow works with. */
export type Bot = {
  readonly oversight: Oversight;
  readonly missionControl: MissionControl;
  /** The platforms that are configured here, and the chats that are connected by now. */
  readonly platforms: readonly Platform[];
  readonly chats: ReadonlyMap<Platform, Chat>;
  readonly ledger: Ledger;
  readonly jobs: Jobs;
  readonly log: Log;
  /** How long one process keeps what it took in hand. Shorter is a quicker recovery. */
  readonly tempo: Tempo;
  readonly reviewer: Reviewer;
  /** What the reviewer and the agent ask, and what that may cost; absent without a model. */
  readonly model: Model | undefined;
  readonly budget: Budget | undefined;
  /** Answers what the grammar leaves unclear; absent without a model. */
  readonly agent: Agent | undefined;
  /** The reviewer's trails at hand, by mission. What is in them can always be followed again from the log. */
  readonly trails: Map<string, { readonly trail: MissionTrail; readonly accepted: number }>;
  /** While we hold a mission the Person Server asks about everything under it, because it is our own. */
  readonly holdsSilentGrants: boolean;
  /** Where the pages of asks are, and how people sign in there; nobody does without an issuer. */
  readonly page: { addressOf(visit: string): string; readonly signIn: SignIn | undefined };
  /** What the Person Server can do, asked once and remembered. */
  capabilities(): Promise<readonly string[]>;
  now(): Date;
};

/** The display name the operator gave a person. */
export const peopleOf =
  ({ people }: Oversight): People =>
  (id) =>
    people.find((person) => person.id === id)?.name;

/** How a person is called on a platform; nothing where they have no account there. */
export function mentionOn(platform: Platform, person: Person): Mention[] {
  const name = inert(person.name, 80);
  if (platform === 'slack') {
    return person.slack ? [{ platform, tenant: person.slack.team, user: person.slack.user, name }] : [];
  }
  return person.teams ? [{ platform, tenant: person.teams.tenant, user: person.teams.user, name }] : [];
}

/** The proof behind an act: the verified name for who did it, as the platform has it, or the issuer they signed in at. */
export const proofOf = ({ platform, tenant, user }: Submitted['actor']) => `${platform}:${tenant}:${user}`;

/** Where it was done. */
export const surfaceOf = (place: Place, message?: string) =>
  `${place.platform}:${place.tenant}:${place.channel}${message ? `/${message}` : ''}`;
