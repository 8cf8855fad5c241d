// Words about asks: what stands on their forms, what came before them, what else they change.

import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';
import type { Request } from '#mission-control/facts.ts';

/** What stands on forms. Titles hold at most 24 characters. */
export const forms = {
  deny: ours`Deny`,
  reason: ours`Reason (optional)`,
  reasonHint: ours`Why not? The agent is told.`,
  reasonKept: ours`Why not? Only kept in the record here.`,
  askTitle: ours`Ask the agent`,
  askSubmit: ours`Ask`,
  question: ours`Your question`,
  questionHint: ours`The agent reads this and answers in the thread. Nothing is decided.`,
  lessTitle: ours`Ask for less`,
  less: ours`What should it leave out? (optional)`,
  lessHint: ours`The agent is asked to send a narrower request. Nothing is decided.`,
  answerTitle: ours`Answer the agent`,
  answerSubmit: ours`Send the answer`,
  answer: ours`Your answer`,
  answerHint: ours`The agent reads this as the person’s answer.`,
  choice: ours`One of the agent’s suggestions`,
  changesTitle: ours`Approve with changes`,
  changesSubmit: ours`Approve as changed`,
  changesNote: line`Less than was proposed can be approved, never more. Nothing is decided until you send this.`,
  tools: ours`Tools it may use`,
  resources: ours`Resources it may use`,
  ends: ours`Ends by itself`,
  endsAt: ours`Or ends exactly at`,
  endOpen: ours`No end is set`,
  endHour: ours`In an hour`,
  endDay: ours`In a day`,
  endDays: ours`In three days`,
  endWeek: ours`In a week`,
  endMonth: ours`In 30 days`,
  description: ours`What it is to do`,
} as const;

export const buttons = {
  once: ours`Approve once`,
  mission: ours`Approve for this mission`,
  always: ours`Approve from now on`,
  changes: ours`Approve with changes`,
  accept: ours`Accept as done`,
  ask: ours`Ask`,
  less: ours`Ask for less`,
  answer: ours`Answer`,
} as const;

export const answerWith = (option: SafeText) => ours`Answer: “${option}”`;

/** The question that is put to an agent when it should ask for less. */
export const lessQuestion = (scope: string, added: string) =>
  [
    'Can you do with less? Please send an updated request that asks only for what this step needs.',
    scope && `You asked for: ${scope}.`,
    added,
  ]
    .filter(Boolean)
    .join('\n');

export const roundsLeft = (left: number) =>
  left === 0
    ? line`No further question can be asked about this: approve it or deny it.`
    : left === 1
      ? line`One more question can be asked about this.`
      : line`${left} more questions can be asked about this.`;

/** What a Person Server cannot take, where a card would otherwise offer it. */
export const cannot = {
  ask: line`This Person Server puts no question to the agent.`,
  narrow: line`This Person Server takes a yes as it is: nothing about it can be changed or limited.`,
  answer: line`This Person Server takes no answer from here: the question can only be read and denied.`,
} as const;

/** How far a yes reaches, where there is a choice. */
export const reachOf = {
  mission: line`“For this mission”: the same is not asked for again until the mission ends. “Once”: the next time it is.`,
  always: line`“From now on”: the same is never asked for again, in no mission and in none. “Once”: the next time it is.`,
} as const;

export const howToAnswer = line`The agent reads the answer and goes on by it. You can also answer in this thread: ${{ kind: 'code', text: ours`answer …` }}.`;
export const completes = line`Accepting ends the mission: its open asks become void and it gives no more access.`;
export const updateAdds = line`Approving adds this to the mission and takes nothing back.`;
export const claimed = line`Approving tells exactly this and nothing else, and only to the one named. Denying tells nothing: it then decides without.`;

// What came before.

export const before = {
  label: ours`Before this`,
  previously: ours`Asked before`,
  last: ours`Last time`,
  adds: ours`Approving adds`,
  has: ours`It has already`,
} as const;

const ordinals = [
  ours`First`,
  ours`Second`,
  ours`Third`,
  ours`Fourth`,
  ours`Fifth`,
  ours`Sixth`,
  ours`Seventh`,
  ours`Eighth`,
  ours`Ninth`,
  ours`Tenth`,
];

const ordinal = (nth: number) => ordinals[nth - 1] ?? ours`Number ${nth}:`;
const times = (count: number, once: SafeText, twice: SafeText, more: SafeText) =>
  count === 1 ? once : count === 2 ? twice : ours`${more} ${count} times`;

