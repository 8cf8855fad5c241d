// What a model wrote, as plain text for a labelled block. It is shown as the model's words, and nothing in it acts.

const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const tower = /(\p{M}{3})\p{M}+/gu;
/** Digests, tokens and keys: people cannot check them by eye, and code never takes one from a model. */
const longId = /[A-Za-z0-9_-]{32,}/g;

/** One line of at most `max` characters that all can be seen. */
export const sentence = (text: string, max: number): string => clean(text.replace(/\s+/g, ' '), max);

/** The same with its line breaks; empty lines are never more than one. */
export const paragraphs = (text: string, max: number): string =>
  clean(
    text
      .slice(0, 4 * max)
      .split(/\r\n?|[\n\u2028\u2029\u0085]/)
      .map((line) => clean(line.replace(/\s+/g, ' '), max))
      .join('\u0001')
      .replace(/\u0001{3,}/g, '\u0001\u0001'),
    max,
  );

/** Line breaks come in as U+0001, which no text holds once it is clean. */
function clean(text: string, max: number): string {
  const seen = text
    .slice(0, 4 * max)
    .replace(invisible, (each) => (each === '\u0001' ? '\n' : ''))
    .replace(tower, '$1')
    .replace(longId, '[id left out]')
    .trim();
  return seen.length <= max ? seen : `${seen.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
