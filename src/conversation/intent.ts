// What a person wants, once their words are understood.
//
//   intent   one of a closed list: a question the bot answers, an act it may take, or `unclear`
//   act      an intent that changes something: stop, hold, release, approve, deny
//   target   which mission is meant: the thread's own, one named in words, everything, or none said
//   offer    a likely meaning of unclear words; shown to the person, never done by itself

/** `words` keeps the person's own spelling: a short id is case-sensitive. */
export type Target =
  | { readonly of: 'this' }
  | { readonly of: 'named'; readonly words: string }
  | { readonly of: 'everything' }
  /** Nothing was named and the place names nothing either. */
  | { readonly of: 'unsaid' };

export type Question =
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'missions' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'mission-status'; readonly target: Extract<Target, { of: 'this' | 'named' }> };

export type Act =
  | { readonly kind: 'stop'; readonly target: Target; readonly reason?: string }
  /** Nothing under the mission is approved from a hold to its release. */
  | { readonly kind: 'hold'; readonly target: Target; readonly reason?: string }
  | { readonly kind: 'release'; readonly target: Target }
  /** `ask` is the id, or the beginning of the id, of the ask that is meant; without it, the thread's only open one. */
  | { readonly kind: 'approve'; readonly ask?: string }
  | { readonly kind: 'deny'; readonly ask?: string; readonly reason?: string };

export type Intent =
  | Question
  | Act
  | { readonly kind: 'unclear'; readonly text: string; readonly offer?: Question | Act };

/** Where words were said: in the thread of a mission, in the thread of an ask without a mission, or in no thread of ours. */
export type Where = { readonly thread: 'mission' | 'ask' | 'none' };

const acting: ReadonlySet<Intent['kind']> = new Set<Act['kind']>([
  'stop',
  'hold',
  'release',
  'approve',
  'deny',
]);

/** True for an intent that changes something. */
export function isAct(intent: Intent): intent is Act {
  return acting.has(intent.kind);
}

const here =
  /^(?:(?:this|that)(?: (?:mission|agent|one|thing|task))?|the (?:mission|agent|thing|task)|it|mission|agent|here)$/i;
/** True for words that mean the place they are said in: "it", "this mission". */
export const meansHere = (words: string) => here.test(words);
