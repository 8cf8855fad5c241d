// The three voices on a card, kept apart (-11 §7.4): what the Person Server checked, what the resource says, and what
// the agent says. Every word of theirs is a code span, a quote, or part of the full text; none of it is a sentence of ours.

import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request, Spending } from '#mission-control/facts.ts';
import type { Block, Line } from './card.ts';
import { code, line, time } from './line.ts';
import { parameterTable } from './parameters.ts';
import {
  called,
  type Expansion,
  type Fact,
  fact,
  factsOf,
  full,
  lines,
  listed,
  pretty,
  quote,
  section,
  told,
} from './parts.ts';
import { type People, person } from './who.ts';
import * as askWords from './words/ask.ts';
import * as givingWords from './words/giving.ts';
import * as words from './words.ts';

/** At most this many rows of a kind on a card; the rest is in the full text. */
const rowsShown = 6;

/** A sum as people read it: `5.00 USD` for 500 with two decimals. */
function sum(amount: number, unit: string, decimals: number): Line {
  const digits = BigInt(Math.trunc(amount))
    .toString()
    .padStart(decimals + 1, '0');
  const figure =
    decimals === 0
      ? digits
      : `${digits.slice(0, -decimals)}.${digits.slice(-decimals).replace(/0+$/, '').padEnd(2, '0')}`;
  return line`${code(figure, 40)} ${code(unit, 40)}`;
}

/** A budget as a sum; anything else stands as it was sent. */
function figureOf(budget: Readonly<Record<string, unknown>> | undefined): Line | undefined {
  if (!budget) return undefined;
  const { amount, unit, decimals } = budget;
  const whole = typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0;
  const scaled =
    typeof decimals === 'number' && Number.isInteger(decimals) && decimals >= 0 && decimals <= 18;
  if (!whole || !scaled || typeof unit !== 'string') return [code(JSON.stringify(budget))];
  return sum(amount, unit, decimals);
}

/** How money stands: what was set aside and is left is this server's, what was used is the resource's word. */
export function money({ unit, decimals, allowed, used, held, left, reportedAt }: Spending): Line {
  const figure = (amount: number) => sum(amount, unit, Math.min(decimals, 18));
  return givingWords.standing({
    allowed: allowed > 0 ? figure(allowed) : undefined,
    used: figure(used),
    held: held > 0 ? figure(held) : undefined,
    left: figure(left),
    reported: reportedAt && time(reportedAt),
  });
}

/** Whether an ask wants more than is left of what a person set aside; an ask where nothing was is no more than any first one. */
function beyond({ verified: { spending }, resourceAsserted: { budget } }: Request): boolean {
  const amount = budget?.amount;
  return (
    spending !== undefined && spending.allowed > 0 && typeof amount === 'number' && amount > spending.left
  );
}

export function checked(request: Request, people: People): Block[] {
  const { verified, agent } = request;
  const { resource, provider } = verified;
  return section(
    words.labels.checked,
    factsOf(
      told(words.facts.agent, agent.id),
      told(words.facts.parent, agent.parent),
      fact(words.facts.provider, [
        code(provider?.issuer ?? agent.iss),
        ...(provider?.name === undefined ? [] : words.callsItself(code(provider.name, 60))),
      ]),
      fact(words.facts.person, [person(request.person, people)]),
      fact(
        words.facts.resource,
        resource && [code(resource.issuer), ...(resource.known ? [] : words.unknownResource)],
      ),
      ...hops(request),
      toldFact(request),
      fact(givingWords.facts.spent, verified.spending && money(verified.spending)),
      request.missionS256 === undefined ? fact(words.facts.granted, listed(verified.granted)) : undefined,
    ),
  ).concat(beyond(request) ? [{ kind: 'note', line: givingWords.beyond }] : []);
}

/** Who learns what about the person by a yes. */
export function toldFact({ verified: { told: telling } }: Request): Fact | undefined {
  const claims = telling && listed(telling.claims);
  return claims && fact(givingWords.facts.told, givingWords.told(code(telling.party, 80), claims));
}

