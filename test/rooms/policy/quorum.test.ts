// Nobody decides alone where two are asked, the excluded never count, and nobody has a say that was not theirs to give.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor } from '#chat/chat.ts';
import type { Oversight } from '#oversight.ts';
import { parseOversight } from '#oversight-reading.ts';
import { type Delegation, whyNotDelegate } from '#policy/delegation.ts';
import type { Matter } from '#policy/matter.ts';
import { approversOf, mayDecide, notifiedOf } from '#policy/policy.ts';
import { type Need, needsOf, tally, type Vote } from '#policy/quorum.ts';

const people = ['ann', 'ben', 'cem', 'dora', 'ed'];

const oversight = parseOversight(
  `
people:
${people.map((id, at) => `  - { id: ${id}, name: ${id}, slack: { team: T1, user: U${at} } }`).join('\n')}
default_person: ann
channels:
  - { id: all, slack: { team: T1, channel: C1 }, oversees: everyone }
rules:
  - { for: { people: [ann], scopes: ["pay:*"] }, risk: money, approve: [ann, ben, cem], quorum: 2, notify: [dora] }
  - { for: { people: [ann], actions: [send_mail] }, approve: [ann, dora], exclude: person, notify: [ben] }
  - { for: { people: [ann], resources: ["https://bank.example"] }, approve: [ben, cem], step_up: second_person }
  - { for: { people: [ann] }, approve: [ann] }
delegation: { to: [ed, ben], longest_days: 7 }
`,
  'oversight.yaml',
);

const errand: Matter = { person: 'ann', agent: 'aauth:errand@x', kind: 'auth_token' };
const idsOf = (needs: readonly Need[]) =>
  needs.map(({ approvers, count }) => [approvers.map(({ id }) => id).join(' '), count]);

describe('what an ask needs', () => {
  test('the first rule that fits its scope, action or resource', () => {
    expect(idsOf(needsOf(oversight, errand))).toEqual([['ann', 1]]);
    expect(idsOf(needsOf(oversight, { ...errand, scopes: ['pay:rent'] }))).toEqual([['ann ben cem', 2]]);
    expect(idsOf(needsOf(oversight, { ...errand, actions: ['send_mail'] }))).toEqual([['dora', 1]]);
    expect(idsOf(needsOf(oversight, { ...errand, resources: ['https://bank.example'] }))).toEqual([
      ['ben cem', 2],
    ]);
    expect(idsOf(needsOf(oversight, { ...errand, scopes: ['repay:rent'] }))).toEqual([['ann', 1]]);
    expect(idsOf(needsOf(oversight, { ...errand, resources: ['https://bank.example.evil'] }))).toEqual([
      ['ann', 1],
    ]);
  });

  test('a harmless scope beside a harmful one hides nothing: the needs of both stand', () => {
    const both = needsOf(oversight, { ...errand, scopes: ['read', 'pay:rent', 'write'] });
    expect(idsOf(both)).toEqual([
      ['ann', 1],
      ['ann ben cem', 2],
    ]);
  });

  test('an agent that names thousands of things costs no more than the rules are many', () => {
    const many = (what: string) => Array.from({ length: 3_000 }, (_, at) => `${what}:${at}`);
    const began = Date.now();
    needsOf(oversight, { ...errand, scopes: many('pay'), actions: many('do'), resources: many('at') });
    expect(Date.now() - began).toBeLessThan(500);
  });

  test('those to be told are told, and have no say', () => {
    const matter = { ...errand, scopes: ['pay:rent'] };
    expect(notifiedOf(oversight, matter).map(({ id }) => id)).toEqual(['dora']);
    expect(approversOf(oversight, matter).map(({ id }) => id)).toEqual(['ann', 'ben', 'cem']);
    expect(mayDecide(doing('dora', matter))).toEqual({ allowed: false, why: 'not_an_approver' });
  });

  test('the excluded person is told that it is not theirs to decide', () => {
    const matter = { ...errand, actions: ['send_mail'] };
    expect(mayDecide(doing('ann', matter))).toEqual({ allowed: false, why: 'excluded' });
    expect(mayDecide(doing('dora', matter))).toMatchObject({ allowed: true, for: [] });
  });
});

const doing = (id: string, matter: Matter, delegations: readonly Delegation[] = []) => ({
  oversight,
  actor: {
    platform: 'slack',
    tenant: 'T1',
    user: `U${people.indexOf(id)}`,
    name: id,
    standing: 'member',
  } satisfies Actor,
  place: { platform: 'slack', tenant: 'T1', channel: 'C1' } as const,
  private: false,
  shared: false,
  matter,
  delegations,
});

const person = fc.constantFrom(...people);
const votes = fc.array(
  fc.record({ by: person, for: fc.option(person, { nil: undefined }), signedIn: fc.boolean() }),
  { maxLength: 8 },
);
const need: fc.Arbitrary<Need> = fc.record({
  approvers: fc.subarray([...oversight.people]),
  count: fc.integer({ min: 1, max: 3 }),
  excluded: fc.option(person, { nil: undefined }),
  risk: fc.constant(undefined),
  stepUp: fc.boolean(),
  signIn: fc.boolean(),
});
const needs = fc.array(need, { minLength: 1, maxLength: 3 });
const counted = (all: readonly Need[], cast: readonly Vote[]) =>
  tally(all, cast).needs.flatMap((each) => each.counted.map((vote) => ({ ...each, vote })));

