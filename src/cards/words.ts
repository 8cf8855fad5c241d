// Every word the bot says to people, in English. Card makers choose; the wording is here and nowhere else.
import type { Request, TerminationReport } from '#mission-control/facts.ts';
import type { Line, SafeText, Span } from './card.ts';
import { line, ours } from './line.ts';

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

/** Where a decision was made, as the end of a sentence; an unknown way in is named as it names itself. */
export function by(via: string, unknown: Span): Line {
  if (via === 'slack') return line` in Slack`;
  if (via === 'teams') return line` in Teams`;
  if (via === 'page') return line` on its page`;
  return line` elsewhere (by way of ${unknown})`;
}

/** What became of an ask. `who` and `at` come from the decision; `end` says how the mission ended, where that is known. */
export function settled(
  state: State,
  { who, at, until, end }: { who?: Line; at?: Span; until: Span; end?: Line },
): Line {
  const byWhom = who ? line` by ${who}` : line`; the Person Server does not say by whom`;
  const when = at ? line` at ${at}` : line``;
  switch (state) {
    case 'approved':
      return line`Approved${byWhom}${when}.`;
    case 'denied':
      return line`Denied${byWhom}${when}.`;
    case 'answered':
      return line`Answered${byWhom}${when}.`;
    case 'expired':
      return line`Denied: nobody answered before ${until}.`;
    case 'withdrawn':
      return line`The agent withdrew this ask before it was decided. Nothing was granted.`;
    case 'voided':
      return end
        ? line`The mission ended before this ask was decided (${end}). Nothing was granted.`
        : line`The mission ended before this ask was decided. Nothing was granted.`;
    case 'failed':
      return line`The Person Server could not carry this ask out. Nothing was granted.`;
    case 'open':
      return line`Nobody has decided yet.`;
    case 'clarifying':
      return line`A person has asked the agent a question. The decision waits for its answer.`;
  }
}

export const reaches = {
  once: line` It holds this one time.`,
  mission: line` It holds for the rest of this mission.`,
  always: line` It holds from now on.`,
} as const;

/** Why a mission ended, by the draft's termination reasons; any other is shown as the server spells it. */
export function ending(reason: string | undefined, spelled: Span): Line {
  switch (reason) {
    case 'completed':
      return line`completed`;
    case 'revoked':
      return line`stopped`;
    case 'expired':
      return line`its time ran out`;
    case 'superseded':
      return line`replaced by another mission`;
    case 'administrative':
      return line`ended by the administration`;
    case undefined:
      return line`no reason was given`;
    default:
      return line`${spelled}`;
  }
}

export function endedTitle(reason: string | undefined): SafeText {
  switch (reason) {
    case 'completed':
      return ours`Mission completed`;
    case 'revoked':
      return ours`Mission stopped`;
    case 'expired':
      return ours`Mission run out`;
    case 'superseded':
      return ours`Mission replaced by another`;
    default:
      return ours`Mission ended`;
  }
}

export const missionActive = ours`Mission active`;
export const howToStop = line`To end this mission, say “stop” to the bot in this thread or press the button.`;
export const noExpiry = line`no end is set`;
export const endedBy = (why: Line, who: Line | undefined, at: Span | undefined) =>
  line`${why}${who ? line`, by ${who}` : line``}${at ? line`, at ${at}` : line``}`;
export const approvedBy = (who: Line | undefined, at: Span) =>
  who ? line`by ${who} at ${at}` : line`at ${at}`;

export const revocations: Readonly<Record<TerminationReport['tokens'][number]['revocation'], Line>> = {
  acknowledged: line`the resource confirmed the revocation`,
  sent: line`the resource was told, and has not confirmed`,
  failed: line`the resource could not be told`,
  no_endpoint: line`the resource takes no revocations, so it runs out by itself`,
};

// Stopping.

export const reportedThere = (title: Span, id: Span) =>
  line`${title} (${id}) has ended. Its thread says what became of its open asks and tokens.`;

export const stopTitles = {
  confirm: ours`Stop? Please confirm`,
  confirmed: ours`Confirmed: the stop was carried out`,
  cancelled: ours`Cancelled: nothing was stopped`,
  lapsed: ours`Lapsed: nobody confirmed, nothing was stopped`,
} as const;

