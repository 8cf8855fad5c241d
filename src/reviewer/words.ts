// Text as the reviewer compares it: words cut to their stem and hashed, and what each word weighs.
//
//   word      a stem as a 32-bit number; the text itself is not kept
//   atom      a run without spaces (`cand_5`, `a@b.example`, `/data/temp`), the smallest thing that can be a value
//   weight    0 for a word that says nothing, 1 for one that only this mission would use

/** 32-bit FNV-1a over UTF-16 units: two words meet by accident once in some ten thousand missions. */
export function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  }
  return state >>> 0;
}

/** Format characters (joiners, direction marks, soft hyphens, tags) and variation selectors. */
const invisible = /\p{Cf}|[\u{fe00}-\u{fe0f}]|[\u{e0100}-\u{e01ef}]/gu;
const beyondAscii = /[^\u0000-\u007f]/;

/** One spelling for what reads the same: compatibility forms folded, invisible and direction marks gone. */
export function plain(text: string): string {
  return beyondAscii.test(text) ? text.normalize('NFKC').replace(invisible, '') : text;
}

const atom = /[\p{L}\p{N}](?:[\p{L}\p{N}_@.\-/:#+&=%~]*[\p{L}\p{N}])?/gu;
const asciiAtom = /[A-Za-z0-9](?:[\w@.\-/:#+&=%~]*[A-Za-z0-9])?/g;

/** The atoms of a text in order, spelled as written. */
export function atomsOf(text: string): string[] {
  return text.match(beyondAscii.test(text) ? atom : asciiAtom) ?? [];
}

/** Most atoms are a plain word already. */
const oneWord = /^[a-z]+$/;
const humps = /([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g;
const between = /[^\p{L}\p{N}]+/u;
const asciiBetween = /[^A-Za-z0-9]+/;

/** The parts of an atom, in lower case: `GetOrderDetails`, `get_order_details` and `get.order-details` have the same. */
export function partsOf(text: string): string[] {
  if (oneWord.test(text)) return [text];
  const parts = text
    .replace(humps, '$1$3 $2$4')
    .toLowerCase()
    .split(beyondAscii.test(text) ? between : asciiBetween);
  return parts.filter((part) => part !== '');
}

/** Cuts the commonest English endings so that `refunds`, `refunded` and `refunding` are one word. */
export function stem(word: string): string {
  let cut = word;
  if (cut.length > 4 && cut.endsWith('ies')) cut = `${cut.slice(0, -3)}y`;
  else if (cut.length > 3 && cut.endsWith('s') && !cut.endsWith('ss')) cut = cut.slice(0, -1);
  if (cut.length > 5 && cut.endsWith('ing')) cut = cut.slice(0, -3);
  else if (cut.length > 4 && cut.endsWith('ed')) cut = cut.slice(0, -2);
  if (cut.length > 3 && cut.endsWith('e')) cut = cut.slice(0, -1);
  if (cut.length > 3 && cut.at(-1) === cut.at(-2)) cut = cut.slice(0, -1);
  return cut;
}
