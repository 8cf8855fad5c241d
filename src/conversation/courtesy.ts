// What people put around a command: emoji, smart quotes, please and thank you.
import { unseen } from './spelling.ts';

/** Emoji that only add weight. Any other one (🚫, 🤔, 😂) may turn a command round, so it stays and spoils the form. */
const weight =
  /[✅✔☑👍👌🙏🛑✋🖐🔴❗‼❕🚨⚠🙂😊🙌👋🤖🎂]|\p{Emoji_Modifier}|(?<=^|\s):(?:white_check_mark|heavy_check_mark|\+1|thumbsup|ok_hand|pray|octagonal_sign|stop_sign|hand|raised_hand|red_circle|exclamation|bangbang|rotating_light|warning|wave|robot_face):(?=$|[\s!.,])/gu;

/** Weightless emoji, smart quotes, invisible characters and courtesy go; the person's own spelling stays. */
export function tidy(text: string) {
  const plain = text
    .replace(/\s+/g, ' ')
    .replace(unseen, '')
    .replace(/[’‘ʼ]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[？؟⁇⁈⁉❓❔]/gu, '?')
    .replace(weight, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return courteous(plain);
}

const before = /^(?:please|pls|ok|okay|hey|hi|hello|yes|now|just|chaperone|thanks)(?:[\s,.!:;]+|$)/i;
const after =
  /[\s,.!;]+(?:please|pls|now|right now|immediately|at once|asap|thanks|thank you|thx|chaperone)[.!,;]*$/i;

/** Takes courtesy off both ends, unless the text is nothing else. */
export function courteous(text: string) {
  let rest = text;
  for (;;) {
    const next = rest.replace(before, '').replace(after, '').trim();
    if (next === '' || next === rest) return rest.replace(/[\s.!,;]+$/, '');
    rest = next;
  }
}

/** Words without the quotes or backticks around them. */
export const unquoted = (words: string) => words.replace(/^["'`]+|["'`]+$/g, '').trim();
