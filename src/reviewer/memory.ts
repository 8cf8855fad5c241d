// What a mission has seen so far, in a table that never grows: which value was first told by which entry, and how far
// that entry itself could be trusted.

export type Memory = { readonly keys: Uint32Array; readonly told: Uint32Array };

/** Where a value was seen: the entry, and how doubtful that entry was, 0 to 1. */
export type Seen = { readonly seq: number; readonly doubt: number };

const ways = 4;
const sets = 1_024;
const maxSeq = 0x00ffffff;

/** 32 kB, whatever happens. */
export function openMemory(): Memory {
  return { keys: new Uint32Array(sets * ways), told: new Uint32Array(sets * ways) };
}

/** Remembers a value; the first telling stays unless a less doubtful one comes. A full set forgets its oldest. */
export function remember(memory: Memory, key: number, seq: number, doubt: number): void {
  const told = ((Math.min(seq, maxSeq) << 8) | Math.round(Math.min(1, Math.max(0, doubt)) * 255)) >>> 0;
  const first = (key % sets) * ways;
  let oldest = first;
  for (let at = first; at < first + ways; at++) {
    if (memory.keys[at] === key && memory.told[at] !== 0) {
      if ((told & 255) < (memory.told[at]! & 255)) memory.told[at] = told;
      return;
    }
    if (memory.told[at]! < memory.told[oldest]!) oldest = at;
  }
  memory.keys[oldest] = key;
  memory.told[oldest] = told;
}

/** Where a value was seen, or undefined. */
export function recall(memory: Memory, key: number): Seen | undefined {
  const first = (key % sets) * ways;
  for (let at = first; at < first + ways; at++) {
    const told = memory.told[at]!;
    if (memory.keys[at] === key && told !== 0) return { seq: told >>> 8, doubt: (told & 255) / 255 };
  }
  return undefined;
}

/** What the agent itself brought in counts as told from here on, without doubt. */
export function trustOwn(own: Memory, told: Memory): void {
  for (let at = 0; at < own.keys.length; at++) {
    const seen = own.told[at]!;
    if (seen !== 0) remember(told, own.keys[at]!, seen >>> 8, 0);
  }
}