/** What is asked for where nothing names it more exactly. */
export function alike(type: Request['type']): Line {
  switch (type) {
    case 'mission_update':
      return line`a change`;
    case 'mission_completion':
      return line`its end`;
    case 'payment':
      return line`a payment`;
    default:
      return line`the same`;
  }
}

export type Tally = {
  readonly granted: number;
  readonly denied: number;
  readonly unanswered: number;
  readonly withdrawn: number;
  readonly silent: number;
};

/** "Third ask for mail:send in this mission: denied twice, granted without asking 4 times." */
export function precedent(nth: number, what: Line, tally: Tally): Line {
  const parts = [
    [tally.denied, ours`denied once`, ours`denied twice`, ours`denied`],
    [tally.granted, ours`granted once`, ours`granted twice`, ours`granted`],
    [tally.unanswered, ours`unanswered once`, ours`unanswered twice`, ours`unanswered`],
    [tally.withdrawn, ours`withdrawn once`, ours`withdrawn twice`, ours`withdrawn`],
    [
      tally.silent,
      ours`granted without asking once`,
      ours`granted without asking twice`,
      ours`granted without asking`,
    ],
  ] as const;
  const told = parts.flatMap(([count, once, twice, more]) =>
    count > 0 ? [times(count, once, twice, more)] : [],
  );
  const list = told.flatMap(
    (text, at): Line => [
      { kind: 'plain', text: at === 0 ? ours`: ` : ours`, ` },
      { kind: 'plain', text },
    ],
  );
  return line`${{ kind: 'plain', text: ordinal(nth) }} ask for ${what} in this mission${list}.`;
}

/** How the latest earlier ask ended. */
export const lastTime = (how: Line, who: Line | undefined, at: Span): Line =>
  line`${how}${who ? line` by ${who}` : line``} at ${at}`;

export const lastOutcomes: Readonly<Record<keyof Tally, Line>> = {
  granted: line`granted`,
  denied: line`denied`,
  unanswered: line`nobody answered`,
  withdrawn: line`withdrawn by the agent`,
  silent: line`granted without asking`,
};

export const addsNothing = line`nothing: all of it was granted in this mission before`;
export const countedOver = (entries: number) =>
  line`Counted over the last ${entries} entries of the mission’s log.`;

// What changed.

export const changed = {
  label: ours`What the agent changed`,
  scopeBefore: ours`Scope before`,
  scopeNow: ours`Scope now`,
  dropped: ours`Given up`,
  added: ours`Added`,
  reasonBefore: ours`The agent’s justification before`,
  descriptionBefore: ours`The agent’s description before`,
} as const;

export const sameScope = line`The scope is what it was.`;
export const widened = line`It asks for more than before, not for less.`;

// A mission and its changes, a mission and its end.

export const accepted = {
  label: ours`Accepted so far`,
  update: ours`An accepted change, in the agent’s words`,
  onAt: (nth: number, at: Span) => line`Change ${nth}, accepted at ${at}:`,
  none: line`No change was accepted before this one.`,
  heading: ours`Changes accepted so far`,
} as const;

export const completion = {
  label: ours`What the log shows`,
  kept: ours`Approved and used`,
  idle: ours`Approved, not in the log`,
  unsaid: ours`Not in the agent’s summary`,
  nothing: line`nothing`,
  uses: (what: Span, count: number) => (count === 1 ? line`${what} once` : line`${what} ${count} times`),
  unsaidNote: line`“Not in the summary” lists what the log names and the agent’s own words do not. It is compared letter by letter, not judged.`,
} as const;

// A payment.

export const payment = { amount: ours`Amount`, payee: ours`Payee` } as const;
export const openPage = ours`Open the page`;

// A call chain.

export const hop = (nth: number) => ours`Hop ${nth}`;
export const hopCalls = (agent: Span, resource: Span) => line`${agent} called ${resource}`;
export const hopAsks = (agent: Span) => line`${agent} asks now`;
export const partOf = (parent: Span) => line`, part of ${parent}`;

/** Heads the answer a person gave to the agent. */
export const given = ours`The answer`;

// The agent's answer to a question.

export const answered = {
  title: ours`The agent answered a question`,
  changedTitle: ours`The agent changed what it asks for`,
  asked: (who: Line, at: Span) => line`${who} asked at ${at}.`,
  decide: line`Nothing is decided by this. The ask’s card stands in this thread.`,
  changed: line`The agent sent a changed request instead of an answer. Its card shows the old and the new side by side.`,
} as const;
