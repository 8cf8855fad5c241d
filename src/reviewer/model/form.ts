// One question whose answer has a form. An answer of another form is asked for again, a bounded number of times.
import { type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { z } from 'zod';
import type { Model, Question, Silence } from './chat-model.ts';

/** How often a malformed answer is asked for again. */
const repairs = 1;

export type Formed<T> = ({ readonly kind: 'formed'; readonly value: T } | Silence) & {
  readonly tokens: number;
};

/**
 * Asks for an answer of `schema`'s form. A cut-off, refused or missing answer is not asked for again; one that cannot be
 * read is, with the places where it was wrong and without its words. No tool is offered, so a call of one is malformed.
 */
export async function askFor<T extends z.ZodType>(
  model: Model,
  question: Omit<Question, 'form' | 'tools'>,
  name: string,
  schema: T,
): Promise<Formed<z.infer<T>>> {
  const { $schema: _, ...form } = z.toJSONSchema(schema) as Record<string, unknown>;
  let tokens = 0;
  let messages: readonly BaseMessage[] = question.messages;
  for (let attempt = 0; ; attempt++) {
    const answer = await model.ask({ ...question, messages, form: { name, schema: form } });
    tokens += answer.tokens;
    if (answer.kind === 'silent' && answer.why !== 'malformed') return { ...answer, tokens };
    const read =
      answer.kind === 'said' && answer.calls.length === 0
        ? parse(answer.text, schema)
        : { fault: 'there was no answer that can be read' };
    if ('value' in read) return { kind: 'formed', value: read.value, tokens };
    if (attempt === repairs) return { kind: 'silent', why: 'malformed', tokens };
    messages = [
      ...question.messages,
      new HumanMessage(
        `The last answer did not have the form asked for: ${read.fault}. Answer with that JSON only.`,
      ),
    ];
  }
}

function parse<T extends z.ZodType>(text: string, schema: T): { value: z.infer<T> } | { fault: string } {
  let json: unknown;
  try {
    // Some servers wrap JSON in a code fence however it was asked for.
    json = JSON.parse(text.trim().replace(/^```(?:json)?\s*|\s*```$/g, ''));
  } catch {
    return { fault: 'it is not JSON' };
  }
  const read = schema.safeParse(json);
  if (read.success) return { value: read.data };
  const places = read.error.issues
    .slice(0, 4)
    .map(({ path, code }) => `${path.map(place).join('.') || 'the whole'} (${code})`);
  return { fault: places.join(', ') };
}

/** A name the model made up is not repeated to it. */
const place = (part: PropertyKey) =>
  typeof part === 'string' && /^[a-z_]{1,20}$/.test(part) ? part : typeof part === 'number' ? part : '?';
