// A model server on loopback that speaks OpenAI's chat completions and answers as a test tells it to.
import { type ChatCompletionRequest, type FixtureResponse, LLMock } from '@copilotkit/aimock';
import { type ModelOptions, openModel } from '#reviewer/model/chat-model.ts';
import { type Budget, openLocalSpend, type Spend } from '#reviewer/model/spend.ts';

export type Answerer = (request: ChatCompletionRequest) => FixtureResponse | Promise<FixtureResponse>;

export type ModelServer = AsyncDisposable & {
  readonly mock: LLMock;
  readonly url: string;
  /** From now on every request is answered by this. */
  answer(answerer: Answerer): void;
  /** The bodies of all requests so far. */
  asked(): ChatCompletionRequest[];
  forget(): void;
};

export async function startModelServer(): Promise<ModelServer> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  let answerer: Answerer = () => ({ error: { message: 'nobody told me what to say' }, status: 500 });
  mock.on({ predicate: () => true }, (request) => answerer(request));
  await mock.start();
  return {
    mock,
    url: `${mock.url}/v1`,
    answer: (next) => {
      mock.clearChaos();
      answerer = next;
    },
    asked: () => mock.getRequests().map(({ body }) => body as unknown as ChatCompletionRequest),
    forget: () => mock.clearRequests(),
    [Symbol.asyncDispose]: () => mock.stop(),
  };
}

export const silentLog = { info() {}, warn() {}, error() {}, debug() {} };

const ample: Budget = { tokensPerDay: 100_000_000, tokensPerAccount: 100_000_000 };

/** A model that talks to `server`, with room for everything unless told otherwise. */
export function modelAt(
  server: { readonly url: string },
  but: Partial<ModelOptions> & { budget?: Budget; spend?: Spend; now?: () => Date } = {},
) {
  const {
    budget = ample,
    spend = openLocalSpend(),
    now = () => new Date('2026-11-21T12:00:00Z'),
    ...options
  } = but;
  return openModel(
    {
      baseUrl: server.url,
      apiKey: 'test-key',
      model: 'test-model',
      timeoutMs: 5_000,
      maxRetries: 0,
      maxOutputTokens: 500,
      ...options,
    },
    { spend, budget, now, log: silentLog },
  );
}

/** The text of a request's first message from the user, where the data blocks are. */
export function dataOf(request: ChatCompletionRequest): string {
  const data = request.messages.find(({ role }) => role === 'user');
  return typeof data?.content === 'string' ? data.content : '';
}

export const systemOf = (request: ChatCompletionRequest): string =>
  request.messages
    .filter(({ role }) => role === 'system')
    .map(({ content }) => (typeof content === 'string' ? content : ''))
    .join('\n');

/** Which of our questions it is, by the name of the form asked for. */
export function formOf(request: ChatCompletionRequest): string | undefined {
  const { response_format: format } = request;
  const schema = format?.['json_schema'] as { name?: string } | undefined;
  return schema?.name;
}

export type JsonAnswer = { content: string };
export const json = (value: unknown): JsonAnswer => ({ content: JSON.stringify(value) });

/** The records of one data block, as a model would read them. */
export function recordsOf(request: ChatCompletionRequest, block: string): Record<string, unknown>[] {
  const lines = new RegExp(`<data name="${block}">\\n([^]*?)\\n</data>`).exec(dataOf(request))?.[1] ?? '';
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
