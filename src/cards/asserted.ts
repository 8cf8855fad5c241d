// The three voices on a card, kept apart (-11 §7.4): what the Person Server checked, what the resource says, and what
// the agent says. Every word of theirs is a code span, a quote, or part of the full text; none of it is a sentence of ours.

import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Block, Card, Line, SafeText } from './card.ts';
import { cutText, inertText } from './inert.ts';
import { code, joined, line, strong } from './line.ts';
import { type People, person } from './who.ts';
import * as words from './words.ts';

type Fact = Extract<Block, { kind: 'facts' }>['facts'][number];
export type Expansion = Card['expansion'];

/** At most this many rows of a kind on a card, and so many characters of a quote; the rest is in the full text. */
const rowsShown = 6;
const quoteLength = 500;

/** A labelled section; nothing when it would be empty. */
export const section = (label: SafeText, blocks: readonly Block[]): Block[] =>
  blocks.length === 0 ? [] : [{ kind: 'text', line: [strong(label)] }, ...blocks];

/** One block of the facts that are there. */
export function factsOf(...facts: readonly (Fact | undefined)[]): Block[] {
  const there = facts.filter((each) => each !== undefined);
  return there.length === 0 ? [] : [{ kind: 'facts', facts: there }];
}

export const fact = (name: SafeText, value: Line | undefined): Fact | undefined => value && { name, value };

/** A fact made of somebody's text, absent when there is none. */
export const told = (name: SafeText, text: string | undefined): Fact | undefined =>
  text === undefined ? undefined : { name, value: [code(text)] };

/** Somebody's words set apart; a long text keeps its head and its tail. */
export function quote(whose: SafeText, text: string | undefined, max = quoteLength): Block[] {
  if (text === undefined) return [];
  const { text: shown, cut } = cutText(text, max);
  return shown === '' ? [] : [{ kind: 'quote', whose, text: shown, cut }];
}

/** Several texts in one line, as code spans; absent when the list is empty. */
export function listed(texts: readonly string[] | undefined): Line | undefined {
  if (!texts || texts.length === 0) return undefined;
  const shown = joined(
    texts.slice(0, rowsShown).map((text) => [code(text, 80)]),
    line`, `,
  );
  return texts.length > rowsShown ? [...shown, ...words.andMore(texts.length - rowsShown)] : shown;
}

/** One row for each member of a structured value: its name and its value, both as written. */
function rows(name: SafeText, record: Readonly<Record<string, unknown>> | undefined): Fact[] {
  const members = Object.entries(record ?? {});
  const shown = members
    .slice(0, rowsShown)
    .map(([key, value]) => ({ name, value: line`${code(key, 60)} = ${code(written(value), 160)}` }));
  const last = shown.at(-1);
  if (members.length <= rowsShown || !last) return shown;
  return [
    ...shown.slice(0, -1),
    { name, value: [...last.value, ...words.andMore(members.length - rowsShown)] },
  ];
}

const written = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

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
      fact(words.facts.chain, listed(verified.chain?.map((link) => `${link.agent} → ${link.resource}`))),
      request.missionS256 === undefined ? fact(words.facts.granted, listed(verified.granted)) : undefined,
    ),
  );
}

export function resourceSays({ resourceAsserted: said, verified }: Request): Block[] {
  return section(words.labels.resourceSays, [
    ...factsOf(
      told(words.facts.name, said.name),
      told(words.facts.resource, said.issuer === verified.resource?.issuer ? undefined : said.issuer),
      told(words.facts.account, said.account),
      ...scopes(said.scope ?? []),
      ...rows(words.facts.budget, said.budget),
      told(words.facts.page, said.interaction),
    ),
    ...quote(words.headings.resource, said.description),
  ]);
}

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

export function agentSays({ agentAsserted: said }: Request): Block[] {
  const tools = said.tools ?? [];
  const blocks = [
    ...factsOf(
      told(words.facts.action, said.action),
      ...rows(words.facts.parameter, said.parameters),
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
      told(words.facts.page, said.url),
      told(words.facts.platform, said.platform),
      told(words.facts.device, said.device),
    ),
    ...quote(words.headings.description, said.description),
    ...quote(words.headings.summary, said.summary),
    ...quote(words.headings.question, said.question),
    ...quote(words.headings.justification, said.justification),
  ];
  if (blocks.length === 0) return [];
  return [...section(words.labels.agentSays, blocks), { kind: 'note', line: words.agentWords }];
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
    ...(isToken(request) ? [{ kind: 'note', line: words.notAskedAgain } as const] : []),
  ]);
}

const isToken = ({ type }: Request) => type === 'auth_token' || type === 'person_token';

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
    [headings.tools, lines(agent.tools?.map(called))],
    [headings.resources, lines(agent.resources)],
    [headings.page, agent.url],
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
    [headings.questions, lines(request.clarifications.map(asked))],
    [headings.reason, request.decision?.reason],
    [headings.mission, mission?.description],
    [headings.approvedTools, lines(mission?.approvedTools?.map(called))],
    [headings.approvedResources, lines(mission?.approvedResources)],
  );
}

/** The headed texts that say something. */
export function full(
  ...parts: readonly (readonly [heading: SafeText, text: string | undefined])[]
): Expansion {
  return parts
    .map(([heading, text]) => ({ heading, text: inertText(text ?? '') }))
    .filter(({ text }) => text !== '');
}

/** Texts below each other, each on a line of its own, without repeating one. */
export const lines = (texts: readonly (string | undefined)[] | undefined) =>
  [...new Set(texts?.filter((text) => text !== undefined))].join('\n');

export const called = (thing: { readonly name: string; readonly description?: string | undefined }) =>
  thing.description === undefined ? thing.name : `${thing.name}: ${thing.description}`;

export const pretty = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value, null, 2));

const asked = ({ question, options, answer }: Request['clarifications'][number]) =>
  [
    `? ${question}`,
    ...(options ?? []).map((option) => `  - ${option}`),
    ...(answer === undefined ? [] : [`> ${answer}`]),
  ].join('\n');
