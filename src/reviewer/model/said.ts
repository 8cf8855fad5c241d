// What a model wrote, as plain text for a labelled block. It is shown as the model's words, and nothing in it acts.

const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const tower = /(\p{M}{3})\p{M}+/gu;
const lineBreak = /\r\n?|[\n\u2028\u2029\u0085]/;
/** Digests, tokens and keys: people cannot check them by eye, and code never takes one from a model. */
const longId = /[A-Za-z0-9_-]{32,}/g;

/** One line of at most `max` characters, all of which can be seen. */
export function sentence(text: string, max: number): string {
  const seen = text
    .slice(0, 4 * max)
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .replace(tower, '$1')
    .replace(longId, '[id left out]')
    .trim();
  return bounded(seen, max);
}

/** The same with its line breaks, and never more than one empty line. */
export function paragraphs(text: string, max: number): string {
  const lines = text
    .slice(0, 4 * max)
    .split(lineBreak)
    .map((line) => sentence(line, max));
  return bounded(
    lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    max,
  );
}

const bounded = (text: string, max: number) =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
