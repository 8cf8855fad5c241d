// One card for asks that are the same question put several times. What is the same stands once, what differs stands under
// each number, and every group press names exactly the list it was pressed on.
import { digestOf } from '#aauth/canonical.ts';
import { fold } from '#conversation/spelling.ts';
import type { Request } from '#mission-control/facts.ts';
import { type AskFacts, askCard, isOpen } from './ask-card.ts';
import { fullText } from './asserted.ts';
import { type Ballot, giver } from './ballot.ts';
import type { Block, Button, Card, Form, Line, Press, SafeText } from './card.ts';
import { formLimits } from './card.ts';
import { reasonForm } from './forms.ts';
import { inert } from './inert.ts';
import { code, joined, line, time } from './line.ts';
import { type Row, rowsIn } from './parameters.ts';
import { factsOf, full, lines, pretty } from './parts.ts';
import { verbsOf } from './verbs.ts';
import type { People } from './who.ts';
import * as words from './words/batch.ts';
import * as common from './words.ts';

/** `number` is the item's own for good. `apart`: it has a card of its own, and no group verb reaches it. */
export type Item = {
  readonly number: number;
  readonly request: Request;
  readonly apart: boolean;
  readonly ballot?: Ballot | undefined;
};

/** `leader` names the batch. The items are all it ever had, in their order; what else is in here is the same for each. */
export type BatchFacts = Omit<AskFacts, 'request' | 'ballot' | 'together'> & {
  readonly leader: string;
  readonly items: readonly Item[];
  /** Nothing of it can be approved now. */
  readonly held: boolean;
};

/** At most so many asks stand on one card: each has its row and its place in the form, so that a yes to all reaches none unseen. */
export const mostListed = formLimits.options;
const before = 'batch:';

/** What a press names that is about a batch, and no ask. */
export const batchSubject = (leader: string) => `${before}${leader}`;

/** The batch a press is about; undefined for a press about anything else. */
export const batchIn = (subject: string): string | undefined =>
  subject.startsWith(before) ? subject.slice(before.length) : undefined;

/** What a group verb would reach: what waits for a person and has no card of its own. */
export const waitingIn = <I extends Item>(items: readonly I[]): readonly I[] =>
  items.filter(({ request, apart }) => request.state === 'open' && !apart);

/**
 * Names exactly what a list shows: its asks in order, each with the digest of what it shows. Deciding one does not change
 * it, so a group press that was interrupted can be finished; adding, changing or taking out one does.
 */
export const digestOfItems = (items: readonly Item[]): string =>
  digestOf(items.filter(({ apart }) => !apart).map(({ request: { id, digest } }) => [id, digest]));

/** How far the plain yes reaches, as the card says it; by the ask's first button. */
export function plainReach(facts: Pick<AskFacts, 'request' | 'capabilities'>) {
  const choice = verbsOf({ ...facts, shared: false }).find(({ press }) => press.verb === 'approve')?.press
    .choice;
  return choice === 'once' || choice === 'mission' || choice === 'always' ? choice : undefined;
}

/** The batch as it stands. `whole`: with the full text of every item behind it. */
export function batchCard(facts: BatchFacts, whole = false): Card {
  const { items, leader } = facts;
  const listed = items.filter(({ apart }) => !apart);
  const waiting = listed.filter(({ request }) => isOpen(request));
  const sample = waiting[0] ?? listed[0] ?? items[0];
  if (!sample) throw new Error('a batch has items');
  const parts = differences(items.map(({ request }) => request));
  const shared = sameVotes(waiting) ? sample.ballot : undefined;
  const base = askCard({
    ...facts,
    request: withoutDifferences(sample.request, parts.common),
    ballot: shared ?? (sample.ballot && { ...sample.ballot, needs: [] }),
    together: words.firstDenied(time(nearest(waiting))),
  });
  const read = button(common.buttons.read, { verb: 'read', subject: batchSubject(leader) }, 'plain');
  return {
    ...base,
    title: titleOf(waiting, listed, sample.request),
    ...(waiting.length === 0 && { tone: toneOf(listed, base.tone) }),
    blocks: [
      ...base.blocks.slice(0, 1),
      text(words.howMany(waiting.length, items.length)),
      ...rowsOf(items, parts.of, facts.people, shared === undefined),
      ...(waiting.length > 0 && sample.ballot && shared === undefined ? [note(words.votesDiffer)] : []),
      ...(waiting.length > 0 ? [note(words.eachAlone), ...base.blocks.slice(1)] : []),
    ],
    buttons: waiting.length > 0 ? [...verbs(facts, waiting, parts.of), read] : [read],
    expansion: whole ? everything(facts, sample.request) : [],
    calls: waiting.length > 0 ? base.calls : [],
  };
}

