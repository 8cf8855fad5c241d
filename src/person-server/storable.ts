// What the store can keep: Postgres has no NUL in a text and no half of a surrogate pair, JSON no infinite number.

/** Whether every text, number and member name in a value of JSON's kind can be kept as it is, nested at most `depth` deep. */
export function isStorable(value: unknown, depth = 32): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth - 1));
  return Object.entries(value).every(([name, item]) => isStorableText(name) && isStorable(item, depth - 1));
}

function isStorableText(text: string) {
  return text.isWellFormed() && !text.includes('\0');
}

/** A text of another server's, cut to `longest` characters, with what cannot be kept replaced. It is shown, never compared. */
export function asStorable(text: string | undefined, longest: number): string | undefined {
  return text?.slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd');
}
