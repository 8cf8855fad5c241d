// A mission reported as done: the agent's own words stand beside what the log shows. The log is compared with what was
// approved and with the summary letter by letter; whether it is done is for the person to say.
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import type { Block, Line } from './card.ts';
import { inert } from './inert.ts';
import { code, joined, line } from './line.ts';
import { fact, factsOf, section } from './parts.ts';
import type { Past } from './precedent.ts';
import * as words from './words/ask.ts';
import { vouchedLine } from './words/evidence.ts';
import { andMore } from './words.ts';

type Use = { readonly count: number; readonly source: LogEntry['source'] };

const mostShown = 8;

/** What was approved and used, what was approved and is not in the log, and what the log names and the summary does not. */
export function shownByLog(request: Request, mission: MissionSummary, { entries, whole }: Past): Block[] {
  const used = usesOf(entries);
  const promised = [
    ...(mission.approvedTools ?? []).map(({ name }) => name),
    ...(mission.approvedResources ?? []),
  ];
  const summary = inert(request.agentAsserted.summary ?? '', 20_000).toLowerCase();
  const mentioned = (thing: string) => summary.includes(nameIn(thing).toLowerCase());
  const kept = promised.filter((thing) => used.has(thing));
  const idle = promised.filter((thing) => !used.has(thing));
  const unsaid = [...used.keys()].filter((thing) => !mentioned(thing));
  return section(words.completion.label, [
    ...factsOf(
      fact(words.completion.kept, told(kept, used)),
      fact(words.completion.idle, told(idle, used)),
      fact(words.completion.unsaid, told(unsaid, used)),
    ),
    { kind: 'note', line: words.completion.unsaidNote },
    ...(whole ? [] : [{ kind: 'note', line: words.countedOver(entries.length) } as const]),
  ]);
}

/** Every action done and every access granted, how often, and who vouches for it. */
function usesOf(entries: readonly LogEntry[]): ReadonlyMap<string, Use> {
  const used = new Map<string, Use>();
  const use = (thing: string | undefined, source: LogEntry['source']) => {
    if (thing === undefined) return;
    const known = used.get(thing);
    // What the server saw weighs more than what the agent said of itself.
    const best = known && known.source !== 'agent' ? known.source : source;
    used.set(thing, { count: (known?.count ?? 0) + 1, source: best });
  };
  for (const { kind, outcome, resource, scope, action, source } of entries) {
    if (kind === 'audit') {
      use(action, source);
      use(resource, source);
    }
    if (outcome !== 'granted') continue;
    if (kind === 'permission') use(action, source);
    if (kind === 'person_token' || kind === 'auth_token') use(resource, source);
    if (kind === 'auth_token') for (const value of scope?.split(' ') ?? []) use(value, source);
  }
  return used;
}

/** A resource is known to people by its host. */
const nameIn = (thing: string) => URL.parse(thing)?.hostname || thing;

function told(things: readonly string[], used: ReadonlyMap<string, Use>): Line {
  if (things.length === 0) return words.completion.nothing;
  const shown = things.slice(0, mostShown).map((thing) => {
    const use = used.get(thing);
    const what = code(thing, 60);
    return use ? vouchedLine(words.completion.uses(what, use.count), use.source) : line`${what}`;
  });
  const more = things.length - shown.length;
  return [...joined(shown, line`, `), ...(more > 0 ? andMore(more) : [])];
}
