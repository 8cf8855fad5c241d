// Whatever an agent, a resource or a Person Server writes: it stays theirs on the card, inert, and can be read whole.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { missionStatusCard, missionsCard, waitingCard, whichMissionCard } from '#cards/answers.ts';
import { askCard, type Background } from '#cards/ask-card.ts';
import type { Card, Form, Line } from '#cards/card.ts';
import { inertText } from '#cards/inert.ts';
import { missionCard } from '#cards/mission-card.ts';
import { outcomeCard } from '#cards/refusals.ts';
import { confirmStopCard, stoppedCard, stopReportCard } from '#cards/stop-card.ts';
import { tamperingCard } from '#cards/tampering-card.ts';
import { arrivalCard, vouchCard } from '#cards/visit-card.ts';
import { renderCard } from '#chat/teams/render.ts';
import { type Request, requestStates, requestTypes } from '#mission-control/facts.ts';
import { hostile, unsafe } from '../../support/hostile.ts';
import { decision, entry, mission, report, request } from '../../support/requests.ts';

/** Stands in every foreign string, so that it is known wherever it comes out. */
const mark = 'Ω';
const foreign = hostile.map((text) => `${mark}${text}`);
const long = fc
  .tuple(foreign, fc.integer({ min: 0, max: 30 }))
  .map(([text, times]) => text.repeat(times + 1));
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 12 });
const thing = fc.record({ name: foreign, description: long });

const asks = fc
  .record({
    type: fc.constantFrom(...requestTypes),
    state: fc.constantFrom(...requestStates),
    person: foreign,
    fresh: fc.boolean(),
    text: fc.array(long, { minLength: 16, maxLength: 16 }),
    things: few(thing),
    strings: few(foreign),
    parameters: fc.dictionary(foreign, fc.oneof(foreign, fc.integer(), fc.array(foreign, { maxLength: 3 })), {
      maxKeys: 12,
    }),
  })
  .map(({ type, state, person, fresh, text, things, strings, parameters }) => {
    const [
      agent,
      iss,
      parent,
      issuer,
      name,
      resource,
      justification,
      description,
      action,
      summary,
      question,
      url,
      platform,
      device,
      reason,
      via,
    ] = text as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return request({
      type,
      state,
      person,
      agent: { id: agent, iss, parent, new: fresh },
      verified: {
        provider: { issuer, name },
        resource: { issuer: resource, known: fresh },
        chain: strings.map((each) => ({ agent: each, resource: each })),
        granted: strings,
      },
      resourceAsserted: {
        issuer,
        name,
        description,
        scope: things.map((each) => ({ value: each.name, description: each.description })),
        account: name,
        interaction: url,
        budget: parameters,
      },
      agentAsserted: {
        justification,
        description,
        tools: things,
        resources: strings,
        action,
        parameters,
        summary,
        question,
        options: strings,
        url,
        platform,
        device,
      },
      previous: {
        digest: 'before',
        resource_asserted: { scope: things.map(({ name: value }) => ({ value })) },
        agent_asserted: { justification: description, description: justification },
      },
      clarifications: [
        { question, askedBy: person, askedAt: '2026-11-21T10:01:00Z', answer: reason, options: strings },
      ],
      ...(state === 'open' ? {} : { decision: decision({ decidedBy: { person, via, id: via }, reason }) }),
    });
  });

const missions = fc
  .tuple(long, foreign, few(thing), few(foreign), foreign)
  .map(([description, id, tools, resources, why]) =>
    mission({
      description,
      agent: { id, iss: id },
      person: id,
      approvedTools: tools,
      approvedResources: resources,
      status: 'terminated',
      terminationReason: why,
      terminatedBy: { person: id, via: why, id },
      terminatedAt: '2026-11-21T11:00:00Z',
    }),
  );

const people = () => undefined;
const capabilities = ['actor', 'reason', 'digest', 'ask', 'answer', 'narrow'];

