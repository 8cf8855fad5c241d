// Log entries and missions as records of a prompt: which words are whose, and all of bounded length.
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import { instruction, ordersIn } from '#reviewer/instructions.ts';
import { type Fenced, fence, short, tame } from './fence.ts';

/** A person looked at a finding and said that it is fine, for the entries it was about and no others. */
export type Accepted = {
  /** The first and the last entry that the person was shown. */
  readonly from: number;
  readonly through: number;
  /** What the person said with it. */
  readonly note?: string;
};

const field = 220;
const maxAccepted = 8;
const maxTools = 40;

/** Whether text in an entry gives orders, and whether strongly enough that a good word for the mission counts no more. */
export type Orders = 'none' | 'some' | 'clear';

/**
 * Reads every text of an entry for orders. Clear is text that gives more than one, that speaks to the reviewer, or that is
 * written so that people and programs read different things.
 */
export function ordersOf(entry: Entry): Orders {
  const texts =
    'parameters' in entry
      ? [
          entry.action,
          entry.resource ?? '',
          entry.justification,
          asText(entry.parameters),
          asText(entry.result),
        ]
      : [
          'justification' in entry ? entry.justification : '',
          'description' in entry ? entry.description : '',
          'text' in entry ? entry.text : '',
        ];
  let strongest = 0;
  for (const text of texts) {
    const looked =
      text.length > longestLooked
        ? `${text.slice(0, longestLooked / 2)} ${text.slice(-longestLooked / 2)}`
        : text;
    if (deceptive.test(looked)) return 'clear';
    const { strength, toReviewer } = ordersIn(inPlainLetters(looked));
    if (toReviewer) return 'clear';
    strongest = Math.max(strongest, strength);
  }
  return strongest >= 1 ? 'clear' : strongest >= instruction ? 'some' : 'none';
}

/** Of a longer text the head and the tail are read. */
const longestLooked = 16_000;
/** Turned text, tag characters, and unseen characters inside a Latin word have no honest use in a log. */
const deceptive = /[\u202a-\u202e\u{e0001}-\u{e007f}]|[A-Za-z][\u200b-\u200d\u2060\ufeff][A-Za-z]/u;

const smallCapitals = new Map(
  Array.from(
    'ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz'.matchAll(/(.)(.)/gu),
    ([, from = '', to = '']) => [from, to],
  ),
);
const inPlainLetters = (text: string) =>
  text.replace(/[ᴀ-ᴣɢɪɴʀʏʙʜʟꜰꜱ]/gu, (letter) => smallCapitals.get(letter) ?? letter);

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/**
 * An entry as one record. `withhold` leaves the words of an entry that clearly gives orders out, so that they cannot get
 * into a summary; its number, its act and that it gives orders stay.
 */
export function record(entry: Entry, options: { readonly withhold: boolean } = { withhold: false }): object {
  const orders = ordersOf(entry);
  const words = (value: unknown) =>
    options.withhold && orders === 'clear'
      ? value === undefined || value === ''
        ? undefined
        : '(withheld: it gives orders)'
      : short(value, field);
  const common = {
    n: entry.seq,
    at: entry.atMs === undefined ? undefined : new Date(entry.atMs).toISOString().slice(0, 16),
    kind: entry.kind,
    gives_orders: orders === 'clear' ? true : undefined,
  };
  switch (entry.kind) {
    case 'act':
    case 'ask':
      return {
        ...common,
        action: tame(entry.action, 80),
        resource: short(entry.resource, 100),
        answer: entry.answer,
        agent_says: words(entry.justification),
        parameters: words(entry.parameters),
        result: words(entry.result),
      };
    case 'token':
      return {
        ...common,
        resource: short(entry.resource, 100),
        scope: short(entry.scope, 100),
        answer: entry.answer,
        agent_says: words(entry.justification),
      };
    case 'update':
      return { ...common, outcome: entry.outcome, mode: entry.mode, agent_says: words(entry.description) };
    case 'message':
    case 'completion':
      return { ...common, agent_says: words(entry.text) };
    case 'other':
      return common;
  }
}

/** What was approved: the mission's words, its tools and resources, and the updates accepted since. */
export function missionBlock(mission: MissionFacts): Fenced {
  const { description, approvedTools, approvedResources, acceptedUpdates } = mission;
  const tools = approvedTools.slice(0, maxTools).map((name) => tame(name, 60));
  const more = approvedTools.length - tools.length;
  return fence('mission', [
    { approved: tame(description, 3_000) },
    ...acceptedUpdates
      .slice(-12)
      .map((update) => ({ update: tame(update.description, 500), mode: update.mode })),
    { tools: tools.join(', '), ...(more > 0 && { more_tools: more }) },
    {
      resources: approvedResources
        .slice(0, 20)
        .map((each) => tame(each, 100))
        .join(', '),
    },
  ]);
}

/** What people accepted, the latest ones. It reaches no further than the entries they were shown. */
export const acceptedBlock = (accepted: readonly Accepted[]): Fenced =>
  fence(
    'accepted_by_a_person',
    accepted.slice(-maxAccepted).map(({ from, through, note }) => ({
      entries: `${from} to ${through}`,
      person_says: short(note, 300),
    })),
  );

/** True when a person has accepted every one of these entries. */
export const isAccepted = (entries: readonly number[], accepted: readonly Accepted[]): boolean =>
  entries.every((seq) => accepted.some(({ from, through }) => from <= seq && seq <= through));