/** The call chain hop by hop, the first caller first, and at its end the agent that asks now. */
function hops({ verified, agent }: Request): Fact[] {
  const chain = verified.chain ?? [];
  if (chain.length === 0) return [];
  const shown = chain.slice(-rowsShown);
  const before = chain.length - shown.length;
  return [
    ...shown.map((link, at) => ({
      name: askWords.hop(before + at + 1),
      value: askWords.hopCalls(code(link.agent, 80), code(link.resource, 80)),
    })),
    {
      name: askWords.hop(chain.length + 1),
      value: [
        ...askWords.hopAsks(code(agent.id, 80)),
        ...(agent.parent === undefined ? [] : askWords.partOf(code(agent.parent, 80))),
      ],
    },
  ];
}

/** The other party's own words: the resource's, or those of the access server that wants to know who the person is. */
export function resourceSays({ type, resourceAsserted: said, verified }: Request): Block[] {
  const access = asksElsewhere({ type, resourceAsserted: said });
  return section(access ? givingWords.accessServerSays : words.labels.resourceSays, [
    ...factsOf(
      told(words.facts.name, said.name),
      told(
        access ? givingWords.facts.accessServer : words.facts.resource,
        said.issuer === verified.resource?.issuer ? undefined : said.issuer,
      ),
      type === 'person_token' ? fact(givingWords.facts.accessMode, accessMode(said.accessMode)) : undefined,
      told(words.facts.account, said.account),
      ...scopes(said.scope ?? []),
      fact(words.facts.budget, figureOf(said.budget)),
      told(words.facts.page, said.interaction),
    ),
    ...parameterTable(givingWords.paymentHeading, said.payment),
    ...quote(words.headings.resource, said.description),
  ]);
}

/** Whether it is an access server that asks the person, and not their agent. */
export const asksElsewhere = ({ type, resourceAsserted }: Pick<Request, 'type' | 'resourceAsserted'>) =>
  type === 'claims' || (type === 'payment' && resourceAsserted.payment !== undefined);

/** What being known there is worth: a resource may serve on the person's name alone. */
const accessMode = (mode: string | undefined): Line | undefined =>
  mode === undefined
    ? undefined
    : Object.hasOwn(givingWords.accessModes, mode)
      ? givingWords.accessModes[mode]
      : [code(mode, 64)];

function scopes(
  scope: readonly { readonly value: string; readonly description?: string | undefined }[],
): Fact[] {
  return scope.slice(0, rowsShown).map(({ value, description }, at) => ({
    name: words.facts.scope,
    value: [
      code(value, 80),
      ...(description === undefined ? [] : line`: ${code(description, 120)}`),
      ...(at === rowsShown - 1 && scope.length > rowsShown ? words.andMore(scope.length - rowsShown) : []),
    ],
  }));
}

export function agentSays({ type, agentAsserted: said }: Request): Block[] {
  const tools = said.tools ?? [];
  const blocks = [
    ...factsOf(
      told(words.facts.action, said.action),
      ...tools.slice(0, rowsShown).map(({ name, description }, at) => ({
        name: words.facts.tool,
        value: [
          code(name, 80),
          ...(description === undefined ? [] : line`: ${code(description, 100)}`),
          ...(at === rowsShown - 1 && tools.length > rowsShown
            ? words.andMore(tools.length - rowsShown)
            : []),
        ],
      })),
      fact(words.facts.resources, listed(said.resources)),
      ...(type === 'payment' ? sums(said.parameters) : []),
      fact(words.facts.page, pageOf(type, said.url)),
      told(words.facts.platform, said.platform),
      told(words.facts.device, said.device),
    ),
    ...parameterTable(words.headings.parameters, said.parameters),
    ...quote(words.headings.description, said.description),
    ...quote(words.headings.summary, said.summary),
    ...quote(words.headings.question, said.question),
    ...quote(words.headings.justification, said.justification),
  ];
  if (blocks.length === 0) return [];
  return [...section(words.labels.agentSays, blocks), { kind: 'note', line: words.agentWords }];
}

/** What was to be done on a page or paid, once that is settled: its address is only shown. */
export function wasToDo(request: Request): Block[] {
  const { type, agentAsserted: said, resourceAsserted } = request;
  if (type !== 'interaction' && type !== 'payment') return [];
  if (asksElsewhere(request)) return parameterTable(givingWords.paymentHeading, resourceAsserted.payment);
  return section(words.labels.agentSays, [
    ...factsOf(...(type === 'payment' ? sums(said.parameters) : []), told(words.facts.page, said.url)),
    ...quote(words.headings.description, said.description, 240),
  ]);
}

