import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestOf } from '#aauth/canonical.ts';
import { encodeMission, isS256, s256Of } from '#aauth/mission-blob.ts';
import { problemResponse } from '#aauth/problem.ts';

const notJson = expect.objectContaining({ name: 'AauthError', code: 'not_json' });

describe('canonical JSON', () => {
  test('is that of RFC 8785, section 3.2.2', () => {
    const value = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    ) as unknown;
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('sorts members by UTF-16 code units, as RFC 8785, section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const order = [...canonicalJson(value).matchAll(/:"(\w+)/g)].map(([, name]) => name);
    expect(order).toEqual(['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew']);
  });

  test.each([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [295147905179352830000, '295147905179352830000'],
    [1e21, '1e+21'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
    [333333333.3333332, '333333333.3333332'],
    [-0.0000033333333333333333, '-0.0000033333333333333333'],
  ])('writes the number %d as RFC 8785, appendix B', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('does not depend on the order of members, and says the same value', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { noNullPrototype: true }),
        (value) => {
          const reversed = Object.fromEntries(Object.entries(value).toReversed());
          expect(canonicalJson(reversed)).toBe(canonicalJson(value));
          expect(digestOf(reversed)).toBe(digestOf(value));
          expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });

  test('is not written for what JSON cannot say', () => {
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      { a: 1n },
      cycle,
      undefined,
      '\ud800',
      { '\udfff': 1 },
    ]) {
      expect(() => digestOf(value)).toThrow(notJson);
    }
  });
});

test('a digest is the unpadded base64url SHA-256 of the canonical text', () => {
  expect(digestOf({ b: 1, a: undefined })).toBe(createHash('sha256').update('{"b":1}').digest('base64url'));
  expect(digestOf({})).toBe('RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o');
});

describe('a mission blob', () => {
  const mission = {
    agent: 'aauth:errand@agents.example',
    approvedAt: new Date('2026-11-21T12:00:00Z'),
    description: '# Cake\n\nBuy the ingredients: “flour”, eggs.',
  };

  test('holds what was approved and nothing else', () => {
    const { bytes } = encodeMission({
      ...mission,
      expiresAt: new Date('2026-11-28T12:00:00Z'),
      approvedTools: [{ name: 'Search', description: 'Search the web' }, { name: 'Read' }],
      approvedResources: ['https://shop.example'],
      members: { budget: 50, agent: 'somebody else' },
    });
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({
      agent: mission.agent,
      approved_at: '2026-11-21T12:00:00.000Z',
      expires_at: '2026-11-28T12:00:00.000Z',
      description: mission.description,
      approved_tools: [
        { name: 'Search', description: 'Search the web' },
        { name: 'Read', description: '' },
      ],
      approved_resources: ['https://shop.example'],
      budget: 50,
    });
    const plain = JSON.parse(new TextDecoder().decode(encodeMission(mission).bytes)) as object;
    expect(Object.keys(plain)).toEqual(['agent', 'approved_at', 'description']);
  });

  test('is named by the SHA-256 of its bytes, so that a millisecond makes another mission', () => {
    const { bytes, s256 } = encodeMission(mission);
    expect(s256).toBe(createHash('sha256').update(bytes).digest('base64url'));
    expect(s256Of(bytes)).toBe(s256);
    const approvedAt = new Date(mission.approvedAt.getTime() + 1);
    expect(encodeMission({ ...mission, approvedAt }).s256).not.toBe(s256);
  });

  test('has a name of one form, and another spelling of its bytes is another name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const s256 = s256Of(bytes);
        expect(isS256(s256)).toBe(true);
        expect(isS256(`${s256}=`)).toBe(false);
        expect(isS256(s256.slice(0, -1))).toBe(false);
      }),
    );
    // Same 32 bytes as `A` to a lenient decoder, by the last symbol's spare bits; names are compared, never decoded.
    expect(isS256(`${'A'.repeat(42)}B`)).toBe(true);
    expect(isS256(`${'A'.repeat(42)}+`)).toBe(false);
    expect(isS256('../../etc/passwd')).toBe(false);
  });
});

test('a problem is RFC 9457 with its error, is not cached, and its members never hide the error', async () => {
  const members = { mission_status: 'terminated', error: 'fine', status: 200 };
  const problem = { status: 403, error: 'mission_terminated', detail: 'it is over', members };
  const response = problemResponse({
    ...problem,
    headers: { 'cache-control': 'public', 'retry-after': '5' },
  });
  expect(response.status).toBe(403);
  expect(Object.fromEntries(response.headers)).toEqual({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '5',
  });
  expect(await response.json()).toEqual({
    status: 403,
    error: 'mission_terminated',
    detail: 'it is over',
    mission_status: 'terminated',
  });
});
