// What asks and missions are called, and the names of what is told about them.

import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';
import type { Request } from '#mission-control/facts.ts';

type Type = Request['type'];
type State = Request['state'];

/** What an ask is about, as the end of a title. */
export const subjects: Readonly<Record<Type, SafeText>> = {
  mission: ours`a new mission`,
  mission_update: ours`a change to a mission`,
  mission_completion: ours`a mission reported as done`,
  person_token: ours`acting for a person at a resource`,
  auth_token: ours`access to a resource`,
  permission: ours`permission for an action`,
  interaction: ours`something to do on a page`,
  payment: ours`a payment`,
  question: ours`a question`,
  claims: ours`information about a person`,
};

/** The state of an ask, as the beginning of a title. */
export const standings: Readonly<Record<State, SafeText>> = {
  open: ours`Waiting for a decision`,
  clarifying: ours`Waiting for the agent to answer a question`,
  approved: ours`Approved`,
  denied: ours`Denied`,
  answered: ours`Answered`,
  expired: ours`Denied, nobody answered`,
  withdrawn: ours`Withdrawn by the agent`,
  voided: ours`Void, the mission has ended`,
  failed: ours`Failed`,
};

/** The first sentence of an ask. `what` is the resource, the action or the title it is about, where there is one. */
export function asking(type: Type, agent: Span, person: Span, what: Span | undefined): Line {
  switch (type) {
    case 'mission':
      return line`The agent ${agent} proposes a mission to carry out for ${person}${what ? line`: ${what}` : line``}.`;
    case 'mission_update':
      return line`The agent ${agent} wants to change the mission it carries out for ${person}.`;
    case 'mission_completion':
      return line`The agent ${agent} says its mission for ${person} is done.`;
    case 'person_token':
      return line`The agent ${agent} wants to act for ${person} at ${what ?? line`a resource`}. It would be known there as theirs.`;
    case 'auth_token':
      return line`The agent ${agent} asks for access to ${what ?? line`a resource`} on behalf of ${person}.`;
    case 'permission':
      return line`The agent ${agent} asks whether it may do ${what ?? line`something`} on behalf of ${person}.`;
    case 'interaction':
      return line`The agent ${agent} asks ${person} to do something on a page.`;
    case 'payment':
      return what
        ? line`${what} wants to be paid before it gives the agent ${agent} access for ${person}.`
        : line`The agent ${agent} asks ${person} to make a payment.`;
    case 'question':
      return line`The agent ${agent} asks ${person} a question.`;
    case 'claims':
      return line`${what ?? line`An access server`} asks who ${person} is, for the access the agent ${agent} wants.`;
  }
}

export const labels = {
  checked: ours`Checked by the Person Server`,
  resourceSays: ours`The resource says`,
  agentSays: ours`The agent says`,
  underMission: ours`Under this mission`,
  newAgent: ours`New agent`,
  reason: ours`Reason given`,
  question: ours`A person asks`,
  agentAnswers: ours`The agent answers`,
  questions: ours`Asked about this`,
  approvedText: ours`The approved mission, in the agent’s words`,
} as const;

export const facts = {
  agent: ours`Agent`,
  parent: ours`Part of agent`,
  provider: ours`Agent provider`,
  platform: ours`Runs on`,
  device: ours`Device`,
  person: ours`For`,
  resource: ours`Resource`,
  resources: ours`Resources`,
  granted: ours`Already granted`,
  name: ours`Name`,
  account: ours`Account`,
  scope: ours`Scope`,
  page: ours`Page`,
  budget: ours`Budget`,
  action: ours`Action`,
  tool: ours`Tool`,
  mission: ours`Mission`,
  missionId: ours`Mission id`,
  approvedTools: ours`Approved tools`,
  approvedResources: ours`Approved resources`,
  approved: ours`Approved`,
  ended: ours`Ended`,
  openAsks: ours`Open asks`,
  ask: ours`Ask`,
  outcome: ours`Outcome`,
  decidedBy: ours`Decided by`,
  decidedAt: ours`Decided at`,
  wayIn: ours`By way of`,
  proof: ours`Known there as`,
  about: ours`About`,
  liveTokens: ours`Live tokens`,
  updates: ours`Accepted changes`,
  lastActivity: ours`Last activity`,
  expires: ours`Ends by itself`,
  voided: ours`Asks voided`,
  token: ours`Token`,
  agentTold: ours`Agent told`,
  afterwards: ours`After the stop`,
  logEntry: ours`Log`,
} as const;

export const headings = {
  justification: ours`The agent’s justification`,
  description: ours`The agent’s description`,
  action: ours`The action the agent names`,
  parameters: ours`Parameters, as the agent sent them`,
  options: ours`Answers the agent suggests`,
  tools: ours`Tools the agent asks for`,
  resources: ours`Resources the agent asks for`,
  summary: ours`The agent’s summary`,
  question: ours`The agent’s question`,
  page: ours`Page the agent names`,
  machine: ours`Where the agent says it runs`,
  identity: ours`Who asks, and where`,
  chain: ours`Asked for through`,
  granted: ours`Already granted`,
  resource: ours`The resource’s description of itself`,
  scope: ours`Scope`,
  budget: ours`Budget`,
  questions: ours`Questions and answers`,
  reason: ours`Reason given`,
  mission: ours`The approved mission, in the agent’s words`,
  approvedTools: ours`Approved tools`,
  approvedResources: ours`Approved resources`,
  tokens: ours`Tokens at the stop`,
  voided: ours`Asks voided`,
  missions: ours`Missions that would end`,
  afterwards: ours`After the stop`,
} as const;

export const buttons = {
  approve: ours`Approve`,
  done: ours`Done`,
  deny: ours`Deny`,
  read: ours`Full text`,
  stop: ours`Stop mission`,
  keep: ours`Keep running`,
} as const;

export const confirmLabel = (count: number) =>
  count === 1 ? ours`Stop this mission` : ours`Stop these ${count} missions`;

export const newAgent = (person: Span) =>
  line`Nobody has approved this agent before. Approving also binds it to ${person}: from then on it acts for ${person} and for nobody else.`;

export const callsItself = (name: Span) => line` (calls itself ${name})`;
export const unknownResource = line` (never used by this person before)`;
export const rowsMore = (count: number) =>
  count === 1 ? line`1 more row is in the full text.` : line`${count} more rows are in the full text.`;
export const andMore = (count: number) => line` and ${count} more, see the full text`;
export const outsideMission = line`This ask belongs to no mission.`;
export const unreadMission = line`The mission could not be read.`;
export const nothingApprovedYet = line`nothing beyond its text`;
export const untilDenied = (at: Span) => line`Without an answer it is denied at ${at}.`;
export const replaced = line`The agent has changed this ask. What was shown before no longer counts.`;
export const askedBy = (who: Span, at: Span) => line`${who} asked the agent at ${at}.`;
export const doneOnPage = line`Open the page only if you know whose it is. “Done” tells the agent that you did what it asks; nobody checks it.`;
export const agentWords = line`What the agent says is its own claim. Nobody has checked it.`;
export const noActor = line`This Person Server keeps no record of who decides.`;
export const noReason = line`This Person Server does not pass a reason on to the agent.`;
export const noDigest = line`This Person Server cannot tell whether the ask changed while you read it.`;
