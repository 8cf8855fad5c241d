// One entry's parameters as the reviewer reads them: the words they use and the values they name.
import { atomsOf, hash, partsOf, plain, stem } from './words.ts';

/** What a value is for. A `name` is a capitalised word; an `id` mixes letters and digits or sits in a field called id. */
export type ValueKind =
  | 'contact'
  | 'host'
  | 'account'
  | 'path'
  | 'id'
  | 'amount'
  | 'number'
  | 'date'
  | 'name';

export type Value = {
  readonly kind: ValueKind;
  readonly text: string;
  /** The member it stood under, and which text or number of the parameters it is part of. */
  readonly field: string;
  readonly leaf: number;
  readonly whole: number;
  /** Its telling parts; a value is known when the whole is, or every one of these. */
  readonly parts: readonly number[];
};

/** A word of a text, once per field it stands in. `first` is false when an earlier field had it already. */
export type Word = {
  readonly stem: number;
  readonly text: string;
  readonly field: string;
  readonly first: boolean;
};

export type Reading = {
  readonly words: readonly Word[];
  readonly values: readonly Value[];
  readonly digest: number;
};

const maxLeaves = 48;
const maxDepth = 5;
const maxLeafChars = 1_200;
const maxWords = 160;
const maxValues = 40;

/** Reads what an agent passed along: bounded in leaves, depth and length, whatever it passed. */
export function readParameters(parameters: unknown): Reading {
  const reading = { words: [] as Word[], values: [] as Value[] };
  const stems = new Set<number>();
  const inField = new Set<number>();
  let leaves = 0;
  let digest = 0x811c9dc5;
  const walk = (value: unknown, field: string, depth: number): void => {
    if (leaves >= maxLeaves) return;
    if (typeof value === 'object' && value !== null) {
      if (depth >= maxDepth) return;
      const list = Array.isArray(value);
      let members = 0;
      for (const name in value) {
        if (members++ >= maxLeaves) break;
        walk((value as Record<string, unknown>)[name], list ? field : name.slice(0, 80), depth + 1);
      }
      return;
    }
    leaves++;
    if (typeof value === 'number' || typeof value === 'bigint') {
      digest = Math.imul(digest ^ hash(`${field}=${value}`), 0x01000193);
      if (!pointer.test(field)) addValue(reading.values, numberValue(Number(value), field, leaves));
    } else if (typeof value === 'string') {
      const text = plain(value.slice(0, maxLeafChars));
      digest = Math.imul(digest ^ hash(`${field}=${text}`), 0x01000193);
      readText(text, field);
    }
  };
  const readText = (text: string, field: string): void => {
    const atoms = atomsOf(text);
    const fieldHash = hash(field);
    const pointing = pointer.test(field);
    for (let at = 0; at < atoms.length; at++) {
      const atom = atoms[at]!;
      const parts = partsOf(atom);
      for (const part of parts) {
        if (reading.words.length >= maxWords) break;
        if (part.length < 3 || digit.test(part)) continue;
        const stemmed = hash(stem(part));
        const here = (stemmed ^ fieldHash) >>> 0;
        if (inField.has(here)) continue;
        inField.add(here);
        reading.words.push({ stem: stemmed, text: part, field, first: !stems.has(stemmed) });
        stems.add(stemmed);
      }
      if (pointing || reading.values.length >= maxValues) continue;
      const kind = kindOf(atom, field, at > 0 || atoms.length <= shortText);
      if (kind !== undefined) addValue(reading.values, valueOf(kind, atom, parts, field, leaves));
    }
  };
  walk(parameters, '', 0);
  return { ...reading, digest: digest >>> 0 };
}

function addValue(values: Value[], value: Value): void {
  if (values.length < maxValues && !isEverywhere(value)) values.push(value);
}

/** Zero, one and two stand in every call and name nothing. */
function isEverywhere({ kind, text }: Value): boolean {
  return kind === 'number' && Math.abs(Number(text)) <= 2;
}

/** A field that points at an earlier step names nothing by itself. */
const pointer = /refs?$/i;
/** In a text this short a capital at its start tells a name too. */
const shortText = 6;
const digit = /\d/;
const letter = /\p{L}/u;
const numeric = /^[\d.,]+$/;
const dated =
  /^(?:\d{4}-\d{1,2}(?:-\d{1,2})?(?:T[\d:.+-]*Z?)?|\d{1,2}:\d{2}(?::\d{2})?(?:Z)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})$/;