/** `ended` is the title of the mission itself. */
export const reportTitle = (ended: SafeText, over: boolean) =>
  over ? ours`${ended}: no authority remains` : ours`${ended}: some access still runs out`;

export const willEnd = (count: number) =>
  count === 1
    ? line`This mission would be ended for good. Its open asks become void, and its tokens are revoked where the resource takes that.`
    : line`These ${count} missions would be ended for good. Their open asks become void, and their tokens are revoked where the resource takes that.`;
export const takenFor = (said: Span) =>
  line`You wrote ${said}. It names one mission only roughly, so it takes one click.`;
export const endingRow = (id: Span, title: Span, agent: Span, person: Span) =>
  line`${id} ${title}, by ${agent} for ${person}`;
export const tooMany = (shown: number, all: number) =>
  line`${shown} of ${all} are listed here; the full text lists every one. All ${all} would be ended.`;
export const confirmedBy = (who: Line, at: Span) => line`By ${who} at ${at}.`;
export const lapsedAt = (at: Span) => line`The question stood until ${at}.`;
export const stoppedBy = (who: Line | undefined, at: Span) =>
  who
    ? line`Stopped by ${who} at ${at}. The agent can get no new token for this mission.`
    : line`Stopped at ${at}. The agent can get no new token for this mission.`;
export const endedFor = (why: Line, at: Span) =>
  line`Ended at ${at}: ${why}. The agent can get no new token for this mission.`;
export const noneVoided = line`none was open`;
export const noTokens = line`No token was live.`;
const tokens = (count: number) => (count === 1 ? line`1 token` : line`${count} tokens`);
export const tokensUntil = (resource: Span, count: number, until: Span, how: Line) =>
  line`${resource}: ${tokens(count)} until ${until}; ${how}`;
export const tokensOver = (resource: Span, count: number, at: Span, how: Line) =>
  line`${resource}: ${tokens(count)}, over since ${at}; ${how}`;
export const ranOut = line`it has run out`;
export const tokensBeyond = (count: number) => line`${count} more in the full text`;
export const toldAt = (at: Span) => line`at ${at}`;
export const notTold = line`not yet: it learns it with its next request`;
export const closesAt = (at: Span) =>
  line`The last token expires at ${at}. Then this card says that nothing remains.`;
export const nothingRemains = (since: Span) => line`No authority remains since ${since}.`;
export const noRevocation = line`This Person Server cannot revoke tokens. They end only when they expire.`;
export const quietSince = line`nothing has happened under this mission`;
export const actedAfter = (count: number) =>
  count === 1
    ? line`1 entry in the log is later than the stop`
    : line`${count} entries in the log are later than the stop`;

export const triedAfter = (count: number) =>
  count === 1
    ? line`1 attempt after the stop, and it was refused`
    : line`${count} attempts after the stop, and all were refused`;

// Answers to questions.

export const answerTitles = {
  status: ours`Status`,
  missions: ours`Active missions`,
  noMissions: ours`No mission is active`,
  waiting: ours`Waiting for a decision`,
  noneWaiting: ours`Nothing is waiting`,
  notFound: ours`No such mission`,
  several: ours`Which mission?`,
  unclear: ours`Not understood, nothing was done`,
  nothingToDecide: ours`Nothing to decide here`,
  severalAsks: ours`Which ask?`,
  alreadyEnded: ours`Already ended`,
  nothingToStop: ours`Nothing to stop`,
} as const;

export const counts = (missions: number, asks: number) =>
  line`${amount(missions, ours`active mission`, ours`active missions`)}, ${amount(asks, ours`ask waiting for a person`, ours`asks waiting for a person`)}.`;
const amount = (count: number, one: SafeText, many: SafeText): Span => ({
  kind: 'plain',
  text: count === 1 ? ours`${count} ${one}` : ours`${count} ${many}`,
});
export const nextDeadline = (at: Span) => line`The next ask is denied at ${at} unless somebody decides.`;
export const missionRow = (title: Span, agent: Span, asks: number, at: Span) =>
  line`${title} by ${agent}, ${amount(asks, ours`open ask`, ours`open asks`)}, last active ${at}`;
