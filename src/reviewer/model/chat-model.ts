// Opens a chat model and puts one question to it at a time, within a time and a budget.
//
//   model     a server that speaks OpenAI's chat completions: OpenAI, Azure OpenAI, vLLM, Ollama
//   form      the JSON Schema an answer has to have
//   silence   why nothing was said that counts; a value, because everything here stands without a model
import { type AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAICompletions } from '@langchain/openai';
import { z } from 'zod';
import type { Log } from '#log.ts';
import { type Budget, budgetDay, type Spend } from './spend.ts';
import { countTokens } from './tokens.ts';
import { untraced } from './untraced.ts';

export type ModelOptions = {
  /**
   * Up to and with the version: `https://api.openai.com/v1`, `http://localhost:11434/v1`. A query on it travels with
   * every call, so Azure's `https://NAME.openai.azure.com/openai/deployments/MODEL?api-version=…` works as well.
   */
  readonly baseUrl: string;
  /** Empty for servers that ask for none. */
  readonly apiKey: string;
  readonly model: string;
  /** For one question, its retries included. */
  readonly timeoutMs: number;
  /** After a lost connection or a 5xx. Whoever is told to slow down asks again another day, not at once. */
  readonly maxRetries: number;
  /** Of one answer; what a reasoning model thinks counts too. */
  readonly maxOutputTokens: number;
  /** How an answer's form is asked for: by JSON Schema, or for servers that know none, as any JSON. */
  readonly structure?: 'schema' | 'json';
};

/** One question may take this long, its retries included; what a model thinks aloud counts into its answer. */
export const usualModel = { timeoutMs: 40_000, maxRetries: 1, maxOutputTokens: 2_000 } as const;

export type Silence =
  | {
      readonly kind: 'silent';
      readonly why: 'away' | 'slow' | 'rate_limited' | 'rejected' | 'refused' | 'truncated' | 'malformed';
    }
  /** Nothing more is asked for this account, or for the whole installation, before `until`. */
  | {
      readonly kind: 'silent';
      readonly why: 'budget_spent';
      readonly of: 'account' | 'day';
      readonly until: Date;
    };

export type ToolForm = {
  readonly name: string;
  readonly description: string;
  readonly parameters: Record<string, unknown>;
};

/** A tool the model wants used; its arguments are whatever it wrote. */
export type ToolCall = { readonly id: string; readonly name: string; readonly args: unknown };

export type Said = {
  readonly kind: 'said';
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** Goes back to the model with the results of its calls. */
  readonly message: AIMessage;
};

export type Question = {
  readonly messages: readonly BaseMessage[];
  /** Whose tokens these are: `mission:<s256>` or `person:<id>`. */
  readonly account: string;
  readonly signal?: AbortSignal;
  readonly form?: { readonly name: string; readonly schema: Record<string, unknown> };
  /** With tools the model may call them instead of saying something. */
  readonly tools?: readonly ToolForm[];
  /** The tools are named, because earlier messages used them, but may not be called. */
  readonly toolsForbidden?: boolean;
};

export type Model = {
  readonly name: string;
  /** Never throws for what the model or its server does. `tokens` is what this question was charged. */
  ask(question: Question): Promise<(Said | Silence) & { readonly tokens: number }>;
};

/** Opens a model; nothing is sent before the first question. */
export function openModel(
  options: ModelOptions,
  house: { readonly spend: Spend; readonly budget: Budget; readonly now: () => Date; readonly log: Log },
): Model {
  const { spend, budget, now, log } = house;
  // The counter takes most of a second to build; better while the house opens than in front of a question.
  countTokens('');
  const chat = new ChatOpenAICompletions({
    model: options.model,
    // Left out, the library would look for a key in the environment.
    apiKey: options.apiKey || 'none',
    maxTokens: options.maxOutputTokens,
    maxRetries: options.maxRetries,
    timeout: options.timeoutMs,
    // The library drops the member in which a model declines.
    __includeRawResponse: true,
    onFailedAttempt: (error: unknown) => {
      if (silenceOf(error) !== 'away') throw error;
    },
    configuration: connection(options),
  });

  return {
    name: options.model,
    async ask(question) {
      const { account } = question;
      const asked = countQuestion(question);
      const { day, until } = budgetDay(now());
      const draw = { day, account, tokens: asked + options.maxOutputTokens };
      const reserved = await spend.reserve(draw, budget);
      if (reserved !== 'reserved') {
        log.warn({ account, model: options.model, why: reserved }, 'model not asked');
        const of = reserved === 'day_spent' ? 'day' : 'account';
        return { kind: 'silent', why: 'budget_spent', of, until, tokens: 0 };
      }
      const { answer, tokens } = await put(chat, options, question, asked);
      await spend.settle(draw, tokens);
      const why = answer.kind === 'silent' ? answer.why : undefined;
      log.info({ account, model: options.model, tokens, ...(why && { why }) }, 'model asked');
      return { ...answer, tokens };
    },
  };
}

