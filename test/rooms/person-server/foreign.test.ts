// What other servers answer us, read: whatever it is, it is one of the answers there are, and can be kept and passed on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAccessAnswer } from '#person-server/access-server.ts';
import { waitMs } from '#person-server/admit.ts';
import { isWithin } from '#person-server/budget.ts';
import { readCounters } from '#person-server/counters.ts';
import {
  claimsAsked,
  claimsThere,
  claimsTold,
  claimsWithin,
  identitySupported,
} from '#person-server/identity.ts';
import { isStorable } from '#person-server/storable.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const json = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .record(
      {
        auth_token: fc.oneof(fc.string(), fc.jsonValue()),
        error: fc.oneof(fc.constantFrom('denied', 'invalid_request', 'Bad Error'), fc.jsonValue()),
        detail: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        clarification: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        timeout: fc.oneof(fc.double(), fc.jsonValue()),
        options: fc.oneof(fc.array(fc.string({ unit: 'binary' })), fc.jsonValue()),
        required_claims: fc.oneof(fc.array(fc.string({ unit: 'binary' })), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);
/** As they come over the wire: printable, or bytes that are no ASCII. */
const header = fc.string({ unit: fc.constantFrom(...'abc/:;="\\ \t-?#é\u00ff'.split('')), maxLength: 60 });
const requirement = fc.oneof(
  header,
  fc.constantFrom(
    'requirement=claims',
    'requirement=clarification',
    'requirement=approval',
    'requirement=interaction; url="https://as.example/é?x=1"; code="A1B2-C3D4"',
    'requirement=interaction; url="javascript:alert(1)"; code="A1B2-C3D4"',
    'requirement=interaction; url="https://as.example/bind"; code="\u00ff"',
    'x=1, requirement=claims;a="b"',
  ),
);
const location = fc.oneof(
  header,
  fc.constantFrom(
    '/waiting',
    'https://as.example/w',
    'https://evil.example/w',
    '//evil.example',
    'http://as.example/w',
  ),
);

describe('an access server', () => {
  test('that answers anything at all has granted, waits, wants to know, refuses, is busy or cannot be reached', () => {
    const status = fc.oneof(
      fc.constantFrom(200, 202, 402, 403, 401, 429, 503),
      fc.integer({ min: 100, max: 999 }),
    );
    fc.assert(
      fc.property(status, location, requirement, json, (status, location, requirement, body) => {
        const headers = new Headers({ location, 'aauth-requirement': requirement });
        const answer = readAccessAnswer({ development: false }, 'https://as.example/token', {
          status,
          headers,
          body: bytes(body),
        });
        switch (answer.kind) {
          case 'waits': {
            const { location, awaited } = answer.federation;
            expect(new URL(location).origin).toBe('https://as.example');
            expect(isStorable(answer.federation)).toBe(true);
            if (awaited.kind === 'interaction') {
              expect(new URL(awaited.url).protocol).toBe('https:');
              expect(`${awaited.url}${awaited.code}`).toMatch(/^[\x21-\x7e]*$/);
              expect(`${awaited.url}${awaited.code}`).not.toMatch(/["\\]/);
            }
            return;
          }
          case 'wants_payment':
          case 'wants_claims':
            expect(new URL(answer.location).origin).toBe('https://as.example');
            expect(isStorable(answer)).toBe(true);
            return;
          case 'refuses':
            expect(new Response(null, { status: answer.problem.status }).status).toBeGreaterThanOrEqual(400);
            expect(answer.problem.status).not.toBe(401);
            expect(isStorable(answer.problem)).toBe(true);
            return;
          case 'token':
            expect(answer.jwt).not.toBe('');
            return;
          default:
            expect(['busy', 'unreachable']).toContain(answer.kind);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a resource', () => {
  test('that counts anything at all is read whole or not', () => {
    const counters = fc.record(
      { as_of: fc.jsonValue(), usage: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          counters.map((one) => bytes(JSON.stringify(one))),
        ),
        (body) => {
          const read = readCounters(body);
          for (const { all_time } of read?.usage ?? []) expect(all_time).toBeGreaterThanOrEqual(0);
        },
      ),
    );
    const whole = { as_of: 1754619970, usage: [{ unit: 'USD', decimals: 6, all_time: 7, day: 1 }] };
    expect(readCounters(bytes(JSON.stringify(whole)))?.usage).toMatchObject([{ all_time: 7 }]);
  });

  test('is granted no more than it offered, whatever an access server writes', () => {
    const offered = { amount: 100, unit: 'USD', decimals: 2 };
    const granted = fc.oneof(
      fc.jsonValue(),
      fc.record({
        amount: fc.oneof(fc.integer(), fc.double(), fc.string()),
        unit: fc.constantFrom('USD', 'EUR'),
        decimals: fc.constantFrom(2, 3, -1),
      }),
    );
    fc.assert(
      fc.property(granted, (budget) => {
        if (!isWithin(budget, offered)) return;
        expect(budget).toMatchObject({ unit: 'USD', decimals: 2 });
        expect(budget?.amount).toBeLessThanOrEqual(100);
      }),
    );
    expect(isWithin({ ...offered, amount: 0 }, undefined)).toBe(false);
    expect(isWithin(undefined, offered)).toBe(true);
  });
});

describe('who somebody is', () => {
  const claims = { name: 'A', email: 'a@example.com', tenant: 'corp', groups: ['x'] };
  const people = new Map([['a', { id: 'a', silentGrants: 'approved' as const, claims }]]);
  const word = fc.oneof(
    fc.constantFrom(
      'openid',
      'profile',
      'email',
      'tenant',
      'groups',
      'roles',
      'name',
      'sub',
      '__proto__',
      'constructor',
    ),
    fc.string(),
  );

  test('is told by the claims there are of those that were asked for, and never as sub', () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (names, scope) => {
        const there = claimsThere(people, 'a', names);
        expect(there.every((name) => names.includes(name) && Object.hasOwn(claims, name))).toBe(true);
        expect(there).not.toContain('sub');
        expect(new Set(there).size).toBe(there.length);
        const told = claimsTold({ people }, 'a', names);
        expect(Object.keys(told)).toEqual(there);
        const asked = claimsAsked({ people }, 'a', scope);
        expect(claimsWithin(asked, scope)).toEqual(asked);
        expect(claimsWithin(asked, [])).toEqual([]);
        expect(claimsThere(people, 'nobody', names)).toEqual([]);
      }),
    );
    expect(identitySupported(people.values())).toEqual({
      scopes: ['openid', 'profile', 'email', 'tenant', 'groups'],
      claims: ['sub', 'name', 'email', 'tenant', 'groups'],
    });
  });
});

test('a wish to wait is some time, and never more than is given', () => {
  const written = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'wait=0123456789,; "'.split('')), maxLength: 30 }),
    fc.integer().map((seconds) => `respond-async, wait=${seconds}`),
  );
  fc.assert(
    fc.property(written, (prefer) => {
      const ms = waitMs(new Headers({ prefer }), 45_000) ?? 0;
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(45_000);
    }),
  );
  expect(waitMs(new Headers({ prefer: 'respond-async, wait=10' }), 45_000)).toBe(10_000);
  expect(waitMs(new Headers(), 45_000)).toBeUndefined();
});
