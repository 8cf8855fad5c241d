// Whether everything an ask passes along was said before: by what people approved, or by an earlier result. Unlike the
// measures it weighs nothing and forgets nothing: one value from nowhere is enough for people to be asked.
//
//   approved   the mission, its accepted updates, and what people said yes to
//   told       results, as the agent reports them: good for what a thing is, never for whom, where to, or how many
import { weigh } from './vocabulary.ts';
import { atomsOf, partsOf, plain, stem } from './words.ts';

export type Ground = { readonly approved: readonly string[]; readonly told: readonly string[] };

/** More than this is not checked but put before people. */
const maxLeaves = 24;
const maxDepth = 3;
const maxChars = 2_000;

const memberName = /^[A-Za-z][A-Za-z_]{0,39}$/;
/** Members that say to whom, where to, on whose account or how much, whatever their value looks like. */
const leading =
  /recip|^to$|_to$|^from$|^cc$|^bcc$|mail|phone|account|iban|bic|wallet|card|url|uri|endpoint|dest|host|remote|server|webhook|participant|invite|attendee|pay|amount|price|total|cost|fee|charge|spend|budget|refs?$/i;
/**
 * Words for what a thing is and how to look for it. Only under a name of nothing but these does a result count: a list of
 * the names that lead somewhere would never be whole, and the agent chooses the names and reports the results.
 */
const describing = new Set(
  (
    'item product article ingredient brand make model variant kind type category color colour flavor flavour size weight ' +
    'volume unit gram kilogram kg milliliter millilitre ml liter litre cm mm material query search term keyword language'
  )
    .split(' ')
    .map(stem),
);
const pointing = /[@/:\\]|^www\.|\.[a-z]{2,}$|\d{5,}/i;
const number = /^[+-]?\d[\d.,]*$/;
const everywhere = new Set(['0', '1']);
/** Words of a letter or two that join others. Any other is a piece of something, and may be one of many. */
const joining = new Set('a an as at be by do go if in is it my no of on or so to up us we'.split(' '));

/** The first value that comes from nowhere, as it was written and cut to 80 characters; undefined when all are grounded. */
export function ungrounded(parameters: unknown, ground: Ground): string | undefined {
  const approved = knownIn(ground.approved);
  const told = knownIn([...ground.approved, ...ground.told]);
  let leaves = 0;
  let chars = 0;
  const walk = (value: unknown, under: Under, depth: number): string | undefined => {
    if (value === null || value === undefined || typeof value === 'boolean') return undefined;
    if (typeof value === 'object') {
      if (depth >= maxDepth) return '…';
      for (const [name, member] of Object.entries(value)) {
        if (!Array.isArray(value) && !memberName.test(name)) return name.slice(0, 80);
        const found = walk(member, Array.isArray(value) ? under : within(under, name), depth + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    leaves++;
    chars += text.length;
    if (leaves > maxLeaves || chars > maxChars) return '…';
    const { describes, strict } = under;
    return strange(text, { known: describes && !strict ? told : approved, approved, strict });
  };
  return walk(parameters, { describes: true, strict: false }, 0);
}

/** What the names above a value say of it, all of them together. */
type Under = { readonly describes: boolean; readonly strict: boolean };

const within = ({ describes, strict }: Under, name: string): Under => ({
  describes: describes && partsOf(name).every((part) => describing.has(stem(part))),
  strict: strict || leading.test(name),
});

/** Words as strings, not as hashes: whoever writes a value could look for one that has another's hash. */
function knownIn(texts: readonly string[]): ReadonlySet<string> {
  const known = new Set<string>();
  for (const text of texts) {
    for (const atom of atomsOf(plain(text))) {
      known.add(atom.toLowerCase());
      if (number.test(atom)) known.add(figure(atom));
      for (const part of partsOf(atom)) known.add(stem(part));
    }
  }
  return known;
}

/** `strict` is a member that leads somewhere: nothing but what was approved counts, filler words aside. */
type Against = {
  readonly known: ReadonlySet<string>;
  readonly approved: ReadonlySet<string>;
  readonly strict: boolean;
};

function strange(text: string, against: Against): string | undefined {
  // Written so that it reads otherwise than it is: nothing in it can be compared.
  if (plain(text) !== text.normalize('NFC')) return text.slice(0, 80);
  const atoms = atomsOf(text);
  // Signs, emoji, letters standing alone between them: there is something, and nothing that could be looked up.
  if (atoms.length === 0 && text.trim() !== '') return text.slice(0, 80);
  return atoms.find((atom) => !isKnown(atom, against))?.slice(0, 80);
}

function isKnown(atom: string, { known, approved, strict }: Against): boolean {
  const whole = atom.toLowerCase();
  if (pointing.test(atom)) return approved.has(whole);
  if (number.test(atom))
    return (!strict && everywhere.has(whole)) || known.has(whole) || known.has(figure(atom));
  return known.has(whole) || partsOf(atom).every((part) => known.has(stem(part)) || isFiller(part));
}

const isFiller = (part: string) => joining.has(part) || (part.length > 2 && weigh(part) === 0);

const figure = (text: string) => String(Number(text.replaceAll(',', '')));
