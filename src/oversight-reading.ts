// Reads the operator's file into the rules, or says everything that is wrong with it at once, each with its line.
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Digest, Oversight, Stale, Voices } from '#oversight.ts';
import { contradictions } from '#oversight-faults.ts';
import { File, type Found, type Path } from '#oversight-file.ts';
import { reviewedOf } from '#oversight-reviewed.ts';

export type OversightFault = { readonly line: number; readonly what: string };

/** Everything that is wrong with one oversight file, in the order of its lines. */
export class OversightError extends Error {
  override readonly name = 'OversightError';
  readonly faults: readonly OversightFault[];

  constructor(file: string, faults: readonly OversightFault[]) {
    super(faults.map(({ line, what }) => `${file}:${line}: ${what}`).join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads the operator's file. `file` is only the name that faults are reported under.
 * @throws {OversightError} with every fault and its line
 */
export function parseOversight(text: string, file: string): Oversight {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings];
  const fail = (faults: readonly OversightFault[]) =>
    new OversightError(
      file,
      faults.toSorted((a, b) => a.line - b.line),
    );
  if (broken.length > 0)
    throw fail(broken.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, what: message })));

  const lineOf = (path: Path) => {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
      const key = path[depth - 1];
      const node = isMap(parent)
        ? parent.items.find((pair) => isPair(pair) && isNode(pair.key) && pair.key.toJSON() === key)?.key
        : document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const located = (found: readonly Found[]) =>
    fail(found.map(({ at, what }) => ({ line: lineOf(at), what: `${spoken(at)}${what}` })));

  const plain = () => {
    try {
      return document.toJS();
    } catch {
      throw located([
        { at: [], what: 'an alias (`*name`) points to nothing, or aliases pile up without end' },
      ]);
    }
  };
  const parsed = File.safeParse(plain());
  if (!parsed.success) throw located(parsed.error.issues.flatMap(foundBy));
  const found = contradictions(parsed.data);
  if (found.length > 0) throw located(found);
  return oversightOf(parsed.data);
}

function spoken(path: Path) {
  const name = path.findLast((part) => typeof part === 'string');
  return name === undefined ? '' : `${name}: `;
}

function foundBy(issue: z.core.$ZodIssue): Found[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ at: [...issue.path, key], what: 'there is no such member' }));
  if (issue.code === 'invalid_union') {
    const inside = issue.errors
      .at(-1)
      ?.filter(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');
    if (inside?.length)
      return inside.flatMap((each) => foundBy({ ...each, path: [...issue.path, ...each.path] }));
  }
  return [{ at: issue.path, what: issue.message }];
}

const digestOf = ({
  every,
  at,
  zone,
  weekday = 'monday',
}: NonNullable<File['channels'][number]['digest']>): Digest =>
  every === 'week' ? { every, at, zone, weekday } : { every, at, zone };

function oversightOf(file: File): Oversight {
  const defaultPerson = file.default_person ?? file.people[0]?.id ?? '';
  return {
    people: file.people.map(({ silent_grants, ...person }) => ({ ...person, silentGrants: silent_grants })),
    defaultPerson,
    ...(file.access_server_for && { accessServerFor: file.access_server_for }),
    channels: file.channels.flatMap(({ id, slack, teams, oversees, digest }) => {
      const place = slack
        ? { platform: 'slack' as const, tenant: slack.team, channel: slack.channel }
        : teams && { platform: 'teams' as const, tenant: teams.tenant, channel: teams.channel };
      return place ? [{ id, place, oversees, ...(digest && { digest: digestOf(digest) }) }] : [];
    }),
    rules: file.rules.map(({ for: chosen, step_up, on_drift, reminders, escalate, ...rule }) => {
      const { people, agents, ...narrowed } = chosen === 'everyone' ? {} : chosen;
      return {
        ...rule,
        ...narrowed,
        for: people || agents ? { ...(people && { people }), ...(agents && { agents }) } : 'everyone',
        ...(step_up && { stepUp: step_up }),
        ...(on_drift && { onDrift: on_drift }),
        ...(reminders && { reminders: momentsOf(reminders) }),
        ...(escalate && { escalation: escalate }),
      };
    }),
    ...(file.delegation && {
      delegation: { to: file.delegation.to, longestDays: file.delegation.longest_days },
    }),
    ...(file.mission_control && { voices: voicesOf(file.mission_control) }),
    ...(file.reminders && { reminders: momentsOf(file.reminders) }),
    ...(file.escalate && { escalation: file.escalate }),
    ...(file.stale && { stale: staleOf(file.stale) }),
    ...(!file.batches && { batches: false as const }),
    ...(file.reviewed && { reviewed: reviewedOf(file.reviewed) }),
  };
}

/** How often somebody is called at most, however short the first wait is. */
const mostReminders = 5;

/** Waits that grow are turned into the moments they end at; the last is well before the deadline. */
function momentsOf({ at, first = 1, back_off = 2 }: NonNullable<File['reminders']>): readonly number[] {
  if (at) return at;
  const moments: number[] = [];
  for (let wait = first, moment = first; moment < 0.95 && moments.length < mostReminders; ) {
    moments.push(moment);
    wait *= back_off;
    moment += wait;
  }
  return moments;
}

function voicesOf({ token, callers }: NonNullable<File['mission_control']>): Voices {
  return { ...(token && { token }), ...(callers && { callers }) };
}

function staleOf({
  idle_hours,
  ending_hours,
  done_hours,
  ask_again_hours,
}: NonNullable<File['stale']>): Stale {
  const ms = (hours: number) => Math.round(hours * 3_600_000);
  return {
    ...(idle_hours !== undefined && { idleMs: ms(idle_hours) }),
    ...(ending_hours !== undefined && { endingMs: ms(ending_hours) }),
    ...(done_hours !== undefined && { doneMs: ms(done_hours) }),
    againMs: ms(ask_again_hours),
  };
}
