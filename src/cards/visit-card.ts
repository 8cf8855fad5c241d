// The page of an ask before its visitor is known, and the question in chat that makes them known.
import type { Request } from '#mission-control/facts.ts';
import type { Block, Button, Card } from './card.ts';
import { inert } from './inert.ts';
import { code, strong, time } from './line.ts';
import { fact, factsOf, listed, note, text, told } from './parts.ts';
import * as words from './words/visit.ts';
import * as common from './words.ts';

type Platform = 'slack' | 'teams';

/** `pairing` is the latest code and where somebody was asked; `platforms` where people can be asked at all. */
export type ArrivalFacts = {
  readonly visit: string;
  readonly request: Request;
  readonly platforms: readonly Platform[];
  readonly canSignIn: boolean;
  readonly pairing:
    | { readonly code: string; readonly platform: Platform; readonly expiresAt: Date }
    | undefined;
};

const still = { buttons: [], expansion: [], calls: [] } as const;

/** What tells a person that this is not a request of theirs (draft §interaction-code-misdirection), and how to go on. */
export function arrivalCard({ visit, request, platforms, canSignIn, pairing }: ArrivalFacts): Card {
  const asking: Block[] = pairing
    ? [
        ...factsOf({ name: words.pairing.code, value: [strong(inert(pairing.code, 8))] }),
        text(words.pairing.asked(common.by(pairing.platform, code('')), time(pairing.expiresAt))),
        note(words.pairing.once),
      ]
    : [text(platforms.length > 0 || canSignIn ? words.arrival.how : words.arrival.nobody)];
  return {
    ...still,
    title: pairing ? words.pairing.title : words.arrival.title,
    tone: 'waiting',
    blocks: pairing
      ? [...asking, { kind: 'divider' }, ...whose(request)]
      : [...whose(request), { kind: 'divider' }, ...asking],
    buttons: pairing || platforms.length === 0 ? [] : [askMe(visit, platforms)],
  };
}

const whose = (request: Request): Block[] => [text(words.arrival.whose), ...essentials(request)];

/** Nothing of the request is told before its person has signed in. */
export const confirmationCard = (): Card => ({
  ...still,
  title: words.confirmation.title,
  tone: 'waiting',
  blocks: [text(words.confirmation.why)],
});

/** Where there is one chat only, nobody has to say which. */
const askMe = (visit: string, platforms: readonly Platform[]): Button => ({
  label: words.arrival.askMe,
  press: { verb: 'pair', subject: visit },
  style: 'primary',
  form: {
    title: words.arrival.show,
    submit: words.arrival.askMe,
    optional: true,
    fields: [
      {
        kind: 'one-of',
        name: 'where',
        label: words.arrival.where,
        options: platforms.map((platform) => ({ value: platform, label: words.arrival.platforms[platform] })),
        required: true,
      },
      {
        kind: 'line',
        name: 'who',
        label: words.arrival.who,
        placeholder: words.arrival.whoHint,
        required: false,
      },
    ],
  },
});

const essentials = ({ type, agent, verified, resourceAsserted, agentAsserted }: Request): Block[] =>
  factsOf(
    told(common.facts.agent, agent.id),
    told(common.facts.provider, verified.provider?.issuer ?? agent.iss),
    fact(common.facts.ask, [{ kind: 'plain', text: common.subjects[type] }]),
    told(common.facts.resource, verified.resource?.issuer),
    fact(common.facts.scope, listed(resourceAsserted.scope?.map(({ value }) => value))),
    told(common.facts.action, agentAsserted.action),
  );

/** Asks one person in private whether a browser is theirs. Only who sees that browser knows which code is right. */
export function vouchCard(facts: {
  readonly visit: string;
  readonly request: Request;
  readonly choices: readonly string[];
  readonly until: Date;
}): Card {
  const { visit, request, choices, until } = facts;
  return {
    ...still,
    title: words.vouch.title,
    tone: 'alarm',
    blocks: [
      text(words.vouch.opened),
      ...essentials(request),
      text(words.vouch.warning),
      note(words.vouch.lapses(time(until))),
    ],
    buttons: [
      ...choices.map(
        (choice): Button => ({
          label: words.vouch.code(inert(choice, 8)),
          press: { verb: 'vouch', subject: visit, choice },
          style: 'plain',
        }),
      ),
      { label: words.vouch.disown, press: { verb: 'disown', subject: visit }, style: 'danger' },
    ],
  };
}

/** The question once it is answered, or once nobody answered in time. */
export const vouchedCard = (how: keyof typeof words.vouched): Card => ({
  ...still,
  title: words.vouched[how].title,
  tone: how === 'vouched' ? 'good' : how === 'lapsed' ? 'neutral' : 'bad',
  blocks: [text(words.vouched[how].text)],
});

/** The page once it is over before its time. */
export const endedVisitCard = (why: keyof typeof words.ended): Card => ({
  ...still,
  title: words.ended[why].title,
  tone: 'bad',
  blocks: [text(words.ended[why].text)],
});

/** Tells an approver alone that their approval takes a sign-in, with the way to it. */
export const stepUpCard = (url: string, until: Date): Card => ({
  ...still,
  title: words.stepUp.title,
  tone: 'waiting',
  blocks: [
    text(words.stepUp.why),
    text([{ kind: 'link', url, label: words.stepUp.link }]),
    note(words.stepUp.until(time(until))),
  ],
});