/** A log full of the same words, and a change accepted in them. */
const past = (ask: Request): Background => ({
  past: {
    whole: false,
    entries: (['requested', 'denied', 'granted'] as const).map((outcome, at) =>
      entry({
        seq: at + 1,
        kind:
          ask.type === 'permission'
            ? 'permission'
            : ask.type === 'person_token'
              ? 'person_token'
              : 'auth_token',
        source: 'person',
        outcome,
        requestId: 'earlier',
        agent: ask.agent.id,
        action: ask.agentAsserted.action,
        resource: ask.verified.resource?.issuer,
        scope:
          ask.type === 'person_token'
            ? undefined
            : ask.resourceAsserted.scope?.map(({ value }) => value).join(' '),
        description: ask.agentAsserted.justification,
        decidedBy: { person: ask.person },
      }),
    ),
  },
  updates: [
    {
      s256: 'u',
      description: ask.agentAsserted.description ?? '',
      acceptedAt: new Date('2026-11-21T10:00:00Z'),
    },
  ],
});

const shown = (ask: Request, under: ReturnType<typeof mission>) =>
  askCard({ request: ask, mission: under, people, approvers: [], capabilities, background: past(ask) });

/** The places of a card where only our own words may stand. */
function ownWords(card: Card): string[] {
  const plain = (line: Line) =>
    line.flatMap((span) => (span.kind === 'plain' || span.kind === 'strong' ? [span.text] : []));
  return [
    card.title,
    ...card.buttons.flatMap(({ label, press, form }) => [
      // What the agent suggests stands quoted behind our word.
      press.verb === 'answer' && press.choice ? label.replace(/^Answer: “.*”$/u, '') : label,
      ...formWords(form),
    ]),
    ...card.expansion.map(({ heading }) => heading),
    ...card.blocks.flatMap((block): string[] => {
      switch (block.kind) {
        case 'text':
        case 'note':
          return plain(block.line);
        case 'facts':
          return block.facts.flatMap(({ name, value }) => [name, ...plain(value)]);
        case 'quote':
          return [block.whose];
        case 'picture':
          return [block.picture.title, ...block.picture.panels.map(({ heading }) => heading)];
        case 'divider':
          return [];
      }
    }),
  ];
}

/** What a form says in our words; what stands in a field to be edited or chosen is somebody else's. */
const formWords = (form: Form | undefined) =>
  form
    ? [
        form.title,
        form.submit,
        ...form.fields.flatMap((each) => [each.label, 'placeholder' in each ? (each.placeholder ?? '') : '']),
      ]
    : [];

/** Every string a reader sees. */
function everyWord(card: Card): string[] {
  const { buttons, ...rest } = card;
  const strings = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    if (value instanceof Date || typeof value !== 'object' || value === null) return [];
    return Object.values(value).flatMap(strings);
  };
  return [...strings(rest), ...buttons.flatMap(({ label, form }) => [label, ...strings(form)])];
}

const links = (card: Card) => JSON.stringify(card.blocks).match(/"kind":"(?:link|mention)"/g);

function expectInert(card: Card) {
  for (const text of everyWord(card)) expect(text).not.toMatch(unsafe);
  for (const text of ownWords(card)) expect(text).not.toContain(mark);
  expect(links(card)).toBeNull();
}

