// Reviews a mission: the rules always, a model on top when there is one and it answers.
//
//   window     the entries read whole: what is not yet in the summary, and what findings point to
//   memo       what a review leaves for the next; plain, bounded
//   view       what the model has to say, or why it is silent
//   standing   a drift the model found earlier that nobody has accepted
//
// How the two layers combine: either may flag, and neither can take the other's flag away. What the rules flag stays
// flagged whatever the model says of it; its view is shown beside. What the model flagged stays until a person accepts
// the entries it cited. Where the rules find nothing, the model's "on mission" counts only with a citation and only if
// nothing it read gives orders; otherwise the mission is undecided, never fine. A silent model leaves the rules alone.
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { type MissionTrail, type Verdict, verdict } from '#reviewer/drift.ts';
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import type { Model, Silence } from './chat-model.ts';
import { citedBy } from './claims.ts';
import { condenseAll } from './condense.ts';
import { type Judged, judge } from './judge.ts';
import { type Accepted, isAccepted } from './lines.ts';
import { blankMemo, type Finding, type Memo } from './memo.ts';
import { untraced } from './untraced.ts';
import { keptInWindow, type ReadEntries, readNews, windowEntries, withPinned } from './window.ts';

export type Asked = {
  /** The mission's own name, for accounts; never shown to a model. */
  readonly s256: string;
  readonly mission: MissionFacts;
  readonly read: ReadEntries;
  /**
   * The deterministic layer's trail of this mission; it is moved on to the end of the log. Entries it has seen before are
   * not weighed again, so leave moving it to the reviews.
   */
  readonly trail: MissionTrail;
  /** What the last review left; left out for the first. */
  readonly memo?: Memo;
  /** What people accepted as fine, oldest first. */
  readonly accepted: readonly Accepted[];
  readonly signal?: AbortSignal;
};

/** `reviewedThrough` is the last entry a model has judged, 0 for none: "not reviewed since entry n". */
export type View =
  | { readonly kind: 'said'; readonly judged: Judged; readonly reviewedThrough: number }
  | { readonly kind: 'unchanged'; readonly last: Memo['last']; readonly reviewedThrough: number }
  | { readonly kind: 'silent'; readonly silence: Silence; readonly reviewedThrough: number }
  | { readonly kind: 'off' };

export type Review = {
  /** The last entry of the log that this review has seen. */
  readonly through: number;
  readonly rules: Verdict;
  readonly view: View;
  /** Charged for this review. */
  readonly tokens: number;
  readonly memo: Memo;
} & (
  | { readonly kind: 'on_mission' | 'undecided' }
  | {
      readonly kind: 'drifting';
      /** The first entry of the drift. */
      readonly since: number;
      readonly flaggedBy: 'rules' | 'model' | 'both';
      /** All entries the flags rest on, in order; the same ones mean the same finding. */
      readonly entries: readonly number[];
      readonly finding?: Finding;
    }
);

const State = Annotation.Root({
  asked: Annotation<Asked>,
  memo: Annotation<Memo>,
  /** Not yet in the summary, oldest first. */
  fresh: Annotation<readonly Entry[]>,
  window: Annotation<readonly Entry[]>,
  /** Of the entries that are new, those that speak loudest against the mission by the rules. */
  telling: Annotation<readonly number[]>,
  lastSeq: Annotation<number>,
  rules: Annotation<Verdict>,
  judged: Annotation<Judged | undefined>,
  silence: Annotation<Silence | undefined>,
  tokens: Annotation<number>,
});
type Now = typeof State.State;

export type Reviewer = { review(asked: Asked): Promise<Review> };

/** Opens the reviewer; without a model it reviews by rules only. One review of a mission at a time is the caller's concern. */
export function openReviewer(model: Model | undefined): Reviewer {
  const graph = new StateGraph(State)
    .addNode('read', readLog)
    .addNode('signals', ({ asked }) => ({ rules: verdict(asked.trail) }))
    .addNode('condense', async (now: Now) => (model ? await condenseFresh(model, now) : {}))
    .addNode('judge', async (now: Now) => (model ? await judgeWindow(model, now) : {}))
    .addNode('remember', remember)
    .addEdge(START, 'read')
    .addEdge('read', 'signals')
    .addConditionalEdges('signals', (now) => (model && hasNews(now) ? 'condense' : END), ['condense', END])
    .addConditionalEdges('condense', ({ silence }) => (silence ? END : 'judge'), ['judge', END])
    .addConditionalEdges('judge', ({ silence }) => (silence ? END : 'remember'), ['remember', END])
    .addEdge('remember', END)
    .compile();

  return {
    async review(asked) {
      const memo = standing(asked.memo ?? blankMemo, asked.accepted);
      const now = (await graph.invoke(
        { asked, memo, fresh: [], telling: [], window: [], lastSeq: 0, tokens: 0 },
        { callbacks: untraced },
      )) as Now;
      return conclude(now, memo.through, model !== undefined);
    },
  };
}

