// Acts. A text that begins with a verb is one of a few whole forms, or it is only offered.
// What may follow a verb is guarded: a negation, a condition or a question there makes it an offer instead of an act.
import { courteous, unquoted } from './courtesy.ts';
import { type Act, type Items, meansHere, type Target, type Where } from './intent.ts';

/** `sure`: plain enough to be done. */
export type Understood = { readonly intent: Act; readonly sure: boolean };

const sure = (intent: Act): Understood => ({ intent, sure: true });
const offered = (intent: Act): Understood => ({ intent, sure: false });

const all =
  /^(?:everything|everyone|everybody|all|all (?:of )?(?:the |them|these |our )?(?:missions|agents)?|them all|(?:every|each) (?:mission|agent|one)|the lot)$/i;

const stopping = /^(?:stop|terminate|halt|abort)(?=$|[\s,.!:;-])/i;
const holding = /^hold(?=$|[\s,.!:;-])/i;
const puttingOnHold = /^put (?<what>.+?) on hold(?=$|[\s,.!:;-])/i;
const releasing = /^release(?=$|[\s,.!:;-])/i;
const keeping = /^keep(?=$|[\s,.!:;-])/i;
const completing = /^complete(?=$|[\s,.!:;-])/i;
const markingDone = /^mark (?<what>.+?) (?:as )?(?:complete|completed|done)(?=$|[\s,.!:;-])/i;
const claiming =
  /^(?:i'm|i am|im) (?:on|looking into|looking at) (?<ask>.*)$|^(?:on|looking into|looking at) (?<short>.*)$|^i(?:'ll| will) (?:look into|look at|take) (?<later>.*)$/i;
const denying = /^(?:deny|reject|decline)(?=$|[\s,.!:;–—-])/i;
const approving = /^approve(?=$|[\s,.!:;-])/i;

/** Words that turn, limit or doubt what was just said. */
const doubt =
  /\?|\b(?:no|not|never|none|nor|neither|nobody|nothing|cannot|without|dont|doesnt|didnt|wont|cant|shouldnt|isnt|wait|hold off|unless|except|if|but|until|till|only|when|maybe|perhaps|later|instead|rather|avoid|undo|cancel|kidding|sorry|oops|or|should|would|could)\b|n't\b/i;

/** The act a tidied text asks for, if it begins as one does; sure only when nothing in it turns, limits or doubts the verb. */
export function act(said: string, where: Where): Understood | undefined {
  if (stopping.test(said)) return stop(said.replace(stopping, ''), where);
  if (holding.test(said)) return hold(said.replace(holding, ''), where);
  if (puttingOnHold.test(said)) return hold(said.replace(puttingOnHold, ' $<what>'), where);
  if (releasing.test(said)) return release(said.replace(releasing, ''), where);
  if (keeping.test(said)) return goOnOrEnd('keep', said.replace(keeping, ''), where);
  if (completing.test(said)) return goOnOrEnd('complete', said.replace(completing, ''), where);
  if (markingDone.test(said)) return goOnOrEnd('complete', said.replace(markingDone, ' $<what>'), where);
  const claimed = claiming.exec(said)?.groups;
  if (claimed) return claim(claimed['ask'] ?? claimed['short'] ?? claimed['later'] ?? '');
  if (denying.test(said)) return deny(said.replace(denying, ''));
  if (approving.test(said)) return approve(said.replace(approving, ''));
  return undefined;
}

function stop(tail: string, where: Where): Understood {
  const { head, reason } = withReason(tail);
  const why = reason === undefined ? {} : { reason };
  const target = targetOf(head, where);
  const parted = reason === undefined && target.of === 'named' ? partedAt(head, where) : undefined;
  const intent: Act = { kind: 'stop', target, ...why, ...(parted && { parted }) };
  return reason?.endsWith('?') || doubtful(head) ? offered(intent) : sure(intent);
}

/** "the cake mission, it buys toys": a reason without "because". */
function partedAt(tail: string, where: Where) {
  const found = /^(?<head>[^,;:–—]*?)\s*(?:[,;:–—]|\s-)\s+(?<reason>\S.*)$/.exec(tail)?.groups;
  const { head = '', reason } = found ?? {};
  return reason === undefined ? undefined : { target: targetOf(head, where), reason };
}

/** "hold on" and "hold off" are said to people as well. */
function hold(tail: string, where: Where): Understood {
  const { head, reason } = withReason(tail);
  const why = reason === undefined ? {} : { reason };
  if (/^\s*(?:on|off|up)\b/i.test(head))
    return offered({ kind: 'hold', target: targetOf('', where), ...why });
  const intent: Act = { kind: 'hold', target: targetOf(head, where), ...why };
  return reason?.endsWith('?') || doubtful(head) ? offered(intent) : sure(intent);
}

function release(tail: string, where: Where): Understood {
  const intent: Act = { kind: 'release', target: targetOf(tail, where) };
  return doubtful(tail) ? offered(intent) : sure(intent);
}

