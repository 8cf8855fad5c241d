// What comes from outside, read: nothing that cannot be kept gets in, and nothing that is read throws.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '#person-server/body.ts';
import { faultOfNarrowing, scopeValues } from '#person-server/narrowing.ts';
import { openPace } from '#person-server/pace.ts';
import { escapeHtml } from '#person-server/page.ts';
import { asStorable, isStorable } from '#person-server/storable.ts';
import { TokenRequest } from '#person-server/token-request.ts';
import { isWebAddress } from '#person-server/web-address.ts';

const json = new Headers({ 'content-type': 'application/json; charset=utf-8' });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a body', () => {
  test('of any bytes is an object that can be kept, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        const read = readJson(json, body, 32);
        expect(['json', 'refused']).toContain(read.kind);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const read = readJson(json, bytes(JSON.stringify(value)), 64);
        if (read.kind === 'json') expect(isStorable(read.json, 64)).toBe(true);
        else expect(read.problem.status).toBe(400);
      }),
    );
  });

  test('nests as deep as it may, and no deeper', () => {
    const nested = (depth: number) => bytes(`{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`);
    expect(readJson(json, nested(32), 32).kind).toBe('json');
    expect(readJson(json, nested(33), 32).kind).toBe('refused');
  });
});

describe('a text', () => {
  test('can be kept when it has no NUL and no half of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(isStorable(text)).toBe(text.isWellFormed() && !text.includes('\0'));
        expect(isStorable({ [text]: 1 })).toBe(isStorable(text));
        const kept = asStorable(text, 10) ?? '';
        expect(isStorable(kept)).toBe(true);
        expect(kept.length).toBeLessThanOrEqual(10);
      }),
    );
    expect(isStorable([{ a: Number.POSITIVE_INFINITY }])).toBe(false);
  });

  test('on a page is text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});

describe('a device', () => {
  test.each([
    ['Chrome on macOS', true],
    ['Пиксель 8 (App)', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['two\nlines', false],
    ['turned \u202e round', false],
    ['zero\u200bwidth', false],
  ])('%j is shown: %s', (device, shown) => {
    expect(TokenRequest.safeParse({ device }).success).toBe(shown);
  });

  test('without a name is as one nobody spoke of', () => {
    for (const blank of ['', '  ']) {
      expect(TokenRequest.parse({ device: blank, justification: blank })).toEqual(TokenRequest.parse({}));
    }
  });

  test('on a platform nobody registered is on none', () => {
    expect(TokenRequest.parse({ platform: 'toaster' }).platform).toBeUndefined();
    expect(TokenRequest.parse({ platform: 'mobile' }).platform).toBe('mobile');
  });
});

describe('a narrowing', () => {
  const token = {
    type: 'auth_token' as const,
    resource: 'https://shop.example',
    scope: ['read', 'write'],
  };
  // Only what is looked at is told; the rest of a wanted token does not bear on it.
  const wanted = token as unknown as Parameters<typeof faultOfNarrowing>[0];
  const now = new Date();

  test('of a scope is a part of it, never more and never nothing', () => {
    const values = fc.array(fc.constantFrom('read', 'write', 'delete', 'admin'), { maxLength: 5 });
    fc.assert(
      fc.property(values, (asked) => {
        const fault = faultOfNarrowing(wanted, { scope: asked.join(' ') }, now);
        const fits = asked.length > 0 && asked.every((value) => token.scope.includes(value));
        expect(fault === undefined).toBe(fits);
      }),
    );
    expect(scopeValues('  read   write read ')).toEqual(['read', 'write']);
  });

  test('of a mission does not fit a token', () => {
    expect(faultOfNarrowing(wanted, { description: 'x' }, now)).toBeDefined();
    expect(faultOfNarrowing(wanted, { expiresAt: new Date(now.getTime() + 1) }, now)).toBeDefined();
    expect(faultOfNarrowing(wanted, undefined, now)).toBeUndefined();
    const mission = { type: 'mission', description: 'x' } as unknown as typeof wanted;
    expect(faultOfNarrowing(mission, { expiresAt: now }, now)).toBeDefined();
    expect(faultOfNarrowing(mission, { approvedTools: [{ name: 'Any' }] }, now)).toBeDefined();
  });
});

describe('an address', () => {
  test.each([
    ['https://shop.example/pay?x=1', true, true],
    ['http://localhost:4700/pay', false, true],
    ['http://127.0.0.1/pay', false, true],
    ['http://shop.example/pay', false, false],
    ['javascript:alert(1)', false, false],
    ['data:text/html,x', false, false],
    ['https://user:pass@shop.example/', false, false],
    ['//shop.example', false, false],
    ['', false, false],
  ])('%j is one a person may be sent to: %s, in development %s', (text, production, development) => {
    expect(isWebAddress(text, { development: false })).toBe(production);
    expect(isWebAddress(text, { development: true })).toBe(development);
  });
});

test('a pace is per request and per second', () => {
  let now = 1000;
  const pace = openPace(() => now);
  const polls = (id: string) => Array.from({ length: 25 }, () => pace.mayPoll(id)).filter(Boolean).length;
  expect(polls('one')).toBe(20);
  expect(polls('other')).toBe(20);
  now += 1000;
  expect(polls('one')).toBe(20);
});
