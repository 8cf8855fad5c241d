import { createHash } from 'node:crypto';
import { canonicalJson, digestOf } from '#aauth/canonical.ts';
import type { PublicJwk } from '#aauth/key.ts';
import { openReceipt } from './receipts.ts';

/** An act as it was written down. `actor`, `person`, `said` and `salt` are gone once who acted was forgotten. */
export type WrittenAct = {
  readonly seq: number;
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly verb: string;
  readonly surface: string;
  readonly subject: string;
  readonly digest: string | null;
  readonly outcome: string;
  readonly answer: unknown;
  readonly actor: string | null;
  readonly person: string | null;
  /** The words they gave for it. */
  readonly said: string | null;
  readonly salt: string | null;
  /** The digest of salt, actor, person and words: it stays when they go, so the chain does not break. */
  readonly who: string;
  readonly previous: string;
  readonly hash: string;
  readonly receipt: string;
};

export type ChainFault = {
  readonly seq: number;
  readonly what: 'missing' | 'out_of_order' | 'edited' | 'bad_receipt';
};

/** What the first act of all follows. */
export const genesis = 'genesis';

/** Commits to who acted, and why, without telling: whoever knows the salt can show it, nobody can guess it. */
export const commitTo = ({
  said,
  ...who
}: {
  readonly salt: string;
  readonly actor: string;
  readonly person: string | null;
  readonly said: string | null;
}) => digestOf(said === null ? who : { ...who, said });

/** The text that is hashed and signed: everything of an act but who, which it only commits to. */
export function sealedText(
  act: Omit<WrittenAct, 'hash' | 'receipt' | 'actor' | 'person' | 'said' | 'salt'>,
): string {
  const { seq, source, at, verb, surface, subject, digest, outcome, answer, who, previous } = act;
  return canonicalJson({ seq, source, at, verb, surface, subject, digest, outcome, answer, who, previous });
}

export const hashOf = (text: string) => createHash('sha256').update(text, 'utf8').digest('base64url');

/**
 * Checks acts in the order given: an edit, a gap, a swap and a forged receipt are each named. A part of the chain is
 * checked from its first act on; the whole chain starts at `genesis`.
 */
export async function checkChain(
  acts: AsyncIterable<WrittenAct> | Iterable<WrittenAct>,
  keys: readonly (PublicJwk & { kid: string })[],
  whole: boolean,
): Promise<{ readonly checked: number; readonly faults: readonly ChainFault[] }> {
  const faults: ChainFault[] = [];
  let last: { readonly seq: number; readonly hash: string } | undefined = whole
    ? { seq: 0, hash: genesis }
    : undefined;
  let checked = 0;
  for await (const act of acts) {
    checked += 1;
    if (last && act.seq <= last.seq) faults.push({ seq: act.seq, what: 'out_of_order' });
    else if (last && act.seq > last.seq + 1) faults.push({ seq: last.seq + 1, what: 'missing' });
    else if (last && act.previous !== last.hash) faults.push({ seq: act.seq, what: 'edited' });
    const text = sealedText(act);
    const { actor, person, said, salt } = act;
    const known = actor !== null && salt !== null;
    const sameWho = known
      ? commitTo({ salt, actor, person, said }) === act.who
      : actor === null && person === null && said === null;
    if (hashOf(text) !== act.hash || !sameWho) faults.push({ seq: act.seq, what: 'edited' });
    else if ((await openReceipt(act.receipt, keys)) !== text)
      faults.push({ seq: act.seq, what: 'bad_receipt' });
    last = act;
  }
  return { checked, faults };
}