export const askRow = (id: Span, agent: Span, what: Line, until: Span) =>
  line`${agent}${what}, decide before ${until} (${id})`;
export const at = (thing: Span) => line` at ${thing}`;
export const under = (title: Span) => line` under ${title}`;
export const shownOf = (shown: number, all: number | undefined) =>
  all === undefined
    ? line`The ${shown} newest are listed; there are more.`
    : line`${shown} of ${all} are listed.`;
export const noneFits = (said: Span) => line`No active mission is called ${said}. Nothing was done.`;
export const activeOnes = line`These are active:`;
export const noneActive = line`No mission is active.`;
export const severalFit = (said: Span) =>
  line`${said} fits more than one mission. Nothing was done. Say which by its short id:`;
export const sayWhich = line`Say which by its short id:`;
export const notPlain = line`That was not a plain command, so nothing was done.`;
export const didYouMean = (command: Span) => line`Did you mean ${command}? Then please write just that.`;
export const seeHelp = line`${{ kind: 'code', text: ours`help` }} lists what can be said.`;
export const noOpenAsk = line`There is no open ask in this thread.`;
export const sayWhichAsk = line`This thread has several open asks. Press the button on the one you mean, or name it:`;
export const noSuchAsk = (id: Span) => line`No open ask in this thread has the id ${id}.`;
export const endedAlready = (title: Span, why: Line) => line`The mission ${title} is over: ${why}.`;
export const did = (action: Span) => line` to ${action}`;
export const nobodyWaits = line`No ask waits for a person.`;
export const commandRow = (command: Span, does: SafeText) =>
  line`${command}: ${{ kind: 'plain', text: does }}`;
export const onlyNear = (said: Span) =>
  line`${said} names this mission only roughly. Nothing was done. Say it by its short id, or press:`;
export function doToOne(verb: 'stop' | 'complete' | 'hold' | 'release' | 'read', id: SafeText): SafeText {
  switch (verb) {
    case 'stop':
      return ours`Stop ${id}`;
    case 'complete':
      return ours`End ${id} as done`;
    case 'hold':
      return ours`Hold ${id}`;
    case 'release':
      return ours`Release ${id}`;
    case 'read':
      return ours`Read ${id}`;
  }
}

// Decided elsewhere.

export const outsideTitle = ours`Alarm: decided outside this oversight`;
export const settledOutside = (what: SafeText, agent: Span) =>
  line`An ask of the agent ${agent} (${{ kind: 'plain', text: what }}) was settled, and nobody decided it here.`;
export const notSaid = line`the Person Server does not say by whom`;
export const outsideCanStop = line`If nobody meant this, say “stop” in this thread or press the button, and find out who else can decide at the Person Server.`;
export const outsideCheck = line`If nobody meant this, find out who else can decide at the Person Server.`;

// Authority that nobody uses.

export const staleTitles = {
  idle: ours`Does this mission still go on?`,
  ending: ours`This mission ends soon`,
  overdue: ours`This mission is past its end`,
  said_done: ours`Is this mission done?`,
  past_goal: ours`Is this mission done?`,
} as const;
export const staleWhys = {
  idle: line`Nothing has happened under this mission for a while, and its authority is still there.`,
  ending: line`The end that was set for this mission is near. Work that remains needs a new mission, which the agent has to propose.`,
  overdue: line`The end that was set for this mission has passed, and the Person Server still calls it active.`,
  said_done: line`Its agent said that it is done, and nobody answered. Its authority is still there.`,
  past_goal: line`Its log shows work that goes on after most of what it is about was touched. Its authority is still there.`,
} as const;
export const staleChoices = line`“Keep it” if the agent still needs it; nobody asks again for a while. “It is done” ends it as completed. “End for a new one” ends it so that the agent proposes a new mission for what is left. Without an answer it stays as it is, and this is asked again.`;
export const staleFewerChoices = line`“Keep it” if the agent still needs it; nobody asks again for a while. “End for a new one” ends it so that the agent proposes a new mission for what is left. Without an answer it stays as it is, and this is asked again.`;
export const endLabels = { completed: ours`It is done`, superseded: ours`End for a new one` } as const;
export const keepMission = ours`Keep it`;
export const staleKept = ours`The mission goes on`;
export const nothingAsked = ours`Nothing was asked`;
export const notAskedAbout = (title: Span) =>
  line`Nobody asks whether ${title} should go on, so there is nothing to keep. It is active.`;
