// What a tool or a scope does, as far as its name tells: whether a mistake with it could be taken back.
import { kindsAskedBy, onlyReads } from '#reviewer/act-kinds.ts';
import { partsOf } from '#reviewer/words.ts';

/**
 * `reads`: its name says that it only looks. `unclear`: it may leave something behind, and only the operator can know
 * whether that can be undone. `never`: its name speaks of paying, deleting, access or sending, which nobody takes back.
 */
export type Reach = 'reads' | 'unclear' | 'never';

export function reachOf(name: string): Reach {
  const kinds = kindsAskedBy(partsOf(name));
  const reads = onlyReads(name);
  // A name may begin with looking and end with paying; to look at what was sent is to look.
  if (kinds.has('pay') || kinds.has('delete') || kinds.has('secure')) return 'never';
  if (kinds.has('send') && !reads) return 'never';
  return reads ? 'reads' : 'unclear';
}