/** Amount, currency and payee, where the agent names them; what else it sent is in the table of its parameters. */
function sums(parameters: Readonly<Record<string, unknown>> | undefined): Fact[] {
  const text = (name: string) => {
    const value = parameters?.[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const amount = text('amount');
  const unit = text('currency') ?? text('unit');
  const figure =
    amount === undefined
      ? undefined
      : [code(amount, 40), ...(unit === undefined ? [] : line` ${code(unit, 40)}`)];
  return [
    fact(askWords.payment.amount, figure),
    told(askWords.payment.payee, text('payee') ?? text('merchant') ?? text('recipient')),
  ].filter((each) => each !== undefined);
}

/** A page a person is to open is a link, beside which its real host stands; every other address is only shown. */
function pageOf(type: Request['type'], url: string | undefined): Line | undefined {
  if (url === undefined) return undefined;
  const page = URL.parse(url);
  const opens =
    (type === 'interaction' || type === 'payment') && page !== null && /^https?:$/.test(page.protocol);
  return opens ? [{ kind: 'link', url: page.href, label: askWords.openPage }] : [code(url)];
}

export function underMission(request: Request, mission: MissionSummary | undefined): Block[] {
  if (request.type === 'mission') return [];
  if (request.missionS256 === undefined) return [{ kind: 'note', line: words.outsideMission }];
  return section(words.labels.underMission, [
    ...factsOf(
      mission && told(words.facts.mission, missionTitle(mission.description)),
      told(words.facts.missionId, shortId(request.missionS256)),
      mission && fact(words.facts.approvedTools, listed(mission.approvedTools?.map(({ name }) => name))),
      mission && fact(words.facts.approvedResources, listed(mission.approvedResources)),
      fact(words.facts.granted, listed(request.verified.granted)),
    ),
    ...(mission ? quote(words.labels.approvedText, mission.description, 240) : []),
    ...(mission ? [] : [{ kind: 'note', line: words.unreadMission } as const]),
  ]);
}

/** Everything behind the card, whole. */
export function fullText(request: Request, mission: MissionSummary | undefined): Expansion {
  const { agentAsserted: agent, resourceAsserted: resource, verified, agent: asks } = request;
  const { headings } = words;
  return full(
    [headings.description, agent.description],
    [headings.justification, agent.justification],
    [headings.summary, agent.summary],
    [headings.question, agent.question],
    [headings.action, agent.action],
    [headings.parameters, pretty(agent.parameters)],
    [headings.options, lines(agent.options)],
    [headings.tools, lines(agent.tools?.map(called))],
    [headings.resources, lines(agent.resources)],
    [headings.page, agent.url],
    [givingWords.facts.told, lines(verified.told?.claims)],
    [headings.machine, lines([agent.platform, agent.device])],
    [
      headings.identity,
      lines([
        asks.id,
        asks.parent,
        asks.iss,
        verified.provider?.issuer,
        verified.provider?.name,
        verified.resource?.issuer,
      ]),
    ],
    [headings.chain, lines(verified.chain?.map((link) => `${link.agent} → ${link.resource}`))],
    [headings.granted, lines(verified.granted)],
    [
      headings.resource,
      lines([resource.name, resource.issuer, resource.account, resource.description, resource.interaction]),
    ],
    [headings.scope, lines(resource.scope?.map((each) => called({ name: each.value, ...each })))],
    [headings.budget, pretty(resource.budget)],
    [givingWords.paymentHeading, pretty(resource.payment)],
    [headings.questions, lines(request.clarifications.map(asked))],
    [headings.reason, request.decision?.reason],
    [headings.mission, mission?.description],
    [headings.approvedTools, lines(mission?.approvedTools?.map(called))],
    [headings.approvedResources, lines(mission?.approvedResources)],
  );
}

const asked = ({ question, options, answer }: Request['clarifications'][number]) =>
  [
    `? ${question}`,
    ...(options ?? []).map((option) => `  - ${option}`),
    ...(answer === undefined ? [] : [`> ${answer}`]),
  ].join('\n');