function connection({ baseUrl, apiKey }: ModelOptions) {
  const url = new URL(baseUrl);
  const query = Object.fromEntries(url.searchParams);
  url.search = '';
  // Azure's deployments take a key by another header, and would read a bearer token as an identity.
  const azure = url.pathname.includes('/openai/deployments/');
  return {
    baseURL: url.href.replace(/\/$/, ''),
    ...(Object.keys(query).length > 0 && { defaultQuery: query }),
    fetch: (input: string | URL | Request, init?: RequestInit) => {
      const headers = new Headers(init?.headers);
      if (azure) {
        headers.delete('authorization');
        headers.set('api-key', apiKey);
      }
      // A log never follows a redirect to another host.
      return fetch(input, { ...init, headers, redirect: 'error' });
    },
  };
}

async function put(
  chat: ChatOpenAICompletions,
  options: ModelOptions,
  { messages, form, tools, toolsForbidden, signal }: Question,
  asked: number,
): Promise<{ answer: Said | Silence; tokens: number }> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const given = signal ? AbortSignal.any([deadline, signal]) : deadline;
  let message: AIMessage;
  try {
    const asking = chat.invoke([...messages], {
      signal: given,
      callbacks: untraced,
      ...(form && { response_format: responseFormat(form, options.structure) }),
      ...(tools && { tools: tools.map((tool) => ({ type: 'function' as const, function: tool })) }),
      ...(toolsForbidden && { tool_choice: 'none' }),
    });
    // The library's wait between two attempts does not end with the signal.
    message = await Promise.race([asking, aborted(given)]);
  } catch (error) {
    const why = given.aborted ? 'slow' : silenceOf(error);
    return { answer: { kind: 'silent', why }, tokens: chargeFor(why, asked, options.maxOutputTokens) };
  }
  const answer = heard(message);
  const used = message.usage_metadata?.total_tokens;
  const counted = asked + countTokens(message.text) + countTokens(JSON.stringify(message.tool_calls ?? []));
  return { answer, tokens: used !== undefined && used > 0 ? used : counted };
}

const aborted = async (signal: AbortSignal): Promise<never> =>
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

const responseFormat = ({ name, schema }: NonNullable<Question['form']>, structure = 'schema') =>
  structure === 'schema'
    ? { type: 'json_schema' as const, json_schema: { name, schema, strict: true } }
    : { type: 'json_object' as const };

const Declined = z.object({
  __raw_response: z.object({
    choices: z.tuple([z.object({ message: z.object({ refusal: z.string().min(1) }) })], z.unknown()),
  }),
});

/** An answer counts only when it is whole and the model's own. */
function heard(message: AIMessage): Said | Silence {
  const finish = message.response_metadata['finish_reason'] as unknown;
  if (finish === 'length') return { kind: 'silent', why: 'truncated' };
  if (finish === 'content_filter' || Declined.safeParse(message.additional_kwargs).success) {
    return { kind: 'silent', why: 'refused' };
  }
  if ((message.invalid_tool_calls ?? []).length > 0) return { kind: 'silent', why: 'malformed' };
  const calls = (message.tool_calls ?? []).map(({ id, name, args }, at) => ({
    id: id ?? `call-${at}`,
    name,
    args: args as unknown,
  }));
  if (calls.length === 0 && message.text.trim() === '') return { kind: 'silent', why: 'malformed' };
  return { kind: 'said', text: message.text, calls, message };
}

/** What goes back for a tool the model called. */
export const toolResult = (call: ToolCall, text: string): BaseMessage =>
  new ToolMessage({ tool_call_id: call.id, name: call.name, content: text });

type Fault = Exclude<Silence['why'], 'budget_spent'>;

/** What a question cost whose answer never got here whole: it may have been answered, and then it was paid for. */
function chargeFor(why: Fault, asked: number, most: number): number {
  switch (why) {
    case 'truncated':
    case 'malformed':
    case 'refused':
      return asked + most;
    case 'slow':
      return asked;
    case 'away':
    case 'rate_limited':
    case 'rejected':
      return 0;
  }
}

/** The library reads an answer with a form itself, and throws where there is none to read. */
function silenceOf(error: unknown): Fault {
  if (!(error instanceof Error)) return 'away';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'slow';
  if (error instanceof SyntaxError) return 'malformed';
  if (error.constructor.name === 'LengthFinishReasonError') return 'truncated';
  if (error.constructor.name === 'ContentFilterFinishReasonError') return 'refused';
  const status = 'status' in error && typeof error.status === 'number' ? error.status : undefined;
  if (status === 429) return 'rate_limited';
  if (status !== undefined && status >= 400 && status < 500) return 'rejected';
  return 'away';
}

/** What a question costs before it is answered: its messages, its tools, its form, and what frames each message. */
function countQuestion({ messages, form, tools }: Question): number {
  const frame = 4;
  const said = messages.reduce(
    (sum, message) => sum + frame + countTokens(message.text) + callsOf(message),
    0,
  );
  return (
    said + (form ? countTokens(JSON.stringify(form)) : 0) + (tools ? countTokens(JSON.stringify(tools)) : 0)
  );
}

const callsOf = (message: BaseMessage) =>
  'tool_calls' in message && Array.isArray(message.tool_calls) && message.tool_calls.length > 0
    ? countTokens(JSON.stringify(message.tool_calls))
    : 0;