const nearest = (waiting: readonly Item[]) =>
  new Date(Math.min(...waiting.map(({ request }) => request.expiresAt.getTime())));

function titleOf(waiting: readonly Item[], listed: readonly Item[], { type }: Request): SafeText {
  const subject = common.subjects[type];
  if (waiting.length > 0) return words.title(common.standings.open, waiting.length, subject);
  if (listed.length === 0) return words.allApart;
  const [first, another] = new Set(listed.map(({ request }) => request.state));
  if (first === undefined || another !== undefined) return words.title(words.mixed, listed.length, subject);
  return words.title(common.standings[first], listed.length, subject);
}

/** Mixed answers are neither good nor bad. */
const toneOf = (listed: readonly Item[], tone: Card['tone']): Card['tone'] =>
  new Set(listed.map(({ request }) => request.state)).size > 1 ? 'neutral' : tone;

type Differences = {
  /** What every item sends. */
  readonly common: readonly Row[];
  readonly of: (request: Request) => string;
};

/** What each item sends that not every one does. Rows that only look the same are told apart by their JSON. */
function differences(requests: readonly Request[]): Differences {
  const rows = new Map(requests.map((request) => [request.id, rowsIn(request.agentAsserted.parameters)]));
  const counts = new Map<string, number>();
  for (const each of rows.values())
    for (const key of new Set(each.map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1);
  const isCommon = (row: Row) => counts.get(keyOf(row)) === requests.length;
  const exact = new Set(requests.map(({ agentAsserted }) => JSON.stringify(agentAsserted.parameters)));
  return {
    common: [...(rows.values().next().value ?? [])].filter(isCommon),
    of({ id, agentAsserted }) {
      const own = (rows.get(id) ?? []).filter((row) => !isCommon(row));
      if (own.length > 0) return own.map(([path, value]) => `${path}: ${value}`).join(', ');
      return exact.size > 1 ? (JSON.stringify(agentAsserted.parameters) ?? '') : '';
    },
  };
}

const keyOf = (row: Row) => JSON.stringify(row);

/** The ask with only those of its parameters that all have, each under its path. */
function withoutDifferences(request: Request, rows: readonly Row[]): Request {
  const { parameters: _, ...said } = request.agentAsserted;
  return {
    ...request,
    agentAsserted: { ...said, ...(rows.length > 0 && { parameters: Object.fromEntries(rows) }) },
  };
}

/** Whether what is said of one item's approvals is true of all. */
function sameVotes(items: readonly Item[]): boolean {
  const votes = items.map(({ ballot }) =>
    JSON.stringify([ballot?.reach, ballot?.needs.map((need) => need.votes)]),
  );
  return new Set(votes).size <= 1;
}

const rowsOf = (
  items: readonly Item[],
  of: Differences['of'],
  people: People,
  withVotes: boolean,
): readonly Block[] =>
  factsOf(
    ...items.map((item) => ({ name: words.number(item.number), value: rowOf(item, of, people, withVotes) })),
  );

function rowOf(item: Item, of: Differences['of'], people: People, withVotes: boolean): Line {
  const { request, apart, ballot } = item;
  const { decision } = request;
  const differs = of(request);
  return [
    ...(differs === '' ? [{ kind: 'plain', text: words.noDifference } as const] : [code(differs, 140)]),
    ...(apart ? words.apart : []),
    ...(isOpen(request)
      ? [...words.until(time(request.expiresAt)), ...(withVotes && ballot ? progress(ballot, people) : [])]
      : words.ended(
          common.standings[request.state],
          decision && giver({ by: decision.decidedBy, for: ballot?.decidedFor }, people),
        )),
  ];
}

const progress = ({ needs }: Ballot, people: People): Line =>
  needs
    .filter(({ count, votes }) => count > 1 && votes.length > 0)
    .flatMap(({ count, votes }) =>
      words.votes(
        votes.length,
        count,
        joined(
          votes.map((vote) => giver(vote, people)),
          line`, `,
        ),
      ),
    );

/** A group press names the list by its last number and the digest of all up to it. */
function verbs(facts: BatchFacts, waiting: readonly Item[], of: Differences['of']): Button[] {
  const { items, leader, capabilities } = facts;
  const request = waiting[0]?.request;
  const reached = waitingIn(items);
  if (!request || reached.length === 0) return [];
  const press = (verb: Press['verb']): Press => ({
    verb,
    subject: batchSubject(leader),
    digest: digestOfItems(items),
    choice: String(items.at(-1)?.number ?? 0),
  });
  const reach = plainReach({ request, capabilities });
  return [
    button(words.approveAll(reached.length, reach), press('approve'), 'primary'),
    {
      ...button(words.denyAll(reached.length), press('deny'), 'danger'),
      form: { ...reasonForm(capabilities), title: words.denyTitle(reached.length) },
    },
    { ...button(words.pick, press('pick'), 'plain'), form: pickForm(facts, reached, of) },
  ];
}

/** Which one, and what about it. */
function pickForm({ capabilities, held }: BatchFacts, reached: readonly Item[], of: Differences['of']): Form {
  return {
    title: words.form.title,
    submit: words.form.submit,
    optional: false,
    fields: [
      {
        kind: 'one-of',
        name: 'which',
        label: words.form.which,
        required: true,
        options: reached.map((item) => ({
          value: String(item.number),
          label: inert(`${item.number}. ${of(item.request) || words.noDifference}`, 75),
        })),
      },
      {
        kind: 'one-of',
        name: 'what',
        label: words.form.what,
        required: true,
        options: [
          ...(held ? [] : [{ value: 'approve', label: words.form.approve }]),
          { value: 'deny', label: words.form.deny },
          ...(capabilities.includes('ask') ? [{ value: 'ask', label: words.form.ask }] : []),
        ],
      },
      {
        kind: 'text',
        name: 'words',
        label: words.form.words,
        placeholder: words.form.wordsHint,
        required: false,
      },
    ],
  };
}

/** Every item with all it sends, then what is the same in each. */
function everything({ items, mission }: BatchFacts, sample: Request): Card['expansion'] {
  const { parameters: _, ...said } = sample.agentAsserted;
  return [
    ...full(
      ...items.map(
        ({ number, request }) =>
          [
            words.heading(number),
            lines([
              request.id,
              common.standings[request.state],
              request.decision?.reason,
              pretty(request.agentAsserted.parameters),
            ]),
          ] as const,
      ),
    ),
    ...fullText({ ...sample, agentAsserted: said, decision: undefined }, mission),
  ];
}

/** What comes of a group press for the one who pressed, where not all of it was done. */
export const partlyCard = (done: number, all: number, first: Card): Card => ({
  ...first,
  title: words.partlyTitle(done, all),
  tone: 'neutral',
  blocks: [text(words.partly(all - done)), ...first.blocks],
});

/** No item that waits here has the number or the name that was said. */
export const unlistedCard = (): Card => ({
  title: words.unlistedTitle,
  tone: 'bad',
  blocks: [text(words.unlisted)],
  buttons: [],
  expansion: [],
  calls: [],
});

/** Whether a person may mean this ask by a name: one of the values it sends, spelled out. */
export const isCalled = ({ agentAsserted }: Request, name: string): boolean =>
  rowsIn(agentAsserted.parameters).some(([, value]) => value !== '' && fold(value) === fold(name));

const button = (label: SafeText, press: Press, style: Button['style']): Button => ({ label, press, style });
const text = (words: Line): Block => ({ kind: 'text', line: words });
const note = (words: Line): Block => ({ kind: 'note', line: words });