/** "keep" and "complete" begin many a sentence to an agent, so only the place or a name in its form counts. */
function goOnOrEnd(kind: 'keep' | 'complete', tail: string, where: Where): Understood | undefined {
  const rest = courteous(tail.replace(/^[\s,.!:;]+/, ''))
    .replace(kind === 'keep' ? / (?:going|running|active|on)$/i : /$^/, '')
    .replace(/^[.!]+$/, '');
  const isName =
    rest === '' || meansHere(rest) || /^(?:"[^"]+"|[\w-]{8}|(?:the )?mission .+|the .+ mission)$/i.test(rest);
  if (!isName || doubtful(rest)) return undefined;
  return sure({ kind, target: targetOf(rest, where) });
}

/** A title in quotes may say what it likes. */
const doubtful = (head: string) =>
  !/^\s*(?:the )?(?:mission )?"[^"]+"(?: mission)?$/i.test(head) && doubt.test(head);

function targetOf(head: string, where: Where): Target {
  // "stop, stop, stop!" is one stop.
  const rest = courteous(
    head.replace(/^(?:[\s,.!:;-]+(?:stop|halt|abort)\b)+/i, '').replace(/^[\s,!:;]+/, ''),
  );
  if (rest === '' || /^[.!-]+$/.test(rest) || meansHere(rest))
    return where.thread === 'none' ? { of: 'unsaid' } : { of: 'this' };
  if (all.test(rest)) return { of: 'everything' };
  return { of: 'named', words: unquoted(rest) };
}

function deny(tail: string): Understood {
  // Quotes may hold what would begin a reason.
  const whole = askOf(tail);
  if (whole) return sure({ kind: 'deny', ...meant(whole) });
  const { head, reason } = withReason(tail);
  if (reason !== undefined) {
    const ask = askOf(head);
    const intent: Act = { kind: 'deny', reason, ...meant(ask) };
    return ask && !reason.endsWith('?') ? sure(intent) : offered(intent);
  }
  // "deny, too expensive": a reason without "because". It must not begin by taking the word back.
  const loose = /^(?<ask>[^,:;.!–—]*?)\s*(?<mark>[,:;.!–—]|\s-)\s*(?<reason>[^\s?].*)$/.exec(tail);
  if (!loose?.groups) return offered({ kind: 'deny' });
  const ask = askOf(loose.groups['ask'] ?? '');
  const words = loose.groups['reason'] ?? '';
  const retracted =
    /^(?:wait|hold|don't|dont|actually|then|and|but|approve|deny|sorry|oops|just kidding|jk|unless|if|or|maybe)\b/i.test(
      words,
    ) ||
    (/[,;.!]/.test(loose.groups['mark'] ?? '') && /^(?:no|not|never|nope)\b/i.test(words));
  const intent: Act = { kind: 'deny', reason: words, ...meant(ask) };
  return ask && !retracted && !words.includes('?') ? sure(intent) : offered(intent);
}

/** "I'm on it": whatever else somebody is on is talk. */
function claim(what: string): Understood | undefined {
  const ask = what.trim() === '' ? undefined : askOf(` ${what}`);
  return ask && sure({ kind: 'claim', ...(ask.id && { ask: ask.id }) });
}

/** Approving takes no reason and no condition: nothing may follow but the ask that is meant. */
function approve(tail: string): Understood {
  const ask = askOf(tail);
  return ask ? sure({ kind: 'approve', ...meant(ask) }) : offered({ kind: 'approve' });
}

type Asked = { readonly id?: string; readonly items?: Items };

const meant = (asked: Asked | undefined) => ({
  ...(asked?.id !== undefined && { ask: asked.id }),
  ...(asked?.items && { items: asked.items }),
});

const ordinals = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');
const nth = new RegExp(
  `^(?:the (?<word>${ordinals.join('|')})|(?:(?:the )?number |#)?(?<digits>[1-9]\\d{0,2}))(?: one| ask| request)?$`,
  'i',
);

/** "all", "all 3", "the second", "number 2", or a name in quotes. */
function itemsOf(rest: string): Items | undefined {
  const everything = /^(?:all|all of (?:them|these)|them all|all (?<count>[1-9]\d{0,2}))$/i.exec(rest);
  if (everything) {
    const count = everything.groups?.['count'];
    return { of: 'all', ...(count !== undefined && { count: Number(count) }) };
  }
  const one = nth.exec(rest)?.groups;
  if (one) {
    const { word, digits } = one;
    return { of: 'number', number: word ? ordinals.indexOf(word.toLowerCase()) + 1 : Number(digits) };
  }
  const name = /^"(?<name>[^"]{1,120})"$/.exec(rest)?.groups?.['name'];
  return name === undefined ? undefined : { of: 'name', name };
}

/** "it", "the request", "request 4fGh81xQ", "4fGh81xQ"; undefined when something else was said. */
function askOf(tail: string): Asked | undefined {
  const rest = courteous(tail.replace(/^[\s,.!:;]+/, '')).replace(/^[.!]+$/, '');
  if (/^(?:|it|this|that|(?:this|that|the) (?:one|request|ask))$/i.test(rest)) return {};
  const items = itemsOf(rest);
  if (items) return { items };
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