export const keptToo = (title: Span) => line`${title} goes on. It is not asked about again for a while.`;
export const staleOver = ours`Asked whether the mission goes on; no longer open`;
export const staleSettled = line`Something happened under it since, it has ended, or it was asked again.`;
export const keptBy = (who: Line, at: Span, until: Span) =>
  line`${who} kept it at ${at}. It is not asked about again before ${until}.`;

// Looking into it.

export const claimLabel = ours`I’m on it`;
export const alreadyClaimed = ours`Somebody is on it already`;
export const claimedBy = (who: Line, until: Span) =>
  line`${who} is looking into it, until ${until} at most. Anybody who may decide can still do so.`;

// Waiting.

export const reminder = (count: number) =>
  count === 1
    ? ours`Reminder: an ask still waits for a decision`
    : ours`Reminder: ${count} asks still wait for a decision`;
export const escalatedReminder = ours`Nobody has answered yet: please decide`;
export const reminderOver = ours`Reminder, no longer needed`;
export const nothingWaitsOfThese = line`What this reminded of is settled. The cards say how.`;
export const silenceDenies = line`What nobody answers is denied.`;
export const escalated = ours`Nobody has answered`;
export const nobodyAnsweredYet = (until: Span) =>
  line`This is shown here because nobody has answered it in its own channel. Without an answer it is denied at ${until}.`;
export const unanswered = ours`Denied: nobody answered`;
export const deniedBySilence = (agent: Span, what: SafeText, at: Span, times: number) =>
  times === 1
    ? line`The agent ${agent} asked for a decision (${{ kind: 'plain', text: what }}). Nobody answered before ${at}, so it was denied.`
    : line`The agent ${agent} asked ${times} times for a decision (${{ kind: 'plain', text: what }}). Nobody answered, the last time before ${at}, so each was denied.`;

// Holding.

export const holdButtons = { hold: ours`Hold`, release: ours`Release` } as const;
export const onHold = ours`On hold`;
export const missionOnHold = ours`Mission active, on hold here`;
export const heldBy = (who: Line, at: Span) =>
  line`${who} put this mission on hold at ${at}. Until somebody says “release”, nothing under it is approved.`;
export const askIsHeld = (who: Line, at: Span) =>
  line`The mission is on hold by ${who} since ${at}. This ask can be denied, and approved only after a release.`;
export const deadlinesGoOn = line`Deadlines go on: an ask that nobody answers is denied at its time, hold or not.`;
export const silentHeldToo = line`What the approved mission covers is asked as well now, and waits with the rest.`;
export const silentNotHeld = line`This Person Server belongs to others: what it grants without asking, it still grants. Only a stop ends that.`;
export const tokensGoOn = line`Tokens that were given out before go on working until they run out.`;
export const holdIsOurs = line`The hold is kept here. For the Person Server and the agent the mission is active.`;
export const holdReleased = ours`Hold released`;
export const holdEnded = ours`Hold over, the mission has ended`;
export const wasHeld = (who: Line, at: Span) => line`${who} put this mission on hold at ${at}.`;
export const releasedBy = (who: Line, at: Span) =>
  line`${who} released it at ${at}. Its asks can be approved again.`;
export const endedOnHold = line`It was not released before the mission ended.`;
export const holdDone = {
  held: ours`On hold`,
  released: ours`Hold released`,
  alreadyHeld: ours`Already on hold`,
  notHeld: ours`Not on hold`,
} as const;
export const holdTold = {
  held: (title: Span, id: Span) =>
    line`${title} (${id}) is on hold. Its thread says what waits there and until when.`,
  released: (title: Span, id: Span) => line`${title} (${id}) is released. Its asks can be approved again.`,
  alreadyHeld: (title: Span, id: Span) => line`${title} (${id}) is on hold already. Nothing changed.`,
  notHeld: (title: Span, id: Span) => line`${title} (${id}) is not on hold. Nothing changed.`,
} as const;

// No longer overseen.

