// What is said to the agent through the bot: a question, or an answer to a question of its own. The words after the verb
// go to the agent as they were typed, so they are never tidied, and never read as a command.
import type { Speech } from './intent.ts';

/** Longer words are not passed on: the agent would be sent a part of them. */
const longest = 1_500;

const asking =
  /^\s*(?:please\s+|pls\s+)?ask(?:\s+(?:the\s+|your\s+)?agent)?(?:\s+to\s+say)?(?<mark>\s*[:,]\s*|\s+)(?<words>\S.*)$/isu;
const less =
  /^\s*(?:please\s+|pls\s+)?ask\s+(?:(?:the\s+)?agent\s+)?for\s+(?:less|fewer)(?:\s*[:,.;]?\s*(?<words>.*))?$/isu;
const answering = /^\s*answer(?<mark>\s*[:,]\s*|\s+)(?<words>\S.*)$/isu;
/** "ask @maria", "ask Maria whether": somebody else is meant, and only the agent hears what goes out. */
const other = /^(?:@|<@|me\b|us\b|him\b|her\b|them\b|everybody\b|everyone\b|somebody\b|someone\b)/iu;

/** The question or answer a text is, if it begins as one. */
export function speech(text: string): Speech | undefined {
  if (text.length > longest) return undefined;
  const fewer = less.exec(text);
  if (fewer) return { kind: 'ask', less: true, words: fewer.groups?.['words']?.trim() ?? '' };
  const asked = asking.exec(text)?.groups?.['words']?.trim();
  if (asked !== undefined) return other.test(asked) ? undefined : { kind: 'ask', less: false, words: asked };
  const answered = answering.exec(text)?.groups?.['words']?.trim();
  return answered === undefined ? undefined : { kind: 'answer', words: answered };
}
