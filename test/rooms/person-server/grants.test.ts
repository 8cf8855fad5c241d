import { describe, expect, test } from 'vitest';
import {
  type Given,
  grantAuthToken,
  grantPermission,
  grantPersonToken,
  type Standing,
} from '#person-server/grants.ts';

const shop = 'https://shop.example';
const given = (...values: (string | null)[]): Given[] =>
  values.map((value, index) => ({ missionS256: 's256', value, requestId: `r${index}` }));

const standing = (but: Partial<Standing> = {}, consents: Given[] = []): Standing => ({
  silentGrants: 'approved',
  bound: true,
  approvedResources: [],
  approvedTools: [],
  given: () => Promise.resolve(consents),
  ...but,
});

describe('a silent grant', () => {
  test('is for what was approved with the mission, and says so', async () => {
    const approved = standing({ approvedResources: [shop], approvedTools: [{ name: 'Search' }] });
    for (const grant of [
      await grantPersonToken(approved, shop),
      await grantAuthToken(approved, shop, ['anything']),
      await grantPermission(approved, 'Search'),
    ]) {
      expect(grant).toMatchObject({
        kind: 'silent',
        policy: expect.stringContaining('approved with the mission'),
      });
    }
    expect(await grantPersonToken(approved, 'https://shop.example.evil')).toEqual({ kind: 'ask' });
    expect(await grantPermission(approved, 'search')).toEqual({ kind: 'ask' });
  });

  test('is for what was consented to before, all of it or nothing', async () => {
    const consents = given('read', 'list');
    expect(await grantAuthToken(standing({}, consents), shop, ['read'])).toMatchObject({ kind: 'silent' });
    expect(await grantAuthToken(standing({}, consents), shop, ['list', 'read'])).toMatchObject({
      kind: 'silent',
      policy: 'consented earlier in this mission, request r1',
    });
    expect(await grantAuthToken(standing({}, consents), shop, ['read', 'write'])).toEqual({ kind: 'ask' });
    expect(await grantAuthToken(standing({}, consents), shop, [])).toEqual({ kind: 'ask' });
    expect(await grantAuthToken(standing({}, given(null)), shop, [])).toMatchObject({ kind: 'silent' });
    expect(await grantAuthToken(standing({}, given(null)), shop, ['read'])).toEqual({ kind: 'ask' });
    expect(await grantPermission(standing({}, given('Pay')), 'Pay')).toMatchObject({ kind: 'silent' });
    const [first] = given(null);
    const always = standing({}, first ? [{ ...first, missionS256: null }] : []);
    expect(await grantPersonToken(always, shop)).toMatchObject({
      policy: 'consented for always, request r0',
    });
  });

  test('is never for an agent nobody has vouched for, nor for somebody who wants to be asked', async () => {
    for (const but of [{ bound: false }, { silentGrants: 'ask' }] as const) {
      const all = { approvedResources: [shop], approvedTools: [{ name: 'Search' }], ...but };
      const asked = standing(all, given('read', 'Search', null));
      expect(await grantPersonToken(asked, shop)).toEqual({ kind: 'ask' });
      expect(await grantAuthToken(asked, shop, ['read'])).toEqual({ kind: 'ask' });
      expect(await grantPermission(asked, 'Search')).toEqual({ kind: 'ask' });
    }
  });
});
