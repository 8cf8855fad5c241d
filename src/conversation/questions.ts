// Questions change nothing, so their forms are generous.
import { unquoted } from './courtesy.ts';
import { meansHere, type Question, type Where } from './intent.ts';
import { past, targetOf } from './past.ts';

const reads = (
  kind: 'help' | 'status' | 'missions' | 'waiting' | 'home' | 'health' | 'digest',
  forms: RegExp,
): readonly [RegExp, () => Question] => [forms, () => ({ kind })];

/** Each is matched against the text without its final marks. */
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
  reads('home', /^(?:(?:show(?: me)? )?(?:my )?(?:home|dashboard))$/i),
  reads(
    'health',
    /^(?:(?:show(?: me)? )?(?:the |our )?(?:oversight )?health|how (?:good|healthy) is (?:the |our )?oversight)$/i,
  ),
  reads('digest', /^(?:(?:show(?: me)? )?(?:the |a |our )?(?:daily |weekly )?digest)$/i),
];

/** The question a tidied text asks, if it asks one. */
export function question(said: string, where: Where): Question | undefined {
  const asked = said
    .replace(/\p{Extended_Pictographic}/gu, '')
    .replace(/[\s.!?,;]+$/, '')
    .trim();
  const found = questions.find(([forms]) => forms.test(asked));
  if (found) return found[1]();

  if (
    /^(?:status|overview|state|how are (?:things|we)(?: (?:going|doing))?|what is going on|what's (?:going on|up|happening))$/i.test(
      asked,
    )
  )
    return statusHere(where);

  const lately = past(asked);
  if (lately) return lately;

  const reviewed =
    /^(?:review|summari[sz]e|judge)(?: (?<words>.+))?$/i.exec(asked) ??
    /^(?:a |the )?(?:review|summary)(?: (?:of|for) (?<words>.+))?$/i.exec(asked) ??
    /^why (?:did you flag|have you flagged|do you flag) (?<words>.+)$/i.exec(asked) ??
    /^why (?:is|was) (?<words>.+?) flagged$/i.exec(asked) ??
    /^what (?:happened|has happened)(?: (?:in|under|with) (?<words>.+))?$/i.exec(asked);
  if (reviewed) return { kind: 'review', target: targetOf(reviewed.groups?.['words']) };

  const drawn =
    /^(?:(?:show|draw)(?: me)? )?(?:the |a )?time ?line(?: (?:of|for) (?<words>.+)| (?<name>.+))?$/i.exec(
      asked,
    );
  if (drawn) return { kind: 'timeline', target: targetOf(drawn.groups?.['words'] ?? drawn.groups?.['name']) };

  const about =
    /^(?:show(?: me)? )?(?:the )?(?:status|state)(?: of| for| on)? (?<words>.+)$/i.exec(asked) ??
    /^what(?:'s| is| has| did) (?<words>.+?) (?:doing|done|do|been doing|up to|been up to)(?: (?:now|so far|here|today))?$/i.exec(
      asked,
    ) ??
    /^(?:how(?:'s| is)|where is) (?<words>.+?) (?:doing|going|getting on|coming along)$/i.exec(asked) ??
    /^(?:show(?: me)? (?:the )?)?mission (?<words>.+)$/i.exec(asked);
  const words = about?.groups?.['words'];
  if (words === undefined) return undefined;
  if (meansHere(words)) return statusHere(where);
  return { kind: 'mission-status', target: { of: 'named', words: unquoted(words) } };
}

/** Where the place names no mission, "status" is everybody's. */
const statusHere = ({ thread }: Where): Question =>
  thread === 'none' ? { kind: 'status' } : { kind: 'mission-status', target: { of: 'this' } };
