// Words to intent, by a closed grammar. A text is an act only when the whole of it is one of the forms below, so an
// unknown word before the verb ("don't stop", "she said stop") can never be passed over: it is simply not a form.
import { act } from './acts.ts';
import { tidy } from './courtesy.ts';
import { handover } from './handover.ts';
import { type Act, type Intent, isAct, type Question, type Where } from './intent.ts';
import { question } from './questions.ts';
import { speech } from './speech.ts';
import { oneSlipApart } from './spelling.ts';

/** Longer texts are talk, not commands. */
const longest = 2_000;

/**
 * Understands what was said to the bot. `text` has the mention of the bot taken off; `where` says what "this" would be.
 * Acts come back only for whole, plain commands; whatever merely resembles one is `unclear` with the likely meaning as an offer.
 */
export function understand(text: string, where: Where): Intent {
  // A bare mention asks what can be said. Nothing is taken off here: a lone 🛑 is no question.
  if (text.trim() === '') return { kind: 'help' };
  const said = tidy(text);
  const unclear = (offer?: Question | Act): Intent => ({ kind: 'unclear', text, ...(offer && { offer }) });
  if (said === '' || said.length > longest || /[\u202a-\u202e\u2066-\u2069]/.test(text)) return unclear();

  const handed = handover(said);
  if (handed) return handed;
  const spoken = speech(text);
  if (spoken) return spoken;
  const asked = question(said, where);
  if (asked) return asked;
  const meant = act(said, where);
  if (meant) return meant.sure ? meant.intent : unclear(meant.intent);
  return unclear(likely(said, where));
}

const verbs = [
  'help',
  'status',
  'missions',
  'waiting',
  'health',
  'digest',
  'stop',
  'hold',
  'release',
  'approve',
  'deny',
] as const;

/** Everybody's words, too: only a slip in the first word of all resembles the command. */
const common = ['review', 'timeline', 'keep', 'complete', 'entry'] as const;

const means = (verb: (typeof verbs)[number], words: string) =>
  words.split(' ').map((word) => [word, verb] as const);

/** Other words for the same things, and how the verbs are often bent. Only ever offered. */
const bent: ReadonlyMap<string, (typeof verbs)[number]> = new Map<string, (typeof verbs)[number]>([
  ...means('stop', 'stopped stopping kill end cancel quit'),
  ...means('hold', 'held holding pause paused suspend freeze'),
  ...means('release', 'released releasing resume unpause unfreeze continue'),
  ...means('approve', 'approved approving allow accept grant lgtm'),
  ...means('deny', 'denied denying refuse rejected forbid'),
  ...means('missions', 'mission'),
  ...means('waiting', 'pending'),
]);

const negation =
  /\b(?:no|not|never|none|nobody|cannot|without|dont|doesnt|didnt|wont|cant)$|n't$|[🚫❌❎✖👎🙅⛔]/iu;

/**
 * The meaning a person may have had: the first word that is, or is one slip from, a verb, and what follows it.
 * After a negation no act is offered: "never approve" must not be answered with "approve?".
 */
function likely(said: string, where: Where): Question | Act | undefined {
  const words = said.slice(0, 400).split(' ');
  const negated = words.some((word) => negation.test(word.replace(/[.,!?]+$/, '')));
  for (const [at, word] of words.entries()) {
    const plain = word.toLowerCase().replace(/^[^a-z]+|[^a-z]+$/g, '');
    const verb =
      verbs.find((each) => each === plain) ??
      bent.get(plain) ??
      (plain.length > 2 ? verbs.find((each) => oneSlipApart(each, plain)) : undefined) ??
      (at === 0 && plain.length > 3
        ? common.find((each) => each !== plain && oneSlipApart(each, plain))
        : undefined);
    if (!verb) continue;
    const rest = [verb, ...words.slice(at + 1)].join(' ').replace(/[\s.!?,;"]+$/, '');
    const meant =
      question(rest, where) ?? act(rest, where)?.intent ?? question(verb, where) ?? act(verb, where)?.intent;
    if (meant && !(negated && isAct(meant))) return meant;
  }
  return undefined;
}
