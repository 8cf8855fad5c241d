// Words to intent, by a closed grammar. A text is an act only when the whole of it is one of the forms below, so an
// unknown word before the verb ("don't stop", "she said stop") can never be passed over: it is simply not a form.
// What may follow a verb is guarded: a negation, a condition or a question there makes it an offer instead of an act.
import type { Act, Intent, Question, Target, Where } from './intent.ts';
import { oneSlipApart, unseen } from './spelling.ts';

/** Longer texts are talk, not commands. */
const longest = 2_000;

/**
 * Understands what was said to the bot. `text` has the mention of the bot taken off; `where` says what "this" would be.
 * Acts come back only for whole, plain commands; whatever merely resembles one is `unclear` with the likely meaning as an offer.
 */
export function understand(text: string, where: Where): Intent {
  const said = tidy(text);
  const unclear = (offer?: Question | Act): Intent => ({ kind: 'unclear', text, ...(offer && { offer }) });
  if (said === '' || said.length > longest || /[\u202a-\u202e\u2066-\u2069]/.test(text)) return unclear();

  const understood = question(said, where) ?? act(said, where);
  if (understood) return understood.sure ? understood.intent : unclear(understood.intent);
  return unclear(likely(said, where));
}

type Understood = { readonly intent: Question | Act; readonly sure: boolean };

const sure = (intent: Question | Act): Understood => ({ intent, sure: true });
const offered = (intent: Question | Act): Understood => ({ intent, sure: false });

/** Emoji that only add weight. Any other one (🚫, 🤔, 😂) may turn a command round, so it stays and spoils the form. */
const weight =
  /[✅✔☑👍👌🙏🛑✋🖐🔴❗‼❕🚨⚠🙂😊🙌👋🤖🎂]|\p{Emoji_Modifier}|(?<=^|\s):(?:white_check_mark|heavy_check_mark|\+1|thumbsup|ok_hand|pray|octagonal_sign|stop_sign|hand|raised_hand|red_circle|exclamation|bangbang|rotating_light|warning|wave|robot_face):(?=$|[\s!.,])/gu;

