// What is counted rather than read: grants and their use, denials, money, repetition, haste.
import { kindsOf } from './act-kinds.ts';
import type { Entry } from './entry.ts';
import { ordersIn } from './instructions.ts';
import { put, type Sheet } from './measures.ts';
import { type Reading, readParameters } from './reading.ts';
import { keep, type Trail } from './trail.ts';
import { hash } from './words.ts';

const maxKept = 256;
/** A token nothing was done with after this many entries was not needed for what it was asked for. */
const unusedAfter = 12;
const burstActs = 30;
const burstMs = 10_000;
const loopsAfter = 4;
/** Shorter justifications repeat by themselves. */
const tellingJustification = 24;

/** A token asked for: is the resource approved, does the scope go beyond what was granted before work began. */
export function measureToken(trail: Trail, token: Extract<Entry, { kind: 'token' }>, sheet: Sheet): void {
  const byPerson = token.answer === 'granted_by_person';
  measureResource(trail, token.resource, byPerson, sheet);
  const asked = token.scope.split(/[\s,]+/).filter((scope) => scope !== '');
  const grown = asked.filter((scope) => !trail.scopes.has(scope));
  if (trail.acts > 0 && trail.scopes.size > 0 && !byPerson && grown.length > 0) {
    put(sheet, 'grown_scope', 1, { quote: grown[0]! });
  }
  if (token.answer === 'denied') return;
  for (const scope of asked) keep(trail.scopes, scope, maxKept);
  const granted = byPerson || token.answer === 'granted';
  if (granted && token.resource !== undefined && trail.unusedTokens.size < maxKept) {
    trail.unusedTokens.set(token.resource, token.seq);
  }
}

function measureResource(trail: Trail, resource: string | undefined, byPerson: boolean, sheet: Sheet): void {
  if (resource === undefined) return;
  if (byPerson) keep(trail.resources, resource, maxKept);
  else if (trail.resources.size > 0 && !trail.resources.has(resource)) {
    put(sheet, 'unapproved_resource', 1, { quote: resource });
  }
}

/** The oldest token nobody used, said once. */
function measureUnusedTokens(trail: Trail, sheet: Sheet): void {
  for (const [resource, seq] of trail.unusedTokens) {
    if (sheet.seq - seq <= unusedAfter) return;
    trail.unusedTokens.delete(resource);
    put(sheet, 'unused_token', 1, { quote: resource, earlier: seq });
    return;
  }
}

/** An act against the habits of the trip. `digest` names its action and parameters. */
export function measureHabits(
  trail: Trail,
  act: Extract<Entry, { kind: 'act' | 'ask' }>,
  reading: Reading,
  digest: number,
  sheet: Sheet,
): void {
  measureUnusedTokens(trail, sheet);
  measureResource(trail, act.resource, act.answer === 'granted_by_person', sheet);
  if (act.resource !== undefined && act.kind === 'act') trail.unusedTokens.delete(act.resource);
  if (trail.completedAt > 0) put(sheet, 'after_completion', 1, { earlier: trail.completedAt });

  const denied = trail.denied.find(
    (past) =>
      past.digest === digest ||
      (past.action === act.action && reading.values.some(({ whole }) => past.values.includes(whole))),
  );
  if (denied !== undefined) put(sheet, 'repeats_denied', 1, { quote: act.action, earlier: denied.seq });

  const same = trail.recent.filter((past) => past.digest === digest);
  const says = reading.words.length + reading.values.length > 0;
  if (says && same.length >= loopsAfter) put(sheet, 'loop', 1, { quote: act.action, earlier: same[0]!.seq });

  if (act.atMs !== undefined) {
    trail.times.push(act.atMs);
    if (trail.times.length > burstActs) trail.times.shift();
    if (trail.times.length === burstActs && act.atMs - trail.times[0]! < burstMs) put(sheet, 'burst', 1);
  }
  measureJustification(trail, act, sheet);
  measureSpending(trail, act, reading, sheet);
}

function measureJustification(
  trail: Trail,
  act: Extract<Entry, { kind: 'act' | 'ask' }>,
  sheet: Sheet,
): void {
  const text = act.justification.slice(0, 2_000);
  if (text.length < tellingJustification) return;
  if (ordersIn(text).toReviewer) put(sheet, 'instructs_reviewer', 1, { quote: text });
  const key = hash(text);
  const past = trail.justifications.get(key);
  if (past === undefined) {
    if (trail.justifications.size < maxKept) {
      trail.justifications.set(key, { actions: new Set([act.action]), seq: act.seq });
    }
    return;
  }
  keep(past.actions, act.action, 8);
  if (past.actions.size > 2) {
    put(sheet, 'reused_justification', (past.actions.size - 2) / 2, { quote: text, earlier: past.seq });
  }
}

/** Money counts once it is spent: the largest amount an act of paying names, or else the one its result reports. */
function measureSpending(
  trail: Trail,
  act: Extract<Entry, { kind: 'act' | 'ask' }>,
  reading: Reading,
  sheet: Sheet,
): void {
  if (act.kind !== 'act' || !kindsOf(act.action).includes('pay')) return;
  const amount = largestAmount(reading) ?? largestAmount(readParameters(act.result));
  if (amount === undefined) return;
  trail.spent += amount;
  const { budget } = trail.topic;
  if (budget === undefined || trail.spent <= budget) return;
  put(sheet, 'overspent', 1, { quote: `${round(trail.spent)} of ${round(budget)}` });
}

function largestAmount({ values }: Reading): number | undefined {
  const amounts = values.filter(({ kind }) => kind === 'amount').map(({ text }) => Number(text));
  const paid = amounts.filter((amount) => Number.isFinite(amount) && amount > 0);
  return paid.length === 0 ? undefined : Math.max(...paid);
}

const round = (amount: number) => String(Math.round(amount * 100) / 100);