describe('whatever is voted', () => {
  test('nobody decides alone where two are asked', () => {
    fc.assert(
      fc.property(needs, votes, (all, cast) => {
        if (!tally(all, cast).decisive) return;
        const most = Math.max(...all.map(({ count }) => count));
        expect(new Set(cast.map(({ by }) => by)).size).toBeGreaterThanOrEqual(most);
        expect(new Set(cast.map((vote) => vote.for ?? vote.by)).size).toBeGreaterThanOrEqual(most);
      }),
    );
  });

  test('the excluded never count, whoever they speak for', () => {
    fc.assert(
      fc.property(needs, votes, (all, cast) => {
        for (const each of counted(all, cast)) expect(each.vote.by).not.toBe(each.need.excluded);
      }),
    );
  });

  test('without a fresh sign-in no vote counts where one is asked for', () => {
    fc.assert(
      fc.property(needs, votes, (all, cast) => {
        for (const { need, vote } of counted(all, cast))
          if (need.signIn) expect(vote).toMatchObject({ signedIn: true });
      }),
    );
  });

  test('a say counts only where it is an approver’s, and once', () => {
    fc.assert(
      fc.property(needs, votes, (all, cast) => {
        for (const { need: each, counted: some } of tally(all, cast).needs) {
          const says = some.map((vote) => vote.for ?? vote.by);
          for (const say of says) expect(each.approvers.map(({ id }) => id)).toContain(say);
          expect(new Set(says).size).toBe(says.length);
          expect(some.length).toBeLessThanOrEqual(each.count);
        }
      }),
    );
  });

  test('a vote more never undoes an approval, and the same vote stays the decisive one', () => {
    fc.assert(
      fc.property(needs, votes, votes, (all, cast, more) => {
        const { decisive } = tally(all, cast);
        if (decisive) expect(tally(all, [...cast, ...more]).decisive).toBe(decisive);
      }),
    );
  });
});

describe('deciding for somebody', () => {
  const delegations = fc.array(fc.record({ id: fc.uuid(), from: person, to: person }), { maxLength: 6 });
  const matter = fc.constantFrom<Matter>(
    errand,
    { ...errand, scopes: ['pay:rent'] },
    { ...errand, actions: ['send_mail'] },
    { ...errand, resources: ['https://bank.example'], scopes: ['read', 'pay:x'] },
  );

  test('a delegate never exceeds the delegator, and only those the operator named are delegates', () => {
    fc.assert(
      fc.property(person, matter, delegations, (id, about, all) => {
        const verdict = mayDecide(doing(id, about, all));
        if (!verdict.allowed || verdict.for.length === 0) return;
        expect(oversight.delegation?.to).toContain(id);
        for (const principal of verdict.for) {
          // They could decide it themselves, without anybody's leave: there is no chain.
          expect(mayDecide(doing(principal.id, about))).toMatchObject({ allowed: true, for: [] });
          expect(all.some(({ from, to }) => from === principal.id && to === id)).toBe(true);
        }
      }),
    );
  });

  test('the excluded person decides for nobody', () => {
    const named: Oversight = { ...oversight, delegation: { to: ['ann'], longestDays: 7 } };
    const act = { ...errand, actions: ['send_mail'] };
    const verdict = mayDecide({
      ...doing('ann', act, [{ id: '1', from: 'dora', to: 'ann' }]),
      oversight: named,
    });
    expect(verdict).toEqual({ allowed: false, why: 'excluded' });
  });

  const now = new Date('2026-11-21T12:00:00Z');
  const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
  const named = (id: string) => {
    const found = oversight.people.find((each) => each.id === id);
    if (!found) throw new Error(id);
    return found;
  };
  const usual = { from: named('ann'), to: named('ed'), standing: 'member', until: inDays(3), now } as const;
  const { delegation: _, ...without } = oversight;

  test.each([
    ['to somebody named, for a while', oversight, {}, undefined],
    ['where the operator allows none', without, {}, 'delegation_off'],
    ['to somebody the operator did not name', oversight, { to: named('cem') }, 'not_a_delegate'],
    ['to nobody known', oversight, { to: undefined }, 'not_a_delegate'],
    ['to a guest’s account', oversight, { standing: 'guest' }, 'not_a_delegate'],
    ['to an account that cannot be checked', oversight, { standing: 'unknown' }, 'unverified'],
    ['to themselves', oversight, { from: named('ed') }, 'delegate_is_self'],
    ['until yesterday', oversight, { until: inDays(-1) }, 'delegation_over'],
    ['for longer than is allowed', oversight, { until: inDays(7.1) }, 'delegation_too_long'],
  ] as const)('letting somebody decide: %s', (_, rules, more, why) => {
    expect(whyNotDelegate(rules, { ...usual, ...more })).toBe(why);
  });
});
