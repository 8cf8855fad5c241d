// How two spellings are compared: what a reader would take for the same text must not count as two names.

/** Characters nobody sees: joiners, fillers, selectors, tags, bidirectional controls. */
export const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;

/**
 * Folds case, width, accents of form, punctuation and runs of space away; only letters, digits and single spaces stay.
 * Two titles that fold alike read alike.
 */
export function fold(text: string) {
  return text
    .replace(/\s/g, ' ')
    .normalize('NFKC')
    .replace(unseen, '')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/['’ʼ]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** Letters of other scripts, and digits, that pass for Latin ones in the usual chat fonts; each run ends with the Latin letter. */
const small =
  'аɑαa ьƅb сϲc ԁɗd еєҽεe ɡցg һհh јϳj кκk 1іiıιӏl мm пոηn 0оοօσo рρp ԛգq гⲅr ѕꜱ5s тτt υսu ѵνv ԝωшw хχx уүγy ᴢ2ζz';
const capital = 'АΑA ВΒB СϹC ЕΕE НΗH ІΙI ЈJ КΚK МΜM ΝN ОΟO РΡP ЅS ТΤT ΥҮУY ХΧX ΖZ';

const lookalikes = (runs: string) =>
  new Map(
    runs.split(' ').flatMap((run) => Array.from(run, (letter) => [letter, run.at(-1) ?? letter] as const)),
  );
const smallAlike = lookalikes(small);
const capitalAlike = lookalikes(capital);

/**
 * The shape a text has to the eye once folded. Texts with one shape may still be different texts, so a shape only ever
 * makes a name ambiguous; it never makes it a match.
 */
export function shape(text: string) {
  const latin = Array.from(text.normalize('NFKC'), (letter) => capitalAlike.get(letter) ?? letter).join('');
  return Array.from(
    fold(latin).normalize('NFD').replace(/\p{M}/gu, ''),
    (letter) => smallAlike.get(letter) ?? letter,
  )
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

/** True when one letter changed, added, dropped or swapped with its neighbour turns `a` into `b`. */
export function oneSlipApart(a: string, b: string) {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
  const restOfA = a.slice(from);
  const restOfB = b.slice(from);
  return (
    restOfA.slice(1) === restOfB.slice(1) ||
    restOfA.slice(1) === restOfB ||
    restOfA === restOfB.slice(1) ||
    (restOfA[0] === restOfB[1] && restOfA[1] === restOfB[0] && restOfA.slice(2) === restOfB.slice(2))
  );
}