/** Weightless emoji, smart quotes, invisible characters and courtesy go; the person's own spelling stays. */
function tidy(text: string) {
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
function courteous(text: string) {
  let rest = text;
  for (;;) {
    const next = rest.replace(before, '').replace(after, '').trim();
    if (next === '' || next === rest) return rest.replace(/[\s.!,;]+$/, '');
    rest = next;
  }
}

const here =
  /^(?:(?:this|that)(?: (?:mission|agent|one|thing|task))?|the (?:mission|agent|thing|task)|it|him|her|them|mission|agent|here)$/i;
const all =
  /^(?:everything|everyone|everybody|all|all (?:of )?(?:the |them|these |our )?(?:missions|agents)?|them all|(?:every|each) (?:mission|agent|one)|the lot)$/i;

const reads = (
  kind: 'help' | 'status' | 'missions' | 'waiting',
  forms: RegExp,
): readonly [RegExp, () => Question] => [forms, () => ({ kind })];

/** Questions change nothing, so their forms are generous. Each is matched against the text without its final marks. */
const questions: readonly (readonly [RegExp, () => Question])[] = [
  reads(
    'help',
    /^(?:help(?: me)?|commands?|hi|hello|hey|what can (?:you|i) (?:do|say|ask)|how (?:do i use this|does this work)|who are you)$/i,
  ),
  reads('missions', /^(?:(?:list|show)(?: me)? )?(?:(?:all |the |active |open |running |live )*missions)$/i),
  reads(
    'missions',
    /^(?:what|which) (?:missions|agents) (?:are|is|do we have|have we)(?: (?:active|running|live|open|there|on|going on))?$/i,
  ),
  reads(
    'waiting',
    /^(?:(?:what|who|which|anything|is anything|is there anything|what else)(?:'s| is| are)? )?(?:still )?(?:waiting|pending|open|outstanding)(?: (?:for|on) (?:me|us|an answer|approval|a decision|a person))?$/i,
  ),
  reads(
    'waiting',
    /^(?:(?:list|show)(?: me)? )?(?:the |all |all the )?(?:open|pending|waiting) (?:asks|requests|approvals|decisions|questions)$/i,
  ),
  reads(
    'waiting',
    /^what (?:needs|wants|requires) (?:(?:my|our|an?) )?(?:approval|decision|answer|attention)$/i,
  ),
];

function question(said: string, where: Where): Understood | undefined {
  const asked = said
    .replace(/\p{Extended_Pictographic}/gu, '')
    .replace(/[\s.!?,;]+$/, '')
    .trim();
  const found = questions.find(([forms]) => forms.test(asked));
  if (found) return sure(found[1]());

  if (
    /^(?:status|overview|state|how are (?:things|we)(?: (?:going|doing))?|what is going on|what's (?:going on|up|happening))$/i.test(
      asked,
    )
  )
    return sure(
      where.thread === 'none' ? { kind: 'status' } : { kind: 'mission-status', target: { of: 'this' } },
    );

  const about =
    /^(?:show(?: me)? )?(?:the )?(?:status|state)(?: of| for| on)? (?<words>.+)$/i.exec(asked) ??
    /^what(?:'s| is| has| did) (?<words>.+?) (?:doing|done|do|been doing|up to|been up to)(?: (?:now|so far|here|today))?$/i.exec(
      asked,
    ) ??
    /^(?:how(?:'s| is)|where is) (?<words>.+?) (?:doing|going|getting on|coming along)$/i.exec(asked) ??
    /^(?:show(?: me)? (?:the )?)?mission (?<words>.+)$/i.exec(asked);
  const words = about?.groups?.['words'];
  if (words === undefined) return undefined;
  if (!here.test(words))
    return sure({ kind: 'mission-status', target: { of: 'named', words: unquoted(words) } });
  return sure(
    where.thread === 'none' ? { kind: 'status' } : { kind: 'mission-status', target: { of: 'this' } },
  );
}

const stopping = /^(?:stop|terminate|halt|abort)(?=$|[\s,.!:;-])/i;
const denying = /^(?:deny|reject|decline)(?=$|[\s,.!:;–—-])/i;
const approving = /^approve(?=$|[\s,.!:;-])/i;

/** Words that turn, limit or doubt what was just said. */
const doubt =
  /\?|\b(?:no|not|never|none|nor|neither|nobody|nothing|cannot|without|dont|doesnt|didnt|wont|cant|shouldnt|isnt|wait|hold off|unless|except|if|but|until|till|only|when|maybe|perhaps|later|instead|rather|avoid|undo|cancel|kidding|sorry|oops|or|should|would|could)\b|n't\b/i;

function act(said: string, where: Where): Understood | undefined {
  if (stopping.test(said)) return stop(said.replace(stopping, ''), where);
  if (denying.test(said)) return deny(said.replace(denying, ''));
  if (approving.test(said)) return approve(said.replace(approving, ''));
  return undefined;
}

function stop(tail: string, where: Where): Understood {
  const { head, reason } = withReason(tail);
  const why = reason === undefined ? {} : { reason };
  const target = targetOf(head, where);
  const literal = /^\s*(?:the )?(?:mission )?"[^"]+"(?: mission)?$/i.test(head);
  const intent: Act = { kind: 'stop', target, ...why };
  if (reason?.endsWith('?') || (!literal && doubt.test(head))) return offered(intent);
  return sure(intent);
}

function targetOf(head: string, where: Where): Target {
  // "stop, stop, stop!" is one stop.
  const rest = courteous(
    head.replace(/^(?:[\s,.!:;-]+(?:stop|halt|abort)\b)+/i, '').replace(/^[\s,!:;]+/, ''),
  );
  if (rest === '' || /^[.!-]+$/.test(rest) || here.test(rest))
    return where.thread === 'none' ? { of: 'unsaid' } : { of: 'this' };
  if (all.test(rest)) return { of: 'everything' };
  return { of: 'named', words: unquoted(rest) };
}

function deny(tail: string): Understood {
  const { head, reason } = withReason(tail);
  if (reason !== undefined) {
    const ask = askOf(head);
    const intent: Act = { kind: 'deny', reason, ...(ask?.id && { ask: ask.id }) };
    return ask && !reason.endsWith('?') ? sure(intent) : offered(intent);
  }
  // "deny, too expensive": a reason without "because". It must not begin by taking the word back.
  const loose = /^(?<ask>[^,:;.!–—]*?)\s*(?<mark>[,:;.!–—]|\s-)\s*(?<reason>[^\s?].*)$/.exec(tail);
  if (!loose?.groups) {
    const ask = askOf(tail);
    return ask ? sure({ kind: 'deny', ...(ask.id && { ask: ask.id }) }) : offered({ kind: 'deny' });
  }
  const ask = askOf(loose.groups['ask'] ?? '');
  const words = loose.groups['reason'] ?? '';
  const retracted =
    /^(?:wait|hold|don't|dont|actually|sorry|oops|just kidding|jk|unless|if|or|maybe)\b/i.test(words) ||
    (/[,;.!]/.test(loose.groups['mark'] ?? '') && /^(?:no|not|never|nope)\b/i.test(words));
  const intent: Act = { kind: 'deny', reason: words, ...(ask?.id && { ask: ask.id }) };
  return ask && !retracted && !words.includes('?') ? sure(intent) : offered(intent);
}

/** Approving takes no reason and no condition: nothing may follow but the ask that is meant. */
function approve(tail: string): Understood {
  const ask = askOf(tail);
  return ask ? sure({ kind: 'approve', ...(ask.id && { ask: ask.id }) }) : offered({ kind: 'approve' });
}

/** "it", "the request", "request 4fGh81xQ", "4fGh81xQ"; undefined when something else was said. */
function askOf(tail: string): { readonly id?: string } | undefined {
  const rest = courteous(tail.replace(/^[\s,.!:;]+/, '')).replace(/^[.!]+$/, '');
  if (/^(?:|it|this|that|(?:this|that|the) (?:one|request|ask))$/i.test(rest)) return {};
  const id = /^(?:(?:the )?(?:request|ask) )?`?(?<id>[A-Za-z0-9_-]{8,80})`?$/.exec(rest)?.groups?.['id'];
  // A long word is no id: ids of eight or more characters without a digit or a capital inside are not made.
  return id !== undefined && /[0-9_-]|[a-z][A-Z]/.test(id) ? { id } : undefined;
}

/** What stands before "because", and the reason after it. */
function withReason(tail: string): { readonly head: string; readonly reason?: string } {
  const found = /^(?<head>.*?)[\s,.!:;-]+because(?: of)?[\s,:]+(?<reason>\S.*)$/i.exec(tail);
  if (!found?.groups) return { head: tail };
  const { head = '', reason = '' } = found.groups;
  return { head, reason };
}

const unquoted = (words: string) => words.replace(/^["'`]+|["'`]+$/g, '').trim();

const verbs = ['help', 'status', 'missions', 'waiting', 'stop', 'approve', 'deny'] as const;

const means = (verb: (typeof verbs)[number], words: string) =>
  words.split(' ').map((word) => [word, verb] as const);

/** Other words for the same things, and how the verbs are often bent. Only ever offered. */
const bent: ReadonlyMap<string, (typeof verbs)[number]> = new Map<string, (typeof verbs)[number]>([
  ...means('stop', 'stopped stopping kill end cancel quit pause'),
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
      (plain.length > 2 ? verbs.find((each) => oneSlipApart(each, plain)) : undefined);
    if (!verb) continue;
    const rest = [verb, ...words.slice(at + 1)].join(' ').replace(/[\s.!?,;"]+$/, '');
    const meant = question(rest, where) ?? act(rest, where) ?? question(verb, where) ?? act(verb, where);
    if (meant && !(negated && isAct(meant.intent))) return meant.intent;
  }
  return undefined;
}

/** True for an intent that changes something. */
export function isAct(intent: Intent): intent is Act {
  return intent.kind === 'stop' || intent.kind === 'approve' || intent.kind === 'deny';
}
