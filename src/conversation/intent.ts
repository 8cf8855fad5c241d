// What a person wants, once their words are understood.
//
//   intent   one of a closed list: a question the bot answers, an act it may take, or `unclear`
//   act      an intent that changes something: stop, complete, keep, hold, release, approve, deny
//   handover who else decides for the speaker, for a while
//   speech   what is passed on to the agent: a question, or an answer to its own
//   items    which of several asks that share a card
//   target   which mission is meant: the thread's own, one named in words, everything, or none said
//   offer    a likely meaning of unclear words; shown to the person, never done by itself
import type { Period } from './moment.ts';

/** `words` keeps the person's own spelling: a short id is case-sensitive. */
export type Target =
  | { readonly of: 'this' }
  | { readonly of: 'named'; readonly words: string }
  | { readonly of: 'everything' }
  /** Nothing was named and the place names nothing either. */
  | { readonly of: 'unsaid' };

/** All that wait (so many, where a number was said), one by its number on the card, or one by a name in quotes. */
export type Items =
  | { readonly of: 'all'; readonly count?: number }
  | { readonly of: 'number'; readonly number: number }
  | { readonly of: 'name'; readonly name: string };

export type Question =
  /** What was done under a mission in a time; and one entry of its log. */
  | {
      readonly kind: 'happened';
      readonly target: Extract<Target, { of: 'this' | 'named' }>;
      readonly period: Period;
    }
  | {
      readonly kind: 'entry';
      readonly target: Extract<Target, { of: 'this' | 'named' }>;
      readonly number: number;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'missions' }
  | { readonly kind: 'waiting' }
  /** What is the speaker's own; how well asks are answered; what happened lately. */
  | { readonly kind: 'home' | 'health' | 'digest' }
  | {
      /** How it stands, how the reviewer judges it, or how it went so far. */
      readonly kind: 'mission-status' | 'review' | 'timeline';
      readonly target: Extract<Target, { of: 'this' | 'named' }>;
    };

export type Act =
  | {
      readonly kind: 'stop';
      readonly target: Target;
      readonly reason?: string;
      /** How the words read if what follows their first comma is the reason: a title may hold commas, too. */
      readonly parted?: { readonly target: Target; readonly reason: string };
    }
  /** Nothing under the mission is approved from a hold to its release. */
  | { readonly kind: 'hold'; readonly target: Target; readonly reason?: string }
  | { readonly kind: 'release'; readonly target: Target }
  /** It should go on; it is done and ends. */
  | { readonly kind: 'keep' | 'complete'; readonly target: Target }
  /** The speaker is looking into an ask; it decides nothing. */
  | { readonly kind: 'claim'; readonly ask?: string }
  /** `ask` is the id, or the beginning of the id, of the ask that is meant; without it, the thread's only open one. */
  | { readonly kind: 'approve'; readonly ask?: string; readonly items?: Items }
  | { readonly kind: 'deny'; readonly ask?: string; readonly items?: Items; readonly reason?: string };

/** Who else decides for the speaker. `whom` is as it was typed; only a mention says who that is. */
export type Handover =
  | { readonly kind: 'delegate'; readonly whom: string; readonly until: string | undefined }
  | { readonly kind: 'reclaim' };

/** Said to the agent, in the speaker's own spelling. `less`: it is asked for a narrower request, and the words may be none. */
export type Speech =
  | { readonly kind: 'ask'; readonly less: boolean; readonly words: string }
  | { readonly kind: 'answer'; readonly words: string };

export type Intent =
  | Question
  | Act
  | Speech
  | Handover
  | { readonly kind: 'unclear'; readonly text: string; readonly offer?: Question | Act };

/** Where words were said: in the thread of a mission, in the thread of an ask without a mission, or in no thread of ours. */
export type Where = { readonly thread: 'mission' | 'ask' | 'none' };

const acting: ReadonlySet<Intent['kind']> = new Set<(Act | Handover | Speech)['kind']>([
  'ask',
  'answer',
  'stop',
  'hold',
  'release',
  'keep',
  'complete',
  'claim',
  'approve',
  'deny',
  'delegate',
  'reclaim',
]);

/** True for an intent that changes something. */
export function isAct(intent: Intent): intent is Act | Handover | Speech {
  return acting.has(intent.kind);
}

const here =
  /^(?:(?:this|that)(?: (?:mission|agent|one|thing|task))?|the (?:mission|agent|thing|task)|it|mission|agent|here)$/i;
/** True for words that mean the place they are said in: "it", "this mission". */
export const meansHere = (words: string) => here.test(words);
