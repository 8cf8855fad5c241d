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
import type { MissionControl } from '#mission-control/port.ts';
import { acceptDrift, type MissionTrail, observe, type Verdict, verdict } from '#reviewer/drift.ts';
import { type Entry, type MissionFacts, readEntry } from '#reviewer/entry.ts';
import type { Model, Silence } from './chat-model.ts';
import { citedBy } from './claims.ts';
import { condense } from './condense.ts';
import { type Judged, judge } from './judge.ts';
import { type Accepted, isAccepted } from './lines.ts';
import { blankMemo, type Finding, type Memo } from './memo.ts';
import { addToOutline } from './outline.ts';
import { untraced } from './untraced.ts';

/** Entries with `seq` greater than `after`, in order, at most `limit`; none at the end of the log. */
export type ReadEntries = (after: number, limit: number) => Promise<readonly Entry[]>;

/** The log of one mission, as the Person Server keeps it. */
export const entriesOf =
  (missionControl: Pick<MissionControl, 'readLog'>, s256: string): ReadEntries =>
  async (after, limit) =>
    (await missionControl.readLog(s256, { after, limit })).entries.map(readEntry);

export type Asked = {
  /** The mission's own name, for accounts; never shown to a model. */
  readonly s256: string;
  readonly mission: MissionFacts;
  readonly read: ReadEntries;
  /** The deterministic layer's trail of this mission; it is moved on to the end of the log. */
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

/** Read whole for a judgement; what is older waits in the summary. */
const windowEntries = 32;
const keptInWindow = 12;
/** A condensation reads this many entries, and a review makes at most this many; what is older than both is in the outline only. */
const stretchEntries = 40;
const maxStretches = 4;
/** After this many condensations the summary is built anew from the outline. */
const rebuildAfter = 6;
const maxPinned = 10;
const pageEntries = 200;

const State = Annotation.Root({
  asked: Annotation<Asked>,
  memo: Annotation<Memo>,
  /** Not yet in the summary, oldest first. */
  fresh: Annotation<readonly Entry[]>,
  window: Annotation<readonly Entry[]>,
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
    .addNode('read', readWindow)
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
        {
          asked,
          memo,
          fresh: [],
          window: [],
          lastSeq: 0,
          tokens: 0,
        },
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

/** Reads what is new, moves the rules on, and keeps of a long backlog only what a review may show. */
async function readWindow({ asked, memo }: Now): Promise<Partial<Now>> {
  const { trail, read, accepted } = asked;
  const most = maxStretches * stretchEntries + windowEntries;
  const fresh: Entry[] = [];
  let { outline } = memo;
  // While no model answers, nothing gets into the summary; what is older than a review may show is not read again for that.
  let lastSeq = Math.min(trail.lastSeq, Math.max(memo.summarised, memo.outlined - most));
  for (;;) {
    const page = await read(lastSeq, pageEntries);
    for (const entry of page) {
      if (entry.seq > trail.lastSeq) follow(trail, entry, accepted);
      if (entry.seq > memo.summarised) fresh.push(entry);
      if (entry.seq > memo.outlined) outline = addToOutline(outline, entry);
    }
    if (fresh.length > most) fresh.splice(0, fresh.length - most);
    const end = page.at(-1)?.seq ?? lastSeq;
    // A server may give shorter pages than it was asked for; only an empty one is the end.
    if (end <= lastSeq) break;
    lastSeq = end;
  }
  return { fresh, lastSeq, memo: { ...memo, outline, outlined: Math.max(memo.outlined, lastSeq) } };
}

/** Where a trail is followed again from its start, what people accepted counts from where they accepted it. */
function follow(trail: MissionTrail, entry: Entry, accepted: readonly Accepted[]): void {
  observe(trail, entry);
  if (accepted.some(({ through }) => through === entry.seq)) acceptDrift(trail);
}

/** Brings the summary up to the window's beginning, stretch by stretch; what is summed up stays so when a later stretch fails. */
async function condenseFresh(model: Model, { asked, memo, fresh, tokens }: Now): Promise<Partial<Now>> {
  if (fresh.length <= windowEntries) return { window: fresh };
  const old = fresh.slice(0, fresh.length - keptInWindow);
  const skipped = (old[0]?.seq ?? 0) > memo.summarised + 1;
  let done = memo;
  let spent = tokens;
  for (let at = 0; at < old.length; at += stretchEntries) {
    const anew = at === 0 && (skipped || memo.condensations >= rebuildAfter);
    const entries = old.slice(at, at + stretchEntries);
    const answer = await condense(model, {
      mission: asked.mission,
      points: anew ? [] : done.points,
      outline: anew ? memo.outline : [],
      entries,
      account: accountOf(asked),
      ...(asked.signal && { signal: asked.signal }),
    });
    spent += answer.tokens;
    if (answer.kind === 'silent') return { silence: answer, memo: done, tokens: spent };
    done = {
      ...done,
      points: answer.points,
      condensations: anew ? 0 : done.condensations + 1,
      summarised: entries.at(-1)?.seq ?? done.summarised,
    };
  }
  return { memo: done, window: fresh.slice(-keptInWindow), tokens: spent };
}

async function judgeWindow(model: Model, now: Now): Promise<Partial<Now>> {
  const { asked, memo, rules, tokens } = now;
  const entries = await withPinned(now);
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

/** The window and, from before it, the entries that findings rest on: they are read again, not remembered. */
async function withPinned({ asked, memo, rules, window }: Now): Promise<readonly Entry[]> {
  const first = window[0]?.seq ?? 0;
  const wanted = new Set([
    ...(memo.finding ? citedBy(memo.finding.claims) : []),
    ...(rules.kind === 'drifting' ? rules.findings.flatMap(({ entries }) => entries) : []),
  ]);
  const pinned: Entry[] = [];
  for (const seq of [...wanted].filter((each) => each < first).slice(0, maxPinned)) {
    const [entry] = await asked.read(seq - 1, 1);
    if (entry?.seq === seq) pinned.push(entry);
  }
  return [...pinned.toSorted((a, b) => a.seq - b.seq), ...window];
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
