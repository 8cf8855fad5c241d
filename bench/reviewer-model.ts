// What the model layer costs in tokens: for a review at three lengths of log, and for a question at three numbers of
// missions. The model is a double on loopback that answers as long as a real one does; requests are counted as they go out.
import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { openAgent } from '#conversation/agent.ts';
import { noTalk } from '#conversation/talk.ts';
import { type Entry, type MissionFacts, openTrail } from '#reviewer/drift.ts';
import type { Memo } from '#reviewer/model/memo.ts';
import { openReviewer } from '#reviewer/model/review.ts';
import { countTokens } from '#reviewer/model/tokens.ts';
import {
  formOf,
  json,
  type ModelServer,
  modelAt,
  recordsOf,
  startModelServer,
} from '../test/support/model-server.ts';
import { entryOf, missionCalled, sightOf } from '../test/support/sights.ts';

const logLengths = [100, 1_000, 10_000] as const;
const missionCounts = [10, 1_000, 10_000] as const;
/** Reviews measured at each length, and the entries that are new to each. */
const reviews = 30;
const news = 10;

const mission: MissionFacts = {
  description:
    'Reconcile the supplier invoices of March for Northwind: read each invoice from the archive, compare it with its order, correct the ledger where the amounts differ, and mail a summary to finance@northwind.example.',
  approvedTools: ['archive.read', 'orders.get', 'ledger.update', 'mail.send'],
  approvedResources: ['https://archive.northwind.example'],
  acceptedUpdates: [],
};

const actions = ['archive.read', 'orders.get', 'ledger.update'] as const;
const act = (seq: number): Entry => ({
  seq,
  kind: 'act',
  answer: 'granted',
  action: actions[seq % actions.length]!,
  resource: 'https://archive.northwind.example',
  justification: `Reconciling invoice INV-${10_000 + seq} of March against its order.`,
  parameters: {
    invoice: `INV-${10_000 + seq}`,
    order: `PO-${20_000 + seq}`,
    amount: 100 + ((seq * 37) % 900),
  },
  result: {
    text: `Invoice INV-${10_000 + seq}, ${'paper, ink and freight; '.repeat(12)} total ${100 + ((seq * 37) % 900)} EUR`,
  },
});

/** Prints a table of tokens per review, and one of tokens per question. */
export async function benchReviewerModel(): Promise<void> {
  await using server = await startModelServer();
  process.stdout.write('\ntokens per review, each with 10 new entries\n');
  row('entries in the log', 'sent, mean', 'sent, most', 'calls, mean', 'first review of all');
  for (const length of logLengths) await reviewsAt(server, length);
  process.stdout.write('\ntokens per question: find missions, read one, search its log, answer\n');
  row('missions', 'sent', 'calls');
  for (const count of missionCounts) await questionAt(server, count);
}

async function reviewsAt(server: ModelServer, length: number): Promise<void> {
  server.answer(reviewing);
  const reviewer = openReviewer(modelAt(server));
  const trail = openTrail(mission);
  let end = Math.max(length - reviews * news, news);
  let memo: Memo | undefined;
  const review = async () => {
    server.mock.clearRequests();
    const read = (after: number, limit: number) =>
      Promise.resolve(
        Array.from({ length: Math.max(0, Math.min(limit, end - after)) }, (_, at) => act(after + 1 + at)),
      );
    const done = await reviewer.review({
      s256: 'bench',
      mission,
      read,
      trail,
      accepted: [],
      ...(memo && { memo }),
    });
    ({ memo } = done);
    const requests = server.asked();
    return { sent: sentIn(requests), calls: requests.length };
  };
  const first = await review();
  const measured: Awaited<ReturnType<typeof review>>[] = [];
  while (end < length) {
    end = Math.min(end + news, length);
    measured.push(await review());
  }
  const sent = measured.map((each) => each.sent);
  const calls = measured.reduce((sum, each) => sum + each.calls, 0);
  row(length, mean(sent), Math.max(...sent), (calls / measured.length).toFixed(1), first.sent);
}

async function questionAt(server: ModelServer, count: number): Promise<void> {
  server.answer(answering);
  server.mock.clearRequests();
  const missions = Array.from({ length: count }, (_, at) =>
    missionCalled(
      `n${at}`,
      `# Errand number ${at}\n\nBuy ${at % 7} loaves of bread at the corner shop and report.`,
    ),
  );
  const log = Array.from({ length: 200 }, (_, at) => entryOf(at + 1, { description: `bread, loaf ${at}` }));
  const { sight } = sightOf({ missions, logs: Object.fromEntries(missions.map(({ s256 }) => [s256, log])) });
  await openAgent(modelAt(server)).answer({
    text: 'what has the bread errand been up to?',
    account: 'person:bench',
    sight,
    talk: noTalk,
    now: new Date(),
  });
  const requests = server.asked();
  row(count, sentIn(requests), requests.length);
}

const claims = (request: ChatCompletionRequest, most: number) =>
  recordsOf(request, 'entries')
    .slice(0, most)
    .map(({ n }) => ({
      says: `Entry ${String(n)} reads an invoice of March and compares it with its order, as approved.`,
      entries: [Number(n)],
    }));

/** A summary of ten points, a judgement of four claims. */
const reviewing = (request: ChatCompletionRequest) =>
  formOf(request) === 'summary'
    ? json({ points: claims(request, 10) })
    : json({ verdict: 'on_mission', claims: claims(request, 4), pattern: '', settles: '' });
const lastWord =
  'It bought bread, loaf by loaf, at the corner shop, and has reported each one [m1#200]. Nothing waits for a person.';
function answering(request: ChatCompletionRequest) {
  const steps = [
    ['find_missions', { words: 'bread', status: 'any' }],
    ['read_mission', { mission: 'm1' }],
    ['search_log', { mission: 'm1', words: '', after: 0, hours: 0 }],
  ] as const;
  const step = steps[request.messages.filter(({ role }) => role === 'assistant').length];
  return step === undefined
    ? { content: lastWord }
    : { toolCalls: [{ name: step[0], arguments: JSON.stringify(step[1]) }] };
}

/** Everything of the requests that a server counts: what is said, calls, tools and forms. */
const sentIn = (requests: readonly ChatCompletionRequest[]) =>
  requests.reduce((sum, { messages, tools, response_format: form }) => {
    const said = messages.map(
      ({ content, tool_calls: calls }) =>
        `${typeof content === 'string' ? content : ''} ${calls ? JSON.stringify(calls) : ''}`,
    );
    return (
      sum +
      countTokens(
        [...said, tools, form]
          .map((part) => (typeof part === 'string' ? part : (JSON.stringify(part) ?? '')))
          .join('\n'),
      )
    );
  }, 0);

const mean = (numbers: readonly number[]) =>
  Math.round(numbers.reduce((sum, each) => sum + each, 0) / numbers.length);
const row = (...cells: readonly (string | number)[]) =>
  process.stdout.write(
    `${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell).padEnd(20)).join('')}\n`,
  );
