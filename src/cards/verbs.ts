// What a person can do about an open ask: exactly what its Person Server takes for that kind of ask, as it stands now.
import type { Request } from '#mission-control/facts.ts';
import { asksElsewhere } from './asserted.ts';
import type { Button, Form, Line, Press, SafeText } from './card.ts';
import {
  answerButtons,
  answerForm,
  answersOffered,
  changesForm,
  lessForm,
  questionForm,
  reasonForm,
} from './forms.ts';
import * as words from './words/ask.ts';
import { payElsewhere } from './words/giving.ts';
import * as common from './words.ts';

/** `shared`: several people have to approve, so none of them changes the ask alone. */
export type Offering = {
  readonly request: Request;
  readonly capabilities: readonly string[];
  readonly shared: boolean;
};

/** Asks that a person settles on a page; the yes only says that it is done there. */
const needsPage = new Set<Request['type']>(['interaction', 'payment']);
/** Asks whose yes may reach further than one time. */
const reaching = new Set<Request['type']>(['auth_token', 'person_token', 'permission', 'claims']);

export function verbsOf(offering: Offering): Button[] {
  const { request, capabilities } = offering;
  const press = (verb: Press['verb'], choice?: string): Press => ({
    verb,
    subject: request.id,
    digest: request.digest,
    ...(choice !== undefined && { choice }),
  });
  const plain = (label: SafeText, to: Press, form?: Form): Button => ({
    label,
    press: to,
    style: 'plain',
    ...(form && { form }),
  });
  const left = roundsLeft(request);
  const asks = mayAsk(offering) && left > 0;
  return [
    ...yes(offering, press),
    ...(request.type === 'question' && capabilities.includes('answer') ? answers(request, press) : []),
    {
      label: common.buttons.deny,
      press: press('deny'),
      style: 'danger',
      // No agent waits for this answer.
      form: reasonForm(asksElsewhere(request) ? [] : capabilities),
    },
    ...(asks ? [plain(words.buttons.ask, press('ask'), questionForm(left))] : []),
    ...(asks && request.type === 'auth_token'
      ? [plain(words.buttons.less, press('ask', 'less'), lessForm(left))]
      : []),
    plain(common.buttons.read, press('read')),
  ];
}

/** What should be known of the verbs, and which ones this server does not take. */
export function aboutVerbs(offering: Offering): Line[] {
  const { request, capabilities } = offering;
  const { type } = request;
  const reach = reachOffered(offering);
  return [
    ...(type === 'question'
      ? [capabilities.includes('answer') ? words.howToAnswer : words.cannot.answer]
      : []),
    ...(needsPage.has(type) ? [asksElsewhere(request) ? payElsewhere : common.doneOnPage] : []),
    ...(type === 'mission_completion' ? [words.completes] : []),
    ...(type === 'mission_update' ? [words.updateAdds] : []),
    ...(type === 'claims' ? [words.claimed] : []),
    ...(reach ? [words.reachOf[reach]] : []),
    ...((type === 'mission' || reaching.has(type)) && !capabilities.includes('narrow')
      ? [words.cannot.narrow]
      : []),
    ...(!isUnasked(request) && !capabilities.includes('ask') ? [words.cannot.ask] : []),
    ...(mayAsk(offering) && (request.rounds.used > 0 || roundsLeft(request) === 0)
      ? [words.roundsLeft(roundsLeft(request))]
      : []),
  ];
}

const roundsLeft = ({ rounds }: Request) => Math.max(0, rounds.max - rounds.used);

/** What no agent could answer about: its own question is answered, and what an access server wants is not its doing. */
const isUnasked = (request: Request) => request.type === 'question' || asksElsewhere(request);

/** One question at a time. */
const mayAsk = ({ request, capabilities }: Offering) =>
  capabilities.includes('ask') && !isUnasked(request) && request.state === 'open';

/** Within a mission a yes may hold until its end, outside of one for ever; where the server takes terms at all. */
function reachOffered({ request, capabilities }: Offering): 'mission' | 'always' | undefined {
  if (!reaching.has(request.type) || !capabilities.includes('narrow')) return undefined;
  return request.missionS256 === undefined ? 'always' : 'mission';
}

function yes(offering: Offering, press: (verb: Press['verb'], choice?: string) => Press): Button[] {
  const { request, capabilities, shared } = offering;
  const first = (label: SafeText, choice?: string): Button => ({
    label,
    press: press('approve', choice),
    style: 'primary',
  });
  const also = (label: SafeText, choice: string, form?: Form): Button => ({
    label,
    press: press('approve', choice),
    style: 'plain',
    ...(form && { form }),
  });
  const reach = reachOffered(offering);
  switch (request.type) {
    case 'question':
      return [];
    case 'interaction':
    case 'payment':
      return [first(common.buttons.done)];
    case 'mission_completion':
      return [first(words.buttons.accept)];
    case 'mission': {
      const changes = capabilities.includes('narrow') && !shared;
      return [
        first(common.buttons.approve),
        ...(changes ? [also(words.buttons.changes, 'changes', changesForm(request))] : []),
      ];
    }
    case 'auth_token':
    case 'person_token':
    case 'claims':
      // The draft wants nobody asked twice for the same within a mission, so that is the plain yes.
      if (reach === 'mission')
        return [first(words.buttons.mission, 'mission'), also(words.buttons.once, 'once')];
      return reach
        ? [first(words.buttons.once, 'once'), also(words.buttons.always, reach)]
        : [first(common.buttons.approve)];
    case 'permission':
      return reach
        ? [first(words.buttons.once, 'once'), also(words.buttons[reach], reach)]
        : [first(common.buttons.approve)];
    default:
      return [first(common.buttons.approve)];
  }
}

/** Few suggestions are buttons, in the agent's words; many, and words of one's own, are in the form. */
function answers(request: Request, press: (verb: Press['verb'], choice?: string) => Press): Button[] {
  const offered = answersOffered(request.agentAsserted.options);
  const buttons = offered.length <= answerButtons ? offered : [];
  return [
    ...buttons.map(
      ({ value, label }): Button => ({
        label: words.answerWith(label),
        press: press('answer', value),
        style: 'plain',
      }),
    ),
    { label: words.buttons.answer, press: press('answer'), style: 'primary', form: answerForm(request) },
  ];
}
