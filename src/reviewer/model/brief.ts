// A brief on one ask: does it fit the mission it is made under, why, and which entries and which words of the mission say so.
import { z } from 'zod';
import type { Request } from '#mission-control/facts.ts';
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import type { Model, Silence } from './chat-model.ts';
import { fence, folded, short } from './fence.ts';
import { askFor } from './form.ts';
import { type Accepted, acceptedBlock, missionBlock, ordersOf, record } from './lines.ts';
import type { Memo } from './memo.ts';
import { openPrompt } from './prompt.ts';
import { sentence } from './said.ts';

const messagesOf = openPrompt('brief', ['mission', 'accepted', 'summary', 'entries', 'ask']);

/** What a model writes of an ask. */
export const WrittenBrief = z.object({
  fits: z.enum(['fits', 'does_not_fit', 'cannot_tell']),
  why: z.string(),
  entries: z.array(z.number()),
  mission_words: z.string(),
});
export type WrittenBrief = z.infer<typeof WrittenBrief>;

/** What is asked for, in whoever's words. Nothing in it is believed. */
export type AskFacts = {
  readonly type: string;
  readonly resource?: string;
  readonly scope?: string;
  readonly action?: string;
  readonly parameters?: unknown;
  /** What the agent says for it, and what the resource says of it. */
  readonly agentSays?: string;
  readonly resourceSays?: string;
};

/** What a request asks for, as the brief reads it. */
export function askFacts({ type, verified, resourceAsserted, agentAsserted }: Request): AskFacts {
  const resource =
    verified.resource?.issuer ?? resourceAsserted.issuer ?? agentAsserted.resources?.join(', ');
  const scope = resourceAsserted.scope?.map(({ value }) => value).join(' ');
  const agentSays = [
    agentAsserted.justification,
    agentAsserted.description,
    agentAsserted.summary,
    agentAsserted.question,
  ]
    .filter((text) => text !== undefined)
    .join(' — ');
  const resourceSays = [
    resourceAsserted.name,
    resourceAsserted.description,
    ...(resourceAsserted.scope ?? []).map(({ description }) => description),
  ]
    .filter((text) => text !== undefined)
    .join(' — ');
  return {
    type,
    agentSays,
    resourceSays,
    parameters: agentAsserted.parameters ?? resourceAsserted.budget,
    ...(resource !== undefined && { resource }),
    ...(scope !== undefined && { scope }),
    ...(agentAsserted.action !== undefined && { action: agentAsserted.action }),
  };
}

/**
 * `fits` always comes with words that stand in the mission or its accepted updates, to the letter. `cannot_tell` says
 * whether the model could not (`said`), quoted nothing that stands there (`uncited`), or read text that gives orders.
 */
export type Brief =
  | {
      readonly kind: 'fits';
      readonly why: string;
      readonly entries: readonly number[];
      readonly missionWords: string;
    }
  | { readonly kind: 'does_not_fit'; readonly why: string; readonly entries: readonly number[] }
  | {
      readonly kind: 'cannot_tell';
      readonly because: 'said' | 'uncited' | 'orders';
      readonly why: string;
      readonly entries: readonly number[];
    };

export type BriefAsked = {
  readonly s256: string;
  readonly mission: MissionFacts;
  readonly ask: AskFacts;
  /** The last review's memo, for its summary. */
  readonly memo?: Memo;
  /** The newest entries, in order; a dozen are looked at. */
  readonly entries: readonly Entry[];
  readonly accepted: readonly Accepted[];
  readonly signal?: AbortSignal;
};

/** So many entries, the newest, stand beside an ask. */
export const newest = 12;
const fewestWords = 12;

/** One model call, repaired once at most. The card never waits for it; what the rules say of the mission stands beside it. */
export async function briefAsk(
  model: Model,
  asked: BriefAsked,
): Promise<({ readonly kind: 'briefed'; readonly brief: Brief } | Silence) & { readonly tokens: number }> {
  const { s256, mission, ask, memo, accepted, signal } = asked;
  const entries = asked.entries.slice(-newest);
  const messages = messagesOf({
    mission: missionBlock(mission),
    accepted: acceptedBlock(accepted),
    summary: fence('summary', memo?.points ?? []),
    entries: fence(
      'entries',
      entries.map((entry) => record(entry)),
    ),
    ask: fence('ask', [askRecord(ask)]),
  });
  const question = { messages, account: `mission:${s256}`, ...(signal && { signal }) };
  const answer = await askFor(model, question, 'brief', WrittenBrief);
  if (answer.kind === 'silent') return answer;
  return { kind: 'briefed', brief: checkBrief(answer.value, asked), tokens: answer.tokens };
}

/** An ask as one record of a prompt. */
export function askRecord({
  type,
  resource,
  scope,
  action,
  parameters,
  agentSays,
  resourceSays,
}: AskFacts): object {
  return {
    type,
    resource: short(resource, 120),
    scope: short(scope, 200),
    action: short(action, 120),
    parameters: short(parameters, 600),
    agent_says: short(agentSays, 600),
    resource_says: short(resourceSays, 400),
  };
}

/** What a brief is worth: its quote and its citations are looked up, and an ask that gives orders is never said to fit. */
export function checkBrief(
  { fits, why: written, entries, mission_words: words }: WrittenBrief,
  { mission, ask, entries: given }: Pick<BriefAsked, 'mission' | 'ask' | 'entries'>,
): Brief {
  const shown = new Set(given.slice(-newest).map(({ seq }) => seq));
  const cited = [...new Set(entries)].filter((seq) => shown.has(seq)).toSorted((a, b) => a - b);
  const why = sentence(written, 300);
  const cannotTell = (because: 'said' | 'uncited' | 'orders'): Brief => ({
    kind: 'cannot_tell',
    because,
    why,
    entries: cited,
  });
  if (fits === 'cannot_tell') return cannotTell('said');
  if (fits === 'does_not_fit') return { kind: fits, why, entries: cited };
  if (isTold(ask, given)) return cannotTell('orders');
  const quote = folded(words).replace(/^["'“”«».…\s]+|["'“”«».…\s]+$/g, '');
  if (quote.length < fewestWords || !inForce(mission).some((text) => folded(text).includes(quote))) {
    return cannotTell('uncited');
  }
  return { kind: fits, why, entries: cited, missionWords: sentence(words, 300) };
}

/** The approved texts that still hold: an update that replaces puts everything before it out of force. */
export function inForce({ description, acceptedUpdates }: MissionFacts): readonly string[] {
  const from = acceptedUpdates.findLastIndex(({ mode }) => mode === 'replace');
  const updates = acceptedUpdates.slice(Math.max(from, 0)).map((update) => update.description);
  return from === -1 ? [description, ...updates] : updates;
}

/** Somebody tells the reader what to think: any text of the ask, or plainly an entry that stood beside it. */
function isTold(ask: AskFacts, entries: readonly Entry[]): boolean {
  const orders = Object.values(ask).some((value) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return ordersOf({ seq: 0, kind: 'message', text }) !== 'none';
  });
  return orders || entries.slice(-newest).some((entry) => ordersOf(entry) === 'clear');
}
