// What came before an ask, from its mission's log and nothing else: how often the same was asked, how it ended, and what
// a yes would add. A line counts only as the log has it; nobody's guess is in here.
import type { LogEntry, Request } from '#mission-control/facts.ts';
import type { Block, Line } from './card.ts';
import { code, time } from './line.ts';
import { fact, factsOf, listed, quote, section } from './parts.ts';
import { isUnasked, type People, person } from './who.ts';
import * as words from './words/ask.ts';
import { vouchedLine } from './words/evidence.ts';
import * as common from './words.ts';

/** A bounded stretch of a mission's log, in order; `whole` when nothing lies before it. */
export type Past = { readonly entries: readonly LogEntry[]; readonly whole: boolean };

type Ending = keyof words.Tally;

type Earlier = { readonly ending: Ending | undefined; readonly by: LogEntry };

/** At most this many things of one ask get a line of their own. */
const mostShown = 3;

/** Earlier asks of the same agent about the same things, and what approving adds; nothing for kinds that are never alike. */
export function precedents(request: Request, past: Past, people: People): Block[] {
  const things = thingsOf(request);
  const told = things.slice(0, mostShown).flatMap((thing): Block[] => {
    const earlier = earlierAsks(request, past.entries, thing);
    if (thing === undefined && earlier.length === 0) return [];
    const last = earlier.findLast(({ ending }) => ending !== undefined && ending !== 'silent');
    const what = thing === undefined ? words.alike(request.type) : [code(thing, 80)];
    return [
      { kind: 'text', line: words.precedent(asked(earlier) + 1, what, tallyOf(earlier)) },
      ...(last ? lastTime(last, people) : []),
    ];
  });
  return section(words.before.label, [
    ...told,
    ...additions(request),
    ...(past.whole || told.length === 0
      ? []
      : [{ kind: 'note', line: words.countedOver(past.entries.length) } as const]),
  ]);
}

/** What may have been asked for before: each scope, the resource, the action. `undefined` stands for the kind itself. */
function thingsOf({
  type,
  verified,
  resourceAsserted,
  agentAsserted,
}: Request): readonly (string | undefined)[] {
  switch (type) {
    case 'auth_token': {
      const scopes = resourceAsserted.scope?.map(({ value }) => value) ?? [];
      return scopes.length > 0 ? scopes : [verified.resource?.issuer];
    }
    case 'person_token':
      return [verified.resource?.issuer];
    case 'permission':
      return [agentAsserted.action];
    case 'mission_update':
    case 'mission_completion':
    case 'payment':
      return [undefined];
    default:
      return [];
  }
}

const kinds: Readonly<Partial<Record<Request['type'], LogEntry['kind']>>> = {
  auth_token: 'auth_token',
  person_token: 'person_token',
  permission: 'permission',
  mission_update: 'update',
  mission_completion: 'completion',
  payment: 'payment',
};

const outcomes: Readonly<Record<string, Ending>> = {
  granted: 'granted',
  completed: 'granted',
  answered: 'granted',
  denied: 'denied',
  expired: 'unanswered',
  withdrawn: 'withdrawn',
};

/** One for each earlier ask, by its request; a grant without an ask is one by itself. */
function earlierAsks(request: Request, entries: readonly LogEntry[], thing: string | undefined): Earlier[] {
  const found = new Map<string, Earlier>();
  for (const entry of entries) {
    if (entry.requestId === request.id || entry.agent !== request.agent.id || !isAbout(entry, request, thing))
      continue;
    const ending =
      entry.source === 'person_server' && isUnasked(entry) ? 'silent' : outcomes[entry.outcome ?? ''];
    const key = entry.requestId ?? `#${entry.seq}`;
    found.set(key, { ending: ending ?? found.get(key)?.ending, by: entry });
  }
  return [...found.values()];
}

function isAbout(entry: LogEntry, request: Request, thing: string | undefined): boolean {
  const withdrawn = entry.kind === 'withdrawn' && entry.requestId !== undefined;
  if (entry.kind !== kinds[request.type] && !withdrawn) return false;
  switch (request.type) {
    case 'auth_token':
      if (entry.resource !== request.verified.resource?.issuer) return false;
      return (entry.scope ?? entry.resource ?? '').split(' ').includes(thing ?? '');
    case 'person_token':
      return entry.resource === thing && entry.scope === undefined;
    case 'permission':
      return entry.action === thing;
    default:
      return !withdrawn;
  }
}

/** A grant that nobody was asked for is no ask. */
const asked = (earlier: readonly Earlier[]) => earlier.filter(({ ending }) => ending !== 'silent').length;

function tallyOf(earlier: readonly Earlier[]): words.Tally {
  const count = (ending: Ending) => earlier.filter((each) => each.ending === ending).length;
  return {
    granted: count('granted'),
    denied: count('denied'),
    unanswered: count('unanswered'),
    withdrawn: count('withdrawn'),
    silent: count('silent'),
  };
}

function lastTime({ ending, by }: Earlier, people: People): Block[] {
  if (!ending) return [];
  const who = by.decidedBy?.person;
  const line = words.lastTime(
    words.lastOutcomes[ending],
    who === undefined ? undefined : [person(who, people)],
    time(by.at),
  );
  return [
    ...factsOf(fact(words.before.last, vouchedLine(line, by.source))),
    ...(by.source === 'person' && ending === 'denied'
      ? quote(common.labels.reason, by.description, 160)
      : []),
  ];
}

/** Of the scopes asked for, those that no earlier consent of this mission covers. */
function additions({ type, missionS256, verified, resourceAsserted }: Request): Block[] {
  if (type !== 'auth_token' || missionS256 === undefined || !verified.resource) return [];
  const { issuer } = verified.resource;
  const granted = new Set(verified.granted);
  const scopes = resourceAsserted.scope?.map(({ value }) => value) ?? [];
  const fresh = scopes.filter((value) => !granted.has(`${issuer} ${value}`));
  const old = scopes.filter((value) => granted.has(`${issuer} ${value}`));
  const adds: Line | undefined = scopes.length === 0 ? undefined : (listed(fresh) ?? words.addsNothing);
  return factsOf(fact(words.before.adds, adds), fact(words.before.has, listed(old)));
}
