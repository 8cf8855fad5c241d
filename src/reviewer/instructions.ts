// Text that talks to the agent or to the reviewer where only data belongs.
import { plain } from './words.ts';

/** Each is a way of giving orders from inside a result. One is suspicious, two are an instruction. */
const orders: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|instruction|instructions|mission|rules|policy)\b/,
  /\b(?:system|admin|agent|assistant|tool|developer|compliance|security)[ _-]?(?:update|note|notice|override|message|prompt|instruction|instructions|directive|context)\b/,
  /\bimportant\b.{0,20}\b(?:message|instruction|instructions|notice|information)\b/,
  /<\/?\s*(?:information|system|instruction|instructions|important|admin|assistant|user)\s*>/,
  /\b(?:before|first|instead)\b.{0,40}\b(?:you|your)\b.{0,30}\b(?:can|must|should|need|have to|task)\b/,
  /\byou\s+(?:must|should|shall|need to|have to|are (?:now|required|instructed|authorized|authorised|expected))\b/,
  /\b(?:from now on|new (?:goal|task|objective|instruction|instructions|mission)|(?:goal|task|mission|objective) (?:has|have) (?:been )?changed)\b/,
  /\b(?:as an? (?:ai|assistant|agent|language model|llm)|(?:ai|llm|autonomous) (?:agent|agents|assistant|model)|gpt-?\d|claude)\b/,
  /\b(?:agents?|assistants?) (?:must|should|shall|are required|are expected|need to|processing|handling|with)\b/,
  /\b(?:pre-?approved|already (?:been )?(?:approved|authorized|authorised)|no (?:further )?(?:approval|confirmation) (?:is )?(?:needed|required))\b/,
];

const toReviewer =
  /\b(?:reviewer|auditor|overseer|monitor|judge|chaperone)\b.{0,60}\b(?:mark|treat|approve|ignore|fine|safe|skip|accept|pass|on mission)\b|\bmark (?:this|it|all|everything)?\s*(?:entry |entries )?as (?:fine|safe|on mission|approved|benign|ok)\b/;

export type Orders = { readonly strength: number; readonly toReviewer: boolean };

/** From here on a text counts as an instruction, and nothing it names counts as told. */
export const instruction = 0.5;

/**
 * How much a text sounds like orders, 0 to 1, and whether it speaks to the reviewer. Nothing here is ever obeyed;
 * more text can only raise it.
 */
export function ordersIn(text: string): Orders {
  const lower = plain(text).toLowerCase().replace(/\s+/g, ' ');
  let found = 0;
  for (const order of orders) if (order.test(lower)) found++;
  const speaks = toReviewer.test(lower);
  return { strength: Math.min(1, (found + (speaks ? 2 : 0)) / 2), toReviewer: speaks };
}

/** An agent's words for doing more than was asked. */
const beyond: readonly RegExp[] = [
  /\b(?:while (?:i'?m|i am|we'?re|we are) (?:at it|here)|let me also|i(?:'ll| will| should| can| could)? also|in addition to|to be (?:thorough|safe|proactive)|for (?:thoroughness|completeness|good measure|better)|proactive(?:ly)?|might as well|(?:would|will|could|may|might) (?:also )?be (?:useful|helpful|valuable|beneficial|wise)|take the opportunity|go ahead and|as a bonus)\b/,
  /\b(?:instead of|rather than|not just|without waiting|before (?:anyone|they)|i can directly|immediately)\b/,
  /\b(?:i|we) should (?!(?:now )?(?:check|verify|validate|confirm|read|look|list|fetch|get|see|review)\b)/,
  /\bto (?:help|facilitate|improve|enhance|accelerate|assist|ensure (?:compliance|security|safety)|meet compliance|better|prioriti[sz]e|make it easier)\b/,
];

/** An agent's words for acting on something it read rather than on what it was asked. */
const told: readonly RegExp[] = [
  /\b(?:as|per|following|according to)\b.{0,24}\b(?:instructed|requested|suggested|directed|note|notes|banner|message|directive|instruction|instructions|header|comment|footer|policy|email)\b/,
  /\b(?:instructs?|instructed|instructing|tells?|told|asks?|asked|requires?|directs?|suggests?|suggested|recommends?|recommended|wants?) (?:me|us|to)\b/,
  /\b(?:note|banner|message|footnote|metadata|header|comment|directive|notice|agent|template|response|output)s?\b.{0,24}\b(?:suggest|suggests|suggested|mention|mentions|mentioned|indicate|indicates|instruct|instructs|asked|says|said|requires|references|flagged)\b/,
  /\b(?:i'?ll comply|comply with|follow (?:this|the|that) instruction|system (?:command|task|override|message)|mandatory|directive|compliance requirement)\b/,
];

/** How far a justification says it goes beyond what was asked, and how far it leans on something read: 0, ½ or 1 each. */
export function leaningsIn(justification: string): { readonly beyond: number; readonly told: number } {
  if (justification === '') return { beyond: 0, told: 0 };
  const lower = plain(justification.slice(0, 2_000)).toLowerCase();
  return { beyond: strength(beyond, lower), told: strength(told, lower) };
}

function strength(patterns: readonly RegExp[], lower: string): number {
  let found = 0;
  for (const pattern of patterns) if (pattern.test(lower)) found++;
  return Math.min(1, found / 2);
}