const hostLike = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.([a-z]{2,})(?::\d+)?$/i;
const fileEnding =
  /\.(?:txt|md|py|sh|csv|json|pdf|docx?|xlsx?|pptx?|ya?ml|js|ts|html?|xml|sql|c|cpp|h|java|go|rs|rb|php|log|zip|gz|tar|tgz|png|jpe?g|gif|svg|mp[34]|db|ini|conf|cfg|env|toml|ipynb|joblib|exe|bak|pem|key)$/i;
const idField = /(?:^|[_\W])(?:ids?|no|number|code|zip|account|iban|user|ref|key|uuid)$|I[dD]s?$/;
const amountField = /amount|price|total|cost|fee$|payment|paid|charge|spend|spent/i;

function kindOf(atom: string, field: string, capitalsTell: boolean): ValueKind | undefined {
  const hasDigit = digit.test(atom);
  if (atom.includes('@')) return 'contact';
  if (dated.test(atom)) return 'date';
  if (numeric.test(atom)) {
    const digits = atom.replace(/\D/g, '').length;
    return digits >= 7
      ? 'account'
      : idField.test(field)
        ? 'id'
        : amountField.test(field)
          ? 'amount'
          : 'number';
  }
  if (atom.includes('://')) return 'host';
  if (fileEnding.test(atom)) return 'path';
  if (hostLike.test(atom)) return 'host';
  if (atom.includes('/') && letter.test(atom)) return 'path';
  if (hasDigit && atom.length >= 14 && /^[A-Z0-9]+$/.test(atom)) return 'account';
  if (hasDigit && atom.length >= 3 && !/[=&+%]/.test(atom)) return 'id';
  if (capitalsTell && /^\p{Lu}/u.test(atom) && atom.length >= 3 && !/^\p{Lu}+_/u.test(atom)) return 'name';
  return undefined;
}

const generic = new Set([
  'com',
  'org',
  'net',
  'http',
  'https',
  'www',
  'html',
  'txt',
  'pdf',
  'md',
  'json',
  'csv',
  'py',
  'sh',
  'docx',
  'xlsx',
  'workspace',
  'home',
  'tmp',
]);

function valueOf(
  kind: ValueKind,
  atom: string,
  parts: readonly string[],
  field: string,
  leaf: number,
): Value {
  if (kind === 'amount' || kind === 'number')
    return numberValue(Number(atom.replaceAll(',', '')), field, leaf, kind);
  const telling = parts.filter((part) => !generic.has(part));
  return {
    kind,
    text: atom.slice(0, 80),
    field,
    leaf,
    whole: hash(atom.toLowerCase()),
    parts: telling.map((part) => hash(stem(part))),
  };
}

function numberValue(value: number, field: string, leaf: number, known?: 'amount' | 'number'): Value {
  const kind = known ?? (idField.test(field) ? 'id' : amountField.test(field) ? 'amount' : 'number');
  const text = String(value);
  return { kind, text, field, leaf, whole: hash(text), parts: [hash(text)] };
}

/** Every hash by which a text makes values known: its atoms, their parts, and its numbers in one spelling. */
export function knownFrom(text: string, visit: (hashed: number) => void): void {
  for (const atom of atomsOf(plain(text))) {
    visit(hash(atom.toLowerCase()));
    for (const part of partsOf(atom)) visit(hash(stem(part)));
    if (numeric.test(atom)) visit(hash(String(Number(atom.replaceAll(',', '')))));
  }
}

/** A result may list many things; the length of its text is what bounds the work. */
const maxResultLeaves = 1_000;

/** The text leaves of a result, bounded: the start and the end of each, because what is hidden hides at the end. */
export function textsOf(result: unknown, maxChars: number): string[] {
  const texts: string[] = [];
  let left = maxChars;
  const walk = (value: unknown, depth: number): void => {
    if (left <= 0 || texts.length >= maxResultLeaves) return;
    if (typeof value === 'string') {
      const text = value.length <= left ? value : `${value.slice(0, left / 2)} ${value.slice(-left / 2)}`;
      left -= text.length;
      texts.push(text);
    } else if (typeof value === 'number') {
      left -= 8;
      texts.push(String(value));
    } else if (typeof value === 'object' && value !== null && depth < maxDepth) {
      if (Array.isArray(value)) {
        const items = Math.min(value.length, maxResultLeaves);
        for (let at = 0; at < items; at++) walk(value[at], depth + 1);
        return;
      }
      let members = 0;
      for (const name in value) {
        if (members++ >= maxResultLeaves) break;
        // Things are often listed by their id: { "K-2201": { … } }.
        if (digit.test(name)) texts.push(name.slice(0, 80));
        walk((value as Record<string, unknown>)[name], depth + 1);
      }
    }
  };
  walk(result, 0);
  return texts;
}