test('no foreign word stands where ours do, and none is left live, on any ask', () => {
  fc.assert(
    fc.property(asks, missions, (ask, under) => {
      expectInert(shown(ask, under));
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('nor on any other card', () => {
  fc.assert(
    fc.property(asks, missions, foreign, (ask, one, said) => {
      const stopped = report({ reason: said, note: said, voided: [said], activityAfter: [] });
      const seen = entry({ action: said, resource: said, outcome: said });
      for (const card of [
        missionCard({ mission: one, approval: ask.decision, people }),
        missionCard({ mission: { ...one, status: 'active' }, people }),
        confirmStopCard({ proposal: 'p', missions: [one], people, said, note: said }),
        stopReportCard({
          report: { ...stopped, activityAfter: [seen] },
          mission: one,
          people,
          capabilities: [],
          now: new Date(),
        }),
        stoppedCard(one),
        tamperingCard({
          mission: one,
          found: { seq: 1, at: new Date(), agent: said, resource: said, claims: [said] },
          callees: [],
        }),
        missionStatusCard({ mission: one, people, asks: [ask], entries: [seen] }),
        missionsCard([one], true),
        waitingCard({ missions: [{ ...one, s256: ask.missionS256 ?? '' }], asks: [ask], more: true }),
        whichMissionCard({ said, missions: [one], more: false, to: 'stop' }),
        outcomeCard({ kind: 'invalid_request', detail: said }, people),
        outcomeCard({ kind: 'already_decided', request: ask }, people),
        arrivalCard({ visit: 'v', request: ask, platforms: ['slack'], canSignIn: true, pairing: undefined }),
        vouchCard({ visit: 'v', request: ask, choices: ['A1B2', 'C3D4'], until: new Date() }),
      ])
        expectInert(card);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('everything the agent and the resource wrote can be read whole behind the card', () => {
  fc.assert(
    fc.property(asks, missions, (ask, under) => {
      const texts = shown(ask, under).expansion.map(({ text }) => text);
      const has = (text: string | undefined) => {
        if (text === undefined) return;
        const whole = inertText(text);
        expect(texts.some((each) => each.includes(whole))).toBe(true);
      };
      const { agentAsserted: agent, resourceAsserted: resource } = ask;
      for (const text of [
        agent.justification,
        agent.description,
        agent.summary,
        agent.question,
        agent.action,
        agent.url,
      ])
        has(text);
      has(resource.description);
      has(under.description);
      has(JSON.stringify(agent.parameters, null, 2));
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('a card stays small whatever was written, and its presses carry only what they name', () => {
  fc.assert(
    fc.property(asks, missions, (ask, under) => {
      const card = shown(ask, under);
      const onCard = card.buttons.map(({ form: _behind, ...button }) => button);
      const seen = everyWord({ ...card, buttons: onCard, expansion: [] }).join('').length;
      expect(seen).toBeLessThan(14_000);
      for (const { form } of card.buttons) expect(JSON.stringify(form ?? '').length).toBeLessThan(9_000);
      for (const { press } of card.buttons)
        expect(press).toEqual({
          verb: press.verb,
          subject: ask.id,
          digest: ask.digest,
          ...(press.choice !== undefined && {
            choice: expect.stringMatching(/^(?:once|mission|always|changes|less|\d)$/) as string,
          }),
        });
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test('a decided ask offers no decision, an open one always can be denied', () => {
  fc.assert(
    fc.property(asks, missions, (ask, under) => {
      const verbs = shown(ask, under).buttons.map(({ press }) => press.verb);
      const open = ask.state === 'open' || ask.state === 'clarifying';
      expect(verbs.includes('deny')).toBe(open);
      if (!open) expect(verbs).toEqual(['read']);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

test.each(['d', '𠀀', 'd\n', 'd '])(
  'however much of %j they write, what was checked and the money stay on the card in Teams',
  (unit) => {
    const much = unit.repeat(2_000);
    const things = Array.from({ length: 100 }, (_, at) => ({ name: `thing_${at}`, description: much }));
    const ask = request({
      verified: {
        provider: { issuer: 'https://agents.example', name: much },
        resource: { issuer: 'https://shop.example', known: false },
        granted: things.map(({ name }) => name),
      },
      resourceAsserted: {
        issuer: 'https://shop.example',
        name: much,
        description: much,
        scope: things.map(({ name, description }) => ({ value: name, description })),
        budget: { amount: 4_000, unit: 'EUR', decimals: 2 },
      },
      agentAsserted: { justification: much, description: much, tools: things, summary: much },
    });
    const drawn = JSON.stringify(
      renderCard(shown(ask, mission({ description: much })), 'home', 'mark', true),
    );
    for (const fact of [ask.agent.id, 'https://agents.example', 'https://shop.example', 'Budget', '40.00'])
      expect(drawn.includes(fact), fact).toBe(true);
  },
);