export const leftTitle = ours`No longer overseen here`;
/** On a card that may hang twice, for people who see both. */
export const maybeTwice = line`The connection broke while this was posted, so it may stand here twice. This copy is kept up to date; an older one beside it is not; a press on that one counts, and takes it away.`;
export const leftHere = line`This channel no longer oversees what this card showed. Nothing can be decided from here.`;

// Refusals.

export const refusalTitle = ours`Not done`;
export const delayedTitle = ours`Not done yet`;
export const delayed = line`The Person Server or the chat could not be reached. What you did is kept and tried again; the card shows when it has counted.`;
export const settledTitle = ours`Already decided`;
export const refusals = {
  not_an_approver: line`You are not an approver for this. Nothing was decided.`,
  excluded: line`The agent acts for you here, and the rule wants somebody else to decide. Nothing was decided.`,
  already_voted: line`You, or somebody who decides for you, have approved this already. It waits for others.`,
  other_reach: line`Others approved this with another reach. Approve it as they did, or deny it.`,
  changes_alone: line`Several people approve this, so nobody changes it alone. Deny it, or ask the agent for less. Nothing was decided.`,
  delegation_off: line`The operator’s rules let nobody decide for somebody else. Nothing was changed.`,
  not_a_delegate: line`The operator’s rules do not let that person decide for others. Nothing was changed.`,
  delegate_is_self: line`You decide for yourself anyway. Nothing was changed.`,
  delegation_over: line`That time is over already. Nothing was changed.`,
  delegation_too_long: line`That is longer than the operator’s rules allow. Nothing was changed.`,
  may_not_stop: line`You may not stop this mission. It goes on.`,
  cannot_complete: line`This Person Server ends a mission as done only when its agent proposes that. Nothing was done; “stop” ends it.`,
  may_not_keep: line`Whether this mission goes on is for its person to say, and for whoever may stop it. Nothing changed.`,
  may_not_hold: line`You may not hold or release this mission. Nothing changed.`,
  on_hold: line`This mission is on hold, so nothing under it is approved. Denying still works. Say “release” in its thread first.`,
  may_not_see: line`This is not shown to you here.`,
  unknown_person: line`The operator’s list does not know your account here, so you cannot decide or stop anything.`,
  guest: line`Guests never decide and never stop anything.`,
  external: line`People of another organisation never decide and never stop anything.`,
  bot: line`Bots never decide and never stop anything.`,
  unverified: line`Your account could not be checked just now, so nothing was done. Please try again.`,
  wrong_place: line`This channel does not oversee that mission. Nothing was done.`,
  shared_place: line`Outsiders can read this channel. Nothing is decided or stopped from here.`,
  not_whole: line`What you sent was not complete, so nothing was done. Please open the form again.`,
  not_found: line`This ask or mission is not known any more. Nothing was done.`,
  question_waits: line`Another question waits for this agent’s next ask already. Yours was not kept.`,
  stale: line`This was answered or has changed since it was shown. Nothing was done.`,
  not_your_page: line`That page was not opened for you. Nothing was done.`,
  wrong_code: line`That is not the code the page shows. The page is closed, and nothing was decided.`,
  sign_in_refused: line`The sign-in did not hold, so nothing was done. Please try again.`,
  sign_in_unavailable: line`Nobody can sign in just now. Nothing was done. Please try again.`,
  asked_enough: line`You were asked often enough from this page. Decide in your oversight channel.`,
  unavailable: line`The Person Server could not be reached for a quarter of an hour. Nothing was decided. Please try again.`,
} as const;

export const already = (state: SafeText, who: Line | undefined, at: Span | undefined) =>
  line`Your answer came later and changed nothing. ${{ kind: 'strong', text: state }}${who ? line` by ${who}` : line``}${at ? line` at ${at}` : line``}.`;
export const changed = line`The ask changed after it was shown to you, so your answer was not taken. The card now shows the new ask; please decide on that one.`;
export const missionOver = line`The mission has ended, so this ask is void. Nothing was granted.`;
export const tooLate = (at: Span) =>
  line`This ask expired at ${at} and was denied, because nobody had answered.`;
export const noRounds = line`No further question can be put to the agent. Approve or deny it.`;
export const invalid = (detail: Span) =>
  line`The Person Server did not take the answer: ${detail}. Nothing was decided.`;
