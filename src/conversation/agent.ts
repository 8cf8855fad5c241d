// The agent that answers what the grammar leaves unclear. It looks through the sight of whoever asks, and says what it
// looked at; the two acts it may propose become confirm cards of ours, or nothing.
//
//   sight      what the one who asks may see; made by code for this question
//   handle     what the model knows a mission by, for the length of one answer
//   talk       what is kept of the thread, in and out as a plain value
//   proposal   an act the person asked for in so many words; done by nobody until somebody clicks
import type { BaseMessage } from '@langchain/core/messages';
import { HumanMessage } from '@langchain/core/messages';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import type { MissionSummary } from '#mission-control/facts.ts';
import { type Model, type Said, type Silence, toolResult } from '#reviewer/model/chat-model.ts';
import { fence, tame } from '#reviewer/model/fence.ts';
import { openPrompt } from '#reviewer/model/prompt.ts';
import { untraced } from '#reviewer/model/untraced.ts';
import { type Checked, type Citation, checkCitations } from './citations.ts';
import type { Proposal } from './proposals.ts';
import { type Looked, openSeen } from './seen.ts';
import type { Sight } from './sight.ts';
import { addTurn, type Talk } from './talk.ts';
import { missionTitle } from './title.ts';
import { type Errand, toolForms, useTool } from './tools.ts';

export type Asking = {
  /** What the person said; what is longer than 2,000 characters is shortened. */
  readonly text: string;
  /** Whose tokens the answer takes: `person:<id>`. Never shown to the model. */
  readonly account: string;
  readonly sight: Sight;
  /** The mission in whose thread it was said. */
  readonly here?: string;
  readonly talk: Talk;
  readonly now: Date;
  readonly signal?: AbortSignal;
};

export type Answer =
  | {
      readonly kind: 'answered';
      /** The model's words: plain text, for a labelled block and for nothing else. */
      readonly text: string;
      readonly citations: readonly Citation[];
      /** References in the model's words that led nowhere; they were taken out. */
      readonly dropped: number;
      readonly looked: readonly Looked[];
      readonly proposals: readonly Proposal[];
      readonly talk: Talk;
      readonly tokens: number;
    }
  | {
      readonly kind: 'unanswered';
      readonly silence: Silence;
      readonly looked: readonly Looked[];
      readonly tokens: number;
    };

/** How far one answer may go. */
export type Bounds = {
  /** Calls of the model. */
  readonly steps: number;
  /** Beyond this the next call is the last and has to answer. */
  readonly tokens: number;
  readonly timeoutMs: number;
};

export const usualBounds: Bounds = { steps: 6, tokens: 24_000, timeoutMs: 45_000 };
const callsAtOnce = 4;
const longestQuestion = 2_000;
const remembered = 6;

const messagesOf = openPrompt('answer', ['now', 'here', 'earlier', 'question']);

const State = Annotation.Root({
  asking: Annotation<Asking>,
  errand: Annotation<Errand>,
  messages: Annotation<readonly BaseMessage[]>,
  steps: Annotation<number>,
  tokens: Annotation<number>,
  signal: Annotation<AbortSignal>,
  said: Annotation<Said | undefined>,
  silence: Annotation<Silence | undefined>,
  checked: Annotation<Checked | undefined>,
});
type Now = typeof State.State;

export type Agent = { answer(asking: Asking): Promise<Answer> };

/** Opens the agent. Without a model there is none: the bot says what it can do in the grammar. */
export function openAgent(model: Model, bounds: Bounds = usualBounds): Agent {
  const graph = new StateGraph(State)
    .addNode('begin', begin)
    .addNode('think', async (now: Now) => await think(model, bounds, now))
    .addNode('look', look)
    .addNode('check', ({ said, errand }) => ({ checked: checkCitations(said?.text ?? '', errand.seen) }))
    .addEdge(START, 'begin')
    .addEdge('begin', 'think')
    .addConditionalEdges('think', next, ['look', 'check', END])
    .addEdge('look', 'think')
    .addEdge('check', END)
    .compile();

  return {
    async answer(asking) {
      const late = AbortSignal.timeout(bounds.timeoutMs);
      const signal = asking.signal ? AbortSignal.any([late, asking.signal]) : late;
      const now = (await graph.invoke(
        { asking, signal, messages: [], steps: 0, tokens: 0 },
        { recursionLimit: 2 * bounds.steps + 4, callbacks: untraced },
      )) as Now;
      return conclude(now);
    },
  };
}

