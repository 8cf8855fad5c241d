// Text as somebody hostile would write it, and what must be left of it on no screen.
import fc from 'fast-check';

const never = [
  '\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u00a0\\u00ad',
  '\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f',
  '\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164',
  '\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffc',
  '\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}',
];

/** Controls, turned and unseen characters, tags, private use, halves of characters, towers of marks. */
export const unsafe = new RegExp(`[${never.join('')}]|\\p{Co}|\\p{Cs}|\\p{M}{5}`, 'u');

// What turns or hides, what hides in a run, space that is none, and every platform's markup.
const turning = [
  '\u202e',
  '\u2066',
  '\u061c',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\ufe0f',
  '\uffff',
  '\ue000',
];
const unseen = [
  '\u{e0041}',
  '\u{e0100}',
  '\u{1d173}',
  '\ud800',
  '\udc00',
  '\u0000',
  '\u001b[31m',
  '\u0301',
  'e\u0301',
];
const space = ['\r', '\r\n', '\n', '\t', '\u2028', '\u00a0', '\u3000', '\u2800', '👩\u200d👧'];
const markup = [
  '<!channel>',
  '<@U1>',
  '<b>',
  '&amp;',
  '*bold*',
  '[x](https://evil.example)',
  '`',
  '```',
  '|',
  '> ',
];
const nasty = fc.constantFrom(...turning, ...unseen, ...space, ...markup);

export const hostile = fc
  .array(fc.oneof(nasty, nasty, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 40 })
  .map((parts) => parts.join(''));
