// What an act does, by the words of its name, and which kinds of act a mission's words ask for.
import { partsOf, stem } from './words.ts';

/** Kinds that leave something behind, from the hardest to undo. Reading is not one of them. */
export const actKinds = ['pay', 'delete', 'secure', 'send', 'change', 'create', 'run'] as const;
export type ActKind = (typeof actKinds)[number];

const lexicon: Record<ActKind, string> = {
  pay: 'pay payment pays paid transfer transaction buy purchase order refund charge invoice money donate tip checkout subscribe rent bill spend reimburse deposit withdraw',
  delete:
    'delete remove drop erase clear wipe rm rmdir purge cancel destroy truncate uninstall kill terminate clean cleanup archive unsubscribe',
  secure:
    'password login logon authenticate auth permission permissions grant credential credentials role admin sudo chmod chown secret security iam acl privilege privileges firewall user access',
  send: 'send email mail message post tweet retweet publish share forward reply respond response answer notify notification announce invite comment upload slack dm submit dispatch contact broadcast inform tell alert remind reminder escalate report communicate webhook follow mention',
  change:
    'update modify change edit set rename move mv copy cp replace adjust assign fix exchange return reset correct apply switch convert label mark reschedule extend adapt sort reorder patch configure enable disable turn lock unlock press resolve close',
  create:
    'create add insert new make write generate draft touch mkdir append book schedule reserve open log register build compile prepare produce develop establish plan organise organize arrange set setup store save record initiate initialize start launch issue ticket event echo put',
  run: 'run execute deploy install launch start bash script code command compile test build activate engine train',
};

const kindsByWord = new Map<string, ActKind[]>();
for (const kind of actKinds) {
  for (const word of lexicon[kind].split(' ')) {
    const stemmed = stem(word);
    const kinds = kindsByWord.get(stemmed);
    if (kinds === undefined) kindsByWord.set(stemmed, [kind]);
    else if (!kinds.includes(kind)) kinds.push(kind);
  }
}

const readVerbs = new Set(
  'get list search find read view fetch check lookup show query look retrieve count calculate estimate display verify compare load browse inspect scan extract parse analyze summarize classify validate detect describe final ls cat grep pwd du wc tail head'
    .split(' ')
    .map(stem),
);

/** Whether an act by this name only looks: its first telling word says so. */
export function onlyReads(action: string): boolean {
  for (const part of partsOf(action)) {
    const stemmed = stem(part);
    if (readVerbs.has(stemmed)) return true;
    if (kindsByWord.has(stemmed)) return false;
  }
  return false;
}

const money = new Set(
  'money payment pay fund refund transfer purchase invoice buy po checkout'.split(' ').map(stem),
);

/**
 * The kinds an act's name says it is: those of its first telling word, and paying when the name speaks of money.
 * None when it only reads.
 */
export function kindsOf(action: string): readonly ActKind[] {
  if (onlyReads(action)) return [];
  let found: readonly ActKind[] = [];
  let pays = false;
  for (const part of partsOf(action)) {
    const stemmed = stem(part);
    if (found.length === 0) found = kindsByWord.get(stemmed) ?? [];
    pays ||= money.has(stemmed);
  }
  return pays && !found.includes('pay') && found.includes('send') ? ['pay', ...found] : found;
}

/** The kinds of act a text asks for: one word of the kind is enough. */
export function kindsAskedBy(words: Iterable<string>): Set<ActKind> {
  const asked = new Set<ActKind>();
  for (const word of words) for (const kind of kindsByWord.get(stem(word)) ?? []) asked.add(kind);
  return asked;
}