/** The question with what it may be about: the thread's mission, and the last turns whose missions may still be seen. */
async function begin({ asking }: Now): Promise<Partial<Now>> {
  const { sight, here: s256, talk, text, now } = asking;
  const seen = openSeen();
  const here = s256 === undefined ? undefined : await sight.readMission(s256);
  const known = new Map<string, MissionSummary>(here ? [[here.s256, here]] : []);
  for (const each of [...new Set(talk.turns.flatMap(({ missions }) => missions))].slice(-remembered)) {
    const mission = known.get(each) ?? (await sight.readMission(each));
    if (mission) known.set(each, mission);
  }
  const visible = talk.turns.filter(({ missions }) => missions.every((each) => known.has(each)));
  const named = (mission: MissionSummary) => ({
    mission: seen.handle(mission),
    title: tame(missionTitle(mission.description), 100),
    status: mission.status,
  });
  const said = tame(text, longestQuestion);
  const messages = messagesOf({
    now: fence('now', [{ time: now.toISOString().slice(0, 16) }]),
    here: fence('here', here ? [named(here)] : []),
    earlier: fence(
      'earlier',
      visible.map(({ asked, answered, missions }) => ({
        person: tame(asked, 300),
        answer: tame(answered, 600),
        missions: missions
          .map((each) => known.get(each))
          .filter((each) => each !== undefined)
          .map(named),
      })),
    ),
    question: fence('question', [{ person: said }]),
  });
  const saidBefore = visible.map(({ asked }) => asked);
  return { messages, errand: { sight, seen, said: text, saidBefore, here, now, proposals: [] } };
}

/** Asks the model; for the last time when steps or tokens run out, and then it has to say something. */
async function think(model: Model, bounds: Bounds, now: Now): Promise<Partial<Now>> {
  const last = now.steps + 1 >= bounds.steps || now.tokens >= bounds.tokens;
  const { messages } = now;
  const answer = await model.ask({
    messages: last ? [...messages, new HumanMessage('Answer now, with what you have seen.')] : messages,
    account: now.asking.account,
    signal: now.signal,
    tools: toolForms,
    ...(last && { toolsForbidden: true }),
  });
  const steps = now.steps + 1;
  const tokens = now.tokens + answer.tokens;
  if (answer.kind === 'silent') return { steps, tokens, silence: answer };
  if (answer.calls.length > 0 && last) {
    // It was told to answer; what it says beside its calls counts, the calls do not.
    return answer.text.trim() === ''
      ? { steps, tokens, silence: { kind: 'silent', why: 'malformed' } }
      : { steps, tokens, said: { ...answer, calls: [] } };
  }
  return { steps, tokens, said: answer };
}

const next = ({ silence, said }: Now) => {
  if (silence || !said) return END;
  return said.calls.length > 0 ? 'look' : 'check';
};

async function look({ said, errand, messages }: Now): Promise<Partial<Now>> {
  if (!said) return {};
  const results: BaseMessage[] = [];
  for (const [at, call] of said.calls.entries()) {
    const text =
      at < callsAtOnce ? await useTool(call, errand) : 'Too many calls at once; this one was not made.';
    results.push(toolResult(call, text));
  }
  return { messages: [...messages, said.message, ...results] };
}

function conclude({ asking, errand, checked, silence, tokens }: Now): Answer {
  const { looked } = errand.seen;
  if (!checked || checked.text === '') {
    return { kind: 'unanswered', silence: silence ?? { kind: 'silent', why: 'malformed' }, looked, tokens };
  }
  const missions = [
    ...new Set(looked.flatMap((each) => ('mission' in each && each.mission ? [each.mission.s256] : []))),
  ];
  return {
    kind: 'answered',
    ...checked,
    looked,
    proposals: errand.proposals,
    talk: addTurn(asking.talk, { asked: asking.text, answered: checked.text, missions }),
    tokens,
  };
}