/** Something was asked, done or said since the last judgement. */
const hasNews = ({ memo, fresh }: Now) =>
  fresh.some(({ seq, kind }) => seq > memo.through && kind !== 'other');

/** A finding all of whose entries a person has accepted is none any more. */
function standing(memo: Memo, accepted: readonly Accepted[]): Memo {
  if (!memo.finding || !isAccepted(citedBy(memo.finding.claims), accepted)) return memo;
  const { finding: _, last: __, ...rest } = memo;
  return rest;
}

async function readLog({ asked, memo }: Now): Promise<Partial<Now>> {
  const { read, trail, accepted } = asked;
  const { fresh, telling, outline, lastSeq } = await readNews(read, trail, memo, accepted);
  return { fresh, telling, lastSeq, memo: { ...memo, outline, outlined: Math.max(memo.outlined, lastSeq) } };
}

/** Brings the summary up to the window's beginning; what was summed up stays so when a later call fails. */
async function condenseFresh(model: Model, { asked, memo, fresh, tokens }: Now): Promise<Partial<Now>> {
  if (fresh.length <= windowEntries) return { window: fresh };
  const done = await condenseAll(model, {
    mission: asked.mission,
    memo,
    entries: fresh.slice(0, fresh.length - keptInWindow),
    account: accountOf(asked),
    ...(asked.signal && { signal: asked.signal }),
  });
  return {
    memo: done.memo,
    window: fresh.slice(-keptInWindow),
    tokens: tokens + done.tokens,
    ...(done.silence && { silence: done.silence }),
  };
}

async function judgeWindow(model: Model, now: Now): Promise<Partial<Now>> {
  const { asked, memo, rules, tokens, window, telling } = now;
  // What findings rest on, and what speaks loudest, so that nothing is passed by in a crowd.
  const entries = await withPinned(asked.read, window, [
    ...(memo.finding ? citedBy(memo.finding.claims) : []),
    ...(rules.kind === 'drifting' ? rules.findings.flatMap((finding) => finding.entries) : []),
    ...telling,
  ]);
  const answer = await judge(model, {
    mission: asked.mission,
    accepted: asked.accepted,
    points: memo.points,
    signals: rules.kind === 'drifting' ? rules.findings : [],
    entries,
    account: accountOf(asked),
    ...(asked.signal && { signal: asked.signal }),
  });
  const spent = tokens + answer.tokens;
  return answer.kind === 'silent'
    ? { silence: answer, tokens: spent }
    : { judged: answer.judged, tokens: spent };
}

/** What a model has judged is not judged again, and a drift it found stands. */
function remember({ memo, judged, lastSeq }: Now): Partial<Now> {
  if (!judged) return {};
  const { finding: earlier, ...rest } = memo;
  const finding = judged.verdict === 'drifting' ? findingOf(judged, earlier) : earlier;
  return {
    memo: {
      ...rest,
      through: lastSeq,
      last: { verdict: judged.verdict, claims: judged.claims },
      ...(finding && { finding }),
    },
  };
}

/** A later finding is told in its own words and keeps the first entries of the one before. */
function findingOf(
  { claims, pattern, settles }: Extract<Judged, { verdict: 'drifting' }>,
  earlier?: Finding,
): Finding {
  const said = new Set(claims.map((claim) => claim.says));
  const kept = (earlier?.claims ?? []).filter(({ says }) => !said.has(says));
  return { claims: [...claims, ...kept].slice(0, 6), pattern, settles };
}

function conclude(now: Now, judgedBefore: number, hasModel: boolean): Review {
  const { rules, tokens, memo, lastSeq } = now;
  const view = viewOf(now, judgedBefore, hasModel);
  const common = { through: lastSeq, rules, view, tokens, memo };
  const { finding } = memo;
  if (rules.kind === 'drifting' || finding) {
    const flagged = rules.kind === 'drifting' ? rules.findings.flatMap(({ entries }) => entries) : [];
    const found = finding ? citedBy(finding.claims) : [];
    const first = rules.kind === 'drifting' ? [rules.since, ...found] : found;
    return {
      ...common,
      kind: 'drifting',
      since: Math.min(...first),
      flaggedBy: rules.kind !== 'drifting' ? 'model' : finding ? 'both' : 'rules',
      entries: [...new Set([...flagged, ...found])].toSorted((a, b) => a - b),
      ...(finding && { finding }),
    };
  }
  return { ...common, kind: lastWord(view) === 'undecided' ? 'undecided' : 'on_mission' };
}

function viewOf({ judged, silence, memo }: Now, judgedBefore: number, hasModel: boolean): View {
  if (!hasModel) return { kind: 'off' };
  if (judged) return { kind: 'said', judged, reviewedThrough: memo.through };
  if (silence) return { kind: 'silent', silence, reviewedThrough: judgedBefore };
  return { kind: 'unchanged', last: memo.last, reviewedThrough: judgedBefore };
}

const lastWord = (view: View) =>
  view.kind === 'said' ? view.judged.verdict : view.kind === 'unchanged' ? view.last?.verdict : undefined;

const accountOf = ({ s256 }: Asked) => `mission:${s256}`;
