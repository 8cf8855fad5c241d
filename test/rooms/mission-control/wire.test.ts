// What goes over the wire comes back the same, in the wire's own names, and nothing on it can break the reader.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  decisionFromWire,
  decisionToWire,
  revocationFromWire,
  revocationToWire,
  terminationFromWire,
  terminationToWire,
} from '#mission-control/acts.ts';
import {
  BoundAgent,
  Change,
  Description,
  LogEntry,
  Mission,
  MissionSummary,
  Request,
  TerminationReport,
} from '#mission-control/facts.ts';
import type { Decision, Termination } from '#mission-control/port.ts';
import { fromWire, toWire } from '#mission-control/wire.ts';

const schemas = {
  Request,
  MissionSummary,
  Mission,
  LogEntry,
  TerminationReport,
  BoundAgent,
  Description,
  Change,
};
const overTheWire = (data: unknown): unknown => JSON.parse(JSON.stringify(data));

const anyJson = fc.jsonValue().map(overTheWire);
const foreign = fc.dictionary(
  fc
    .oneof(fc.constantFrom('fooBar', 'foo_bar', 'decidedBy', 'person_id', 'constructor'), fc.string())
    .filter((name) => name !== '__proto__'),
  anyJson,
);
const instant = fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('9999-01-01') });

/** Any value a schema of the facts admits; members that may be missing sometimes are. */
function anyOf(schema: unknown): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) return anyOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return fc.array(anyOf(schema.element), { maxLength: 3 });
  if (schema instanceof z.ZodRecord) return foreign;
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodUnknown) return anyJson;
  if (schema instanceof z.ZodPipe) return instant;
  if (schema instanceof z.ZodNumber) return fc.nat();
  if (schema instanceof z.ZodString) return fc.string({ unit: 'binary' });
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape);
    const record = fc.record(Object.fromEntries(members.map(([name, member]) => [name, anyOf(member)])), {
      requiredKeys: members.filter(([, member]) => !(member instanceof z.ZodOptional)).map(([name]) => name),
      noNullPrototype: true,
    });
    if (!schema.def.catchall) return record;
    const names = members.map(([name]) => name);
    const beside = fc.dictionary(fc.constantFrom('rule', 'someThing', 'some_thing'), anyJson);
    return fc
      .tuple(beside, record)
      .map(([more, known]) => ({ ...more, ...known }))
      .filter(() => names.length > 0);
  }
  throw new Error('a kind of schema this test does not know');
}

describe.each(Object.entries<z.ZodType>(schemas))('%s', (_, schema) => {
  test('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(anyOf(schema), (value) => {
        expect(fromWire(schema, overTheWire(toWire(schema, value)))).toEqual({ value });
      }),
    );
  });

  test('is never more than refused, whatever the wire holds', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, foreign, anyOf(schema)), (data) => {
        const read = fromWire(schema, data);
        expect('wrong' in read ? read.wrong : read.value).toBeDefined();
      }),
    );
  });
});

test('members are in snake_case, except what is somebody else’s', () => {
  const entry: LogEntry = {
    seq: 1,
    at: new Date('2026-11-21T18:00:00Z'),
    kind: 'audit',
    source: 'agent',
    requestId: 'r',
    agent: 'aauth:a@b',
    decidedBy: { person: 'cook', someRule: { keepMe: 1 } },
    parameters: { itemName: 'flour', nested: { unitPrice: 2 } },
    result: { orderId: 7, camelCase: null },
  };
  expect(toWire(LogEntry, entry)).toEqual({
    seq: 1,
    at: '2026-11-21T18:00:00.000Z',
    kind: 'audit',
    source: 'agent',
    request_id: 'r',
    agent: 'aauth:a@b',
    decided_by: { person: 'cook', someRule: { keepMe: 1 } },
    parameters: { itemName: 'flour', nested: { unitPrice: 2 } },
    result: { orderId: 7, camelCase: null },
  });
});

test('unknown members are ignored and null is not there', () => {
  expect(
    fromWire(BoundAgent, {
      id: '1',
      agent: 'aauth:a@b',
      iss: 'https://b',
      person: 'cook',
      bound_at: '2026-11-21T18:00:00Z',
      revoked_at: null,
      boundAt: 'camelCase is not the wire’s',
      mood: 'good',
    }),
  ).toEqual({
    value: {
      id: '1',
      agent: 'aauth:a@b',
      iss: 'https://b',
      person: 'cook',
      boundAt: new Date('2026-11-21T18:00:00Z'),
      revokedAt: undefined,
    },
  });
});

test('what is wrong is told in the wire’s own names', () => {
  expect(fromWire(BoundAgent, { id: '1', agent: 'a', iss: 'i', person: 'p', bound_at: 'yesterday' })).toEqual(
    {
      wrong: 'bound_at: Invalid ISO datetime',
    },
  );
});

const words = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
const decidedBy = fc.record({ person: words, via: words, id: words }, { noNullPrototype: true });
const optional = (members: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(members, { requiredKeys: [], noNullPrototype: true });
const by = fc.record({ digest: words, decidedBy }, { noNullPrototype: true });
const narrowing = optional({
  scope: words,
  description: words,
  approvedTools: fc.array(fc.record({ name: words, description: words }, { noNullPrototype: true }), {
    maxLength: 2,
  }),
  approvedResources: fc.array(words, { maxLength: 2 }),
  expiresAt: instant,
}).filter((narrow) => Object.keys(narrow).length > 0);
const decision = fc
  .tuple(
    by,
    fc.oneof(
      optional({ narrow: narrowing, apply: fc.constantFrom('once', 'mission', 'always') }).map((more) => ({
        action: 'approve',
        ...more,
      })),
      optional({ reason: words }).map((more) => ({ action: 'deny', ...more })),
      fc
        .tuple(
          words,
          optional({ options: fc.array(words, { maxLength: 3 }), timeoutSeconds: fc.integer({ min: 1 }) }),
        )
        .map(([question, more]) => ({ action: 'ask', question, ...more })),
      words.map((answer) => ({ action: 'answer', answer })),
    ),
  )
  .map(([common, act]) => ({ ...common, ...act }) as Decision);

test('every decision comes back from the wire as it was', () => {
  fc.assert(
    fc.property(decision, (value) => {
      expect(decisionFromWire(overTheWire(decisionToWire(value)))).toEqual({ value });
    }),
  );
});

test('every termination and revocation comes back from the wire as it was', () => {
  const termination = fc
    .tuple(
      fc.record(
        { reason: fc.constantFrom('revoked', 'superseded', 'administrative'), decidedBy },
        { noNullPrototype: true },
      ),
      optional({ note: words }),
    )
    .map(([common, more]) => ({ ...common, ...more }) as Termination);
  fc.assert(
    fc.property(termination, decidedBy, (value, actor) => {
      expect(terminationFromWire(overTheWire(terminationToWire(value)))).toEqual({ value });
      expect(revocationFromWire(overTheWire(revocationToWire(actor)))).toEqual({ value: actor });
    }),
  );
});

test.each([
  ['no action', { digest: 'd', decided_by: { person: 'p', via: 'v', id: 'i' } }],
  [
    'an action of another thing',
    { action: 'terminate', digest: 'd', decided_by: { person: 'p', via: 'v', id: 'i' } },
  ],
  ['no digest', { action: 'approve', decided_by: { person: 'p', via: 'v', id: 'i' } }],
  ['an empty digest', { action: 'approve', digest: '', decided_by: { person: 'p', via: 'v', id: 'i' } }],
  ['nobody who decides', { action: 'approve', digest: 'd' }],
  [
    'a person who is no name',
    { action: 'approve', digest: 'd', decided_by: { person: '', via: 'v', id: 'i' } },
  ],
  [
    'a question that asks nothing',
    { action: 'ask', question: '', digest: 'd', decided_by: { person: 'p', via: 'v', id: 'i' } },
  ],
  ['a NUL', { action: 'deny', reason: 'no\0', digest: 'd', decided_by: { person: 'p', via: 'v', id: 'i' } }],
  ['a list', []],
  ['nothing', null],
])('a decision with %s is not understood', (_, body) => {
  expect(decisionFromWire(body)).toHaveProperty('wrong');
});
