// Nobody outside the operator's rules is ever allowed, whatever else is true of them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor, Place } from '#chat/chat.ts';
import type { Rule } from '#oversight.ts';
import { parseOversight } from '#oversight-reading.ts';
import {
  approversOf,
  channelsFor,
  type Doing,
  mayDecide,
  mayHold,
  maySee,
  mayStop,
  onDrift,
  personBehind,
  stoppersOf,
} from '#policy/policy.ts';

const oversight = parseOversight(
  `
people:
  - { id: cook, name: Carla, slack: { team: T1, user: U1 } }
  - id: boss
    name: Bo
    slack: { team: T1, user: U2, enterprise: E1 }
    teams: { tenant: 0-0-0-0-A, user: 0-0-0-0-B }
  - { id: safety, name: Sam, slack: { team: T1, user: U3 } }
  - { id: baker, name: Ben, slack: { team: T1, user: U4 } }
default_person: cook
channels:
  - { id: kitchen, slack: { team: T1, channel: C1 }, oversees: { people: [cook] } }
  - { id: kitchen-teams, teams: { tenant: 0-0-0-0-a, channel: "19:k@thread.tacv2" }, oversees: { people: [cook] } }
  - { id: robots, slack: { team: T1, channel: C2 }, oversees: { agents: ["aauth:robot@x"] } }
  - { id: all, slack: { team: T1, channel: C3 }, oversees: everyone }
rules:
  - { for: { people: [cook], kinds: [payment] }, approve: [boss] }
  - { for: { people: [cook] }, approve: [cook, boss] }
  - { for: everyone, stop: [safety, boss] }
`,
  'oversight.yaml',
);

const kitchen: Place = { platform: 'slack', tenant: 'T1', channel: 'C1' };
const everywhere: Place = { platform: 'slack', tenant: 'T1', channel: 'C3' };
const teamsKitchen: Place = { platform: 'teams', tenant: '0-0-0-0-a', channel: '19:k@thread.tacv2' };
const errand = { person: 'cook', agent: 'aauth:errand@x', kind: 'auth_token' } as const;

const member = (user: string, more: Partial<Actor> = {}): Actor => ({
  platform: 'slack',
  tenant: 'T1',
  user,
  name: 'whoever',
  standing: 'member',
  ...more,
});
const cook = member('U1');
const boss = member('U2', { enterprise: 'E1' });
const safety = member('U3');
const baker = member('U4');
const bossInTeams = member('0-0-0-0-b', { platform: 'teams', tenant: '0-0-0-0-a' });

const doing = (actor: Actor, more: Partial<Doing> = {}): Doing => ({
  oversight,
  actor,
  place: kitchen,
  private: false,
  shared: false,
  matter: errand,
  ...more,
});
const as = (id: string) => ({ allowed: true, as: expect.objectContaining({ id }) as unknown, for: [] });
const no = (why: string) => ({ allowed: false, why });

describe('who decides', () => {
  test('those the first fitting rule names, from a channel that oversees the mission', () => {
    expect(mayDecide(doing(cook))).toEqual(as('cook'));
    expect(mayDecide(doing(boss))).toEqual(as('boss'));
    expect(mayDecide(doing(bossInTeams, { place: teamsKitchen }))).toEqual(as('boss'));
    expect(mayDecide(doing(safety))).toEqual(no('not_an_approver'));
    expect(mayDecide(doing(baker))).toEqual(no('not_an_approver'));
  });

  test('a rule for a kind of ask holds for that kind alone', () => {
    const payment = { matter: { ...errand, kind: 'payment' } } as const;
    expect(mayDecide(doing(cook, payment))).toEqual(no('not_an_approver'));
    expect(mayDecide(doing(boss, payment))).toEqual(as('boss'));
  });

  test('without a rule for a person, only that person', () => {
    const matter = { person: 'baker', agent: 'aauth:robot@x' };
    expect(mayDecide(doing(baker, { matter, place: everywhere }))).toEqual(as('baker'));
    expect(mayDecide(doing(boss, { matter, place: everywhere }))).toEqual(no('not_an_approver'));
  });

  test('nobody for a person the operator does not know', () => {
    const matter = { person: 'stranger', agent: 'aauth:errand@x' };
    for (const actor of [cook, boss, safety, baker])
      expect(mayDecide(doing(actor, { matter, place: everywhere }))).toEqual(no('not_an_approver'));
  });
});

describe('who stops', () => {
  test('those the first fitting rule that speaks of stopping names', () => {
    expect(mayStop(doing(safety))).toEqual(as('safety'));
    expect(mayStop(doing(boss))).toEqual(as('boss'));
    expect(mayStop(doing(cook))).toEqual(no('may_not_stop'));
    expect(mayHold(doing(safety))).toEqual(as('safety'));
    expect(mayHold(doing(cook))).toEqual(no('may_not_hold'));
  });
});

test('what follows from drift is what the first fitting rule that speaks of it says, and to be told without one', () => {
  const rule = (chosen: Rule['for'], action: NonNullable<Rule['onDrift']>): Rule => ({
    for: chosen,
    onDrift: action,
  });
  const rules = [
    rule({ agents: ['aauth:robot@x'] }, 'hold'),
    ...oversight.rules,
    rule({ people: ['cook'] }, 'ask'),
    rule('everyone', 'tell'),
  ];
  const of = (person: string, agent: string) => onDrift({ ...oversight, rules }, { person, agent });
  expect(of('cook', 'aauth:robot@x')).toBe('hold');
  expect(of('cook', 'aauth:errand@x')).toBe('ask');
  expect(of('baker', 'aauth:errand@x')).toBe('tell');
  expect(onDrift(oversight, { person: 'cook', agent: 'aauth:robot@x' })).toBe('tell');
});

describe('what never decides or stops, even for somebody the rules name', () => {
  test.each([
    ['guest', { actor: { ...boss, standing: 'guest' } }],
    ['external', { actor: { ...boss, standing: 'external' } }],
    ['bot', { actor: { ...boss, standing: 'bot' } }],
    ['unverified', { actor: { ...boss, standing: 'unknown' } }],
    ['unverified', { actor: { ...boss, standing: 'owner' } as unknown as Actor }],
    ['shared_place', { shared: true }],
    ['shared_place', { shared: true, private: true }],
    ['wrong_place', { place: { ...kitchen, channel: 'C9' } }],
    ['wrong_place', { place: { ...kitchen, tenant: 'T9' } }],
    ['wrong_place', { place: { platform: 'slack', tenant: 'T1', channel: 'C2' } }],
    ['wrong_place', { place: teamsKitchen }],
    ['wrong_place', { place: teamsKitchen, private: true }],
    ['unknown_person', { actor: { ...boss, enterprise: 'E2' } }],
    ['unknown_person', { actor: member('U2') }],
    ['unknown_person', { actor: { ...boss, tenant: 'T2' } }],
    ['unknown_person', { actor: { ...boss, platform: 'teams' } }],
    ['unknown_person', { actor: { ...boss, user: 'u2' } }],
  ] as [string, Partial<Doing>][])('%s', (why, more) => {
    expect(mayDecide(doing(boss, more))).toEqual(no(why));
    expect(mayStop(doing(boss, more))).toEqual(no(why));
  });
});

describe('who sees', () => {
  test('whoever belongs to a channel that oversees it, there', () => {
    for (const actor of [cook, baker, member('U77'), member('U78', { standing: 'guest' })]) {
      expect(maySee(doing(actor))).toBe(true);
      expect(maySee(doing(actor, { place: { ...kitchen, channel: 'C2' } }))).toBe(false);
      expect(maySee(doing(actor, { place: { ...kitchen, channel: 'C9' } }))).toBe(false);
    }
  });

  test('in private those the rules name, and nobody else', () => {
    const alone = { private: true, place: { ...kitchen, channel: 'D1' } };
    for (const actor of [cook, boss, safety]) expect(maySee(doing(actor, alone))).toBe(true);
    for (const actor of [baker, member('U77'), { ...cook, standing: 'guest' as const }])
      expect(maySee(doing(actor, alone))).toBe(false);
  });

  test('no outsider, bot or account that could not be checked, anywhere', () => {
    for (const standing of ['external', 'bot', 'unknown'] as const)
      for (const alone of [true, false])
        expect(maySee(doing({ ...cook, standing }, { private: alone }))).toBe(false);
  });
});

test('channels that oversee the same mission are all found', () => {
  expect(channelsFor(oversight, errand).map(({ id }) => id)).toEqual(['kitchen', 'kitchen-teams', 'all']);
  expect(channelsFor(oversight, { person: 'baker', agent: 'aauth:robot@x' }).map(({ id }) => id)).toEqual([
    'robots',
    'all',
  ]);
});

// Ids close to real ones, so that every near miss is tried, and arbitrary ones.
const near = (...ids: string[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ids) },
    fc.constantFrom(...ids).map((id) => id.toLowerCase()),
    fc.constantFrom(...ids).map((id) => `${id} `),
    fc.string(),
  );
const tenant = near('T1', 'T2', 'E1', '0-0-0-0-a', '0-0-0-0-A');
const anyActor: fc.Arbitrary<Actor> = fc.record(
  {
    platform: fc.constantFrom('slack', 'teams'),
    tenant,
    enterprise: near('E1', 'E2'),
    user: near('U1', 'U2', 'U3', 'U4', '0-0-0-0-b', 'cook', 'boss'),
    // What people can choose for themselves must not matter.
    name: fc.constantFrom('boss', 'Bo', 'U2', 'bo@example.com', '0-0-0-0-b'),
    standing: fc.constantFrom('member', 'member', 'member', 'guest', 'external', 'bot', 'unknown'),
  },
  { requiredKeys: ['platform', 'tenant', 'user', 'name', 'standing'] },
);
const anyPlace: fc.Arbitrary<Place> = fc.oneof(
  fc.constantFrom(kitchen, everywhere, teamsKitchen),
  fc.record({ platform: fc.constantFrom('slack', 'teams'), tenant, channel: near('C1', 'C2', 'C3', 'D1') }),
);
const anyDoing: fc.Arbitrary<Doing> = fc.record({
  oversight: fc.constant(oversight),
  actor: fc.oneof(anyActor, fc.constantFrom(cook, boss, safety, baker, bossInTeams)),
  place: anyPlace,
  private: fc.boolean(),
  shared: fc.boolean(),
  matter: fc.record(
    {
      person: near('cook', 'boss', 'baker'),
      agent: near('aauth:errand@x', 'aauth:robot@x'),
      kind: fc.constantFrom('mission', 'auth_token', 'payment'),
    },
    { requiredKeys: ['person', 'agent'] },
  ),
});

/** The file's identities, spelled out once more and by hand. */
const identities: Record<string, (actor: Actor) => boolean> = {
  cook: ({ platform, tenant, user }) => platform === 'slack' && tenant === 'T1' && user === 'U1',
  boss: ({ platform, tenant, user, enterprise }) =>
    (platform === 'slack' && tenant === 'T1' && user === 'U2' && enterprise === 'E1') ||
    (platform === 'teams' && tenant.toLowerCase() === '0-0-0-0-a' && user.toLowerCase() === '0-0-0-0-b'),
  safety: ({ platform, tenant, user }) => platform === 'slack' && tenant === 'T1' && user === 'U3',
  baker: ({ platform, tenant, user }) => platform === 'slack' && tenant === 'T1' && user === 'U4',
};

test('nobody outside the rules is ever allowed, whatever their name, e-mail or other ids say', () => {
  let allowed = 0;
  fc.assert(
    fc.property(anyDoing, (each) => {
      for (const [verdict, among] of [
        [mayDecide(each), approversOf(oversight, each.matter)],
        [mayStop(each), stoppersOf(oversight, each.matter)],
        [mayHold(each), stoppersOf(oversight, each.matter)],
      ] as const) {
        if (!verdict.allowed) continue;
        allowed += 1;
        expect(identities[verdict.as.id]?.(each.actor)).toBe(true);
        expect(among).toContain(verdict.as);
        expect(each.actor.standing).toBe('member');
        expect(each.shared).toBe(false);
        expect(each.place.platform).toBe(each.actor.platform);
        const channels = channelsFor(oversight, each.matter).map(
          ({ place }) => `${place.tenant} ${place.channel}`,
        );
        const here = `${each.place.platform === 'teams' ? each.place.tenant.toLowerCase() : each.place.tenant} ${each.place.channel}`;
        if (!each.private) expect(channels).toContain(here);
      }
    }),
    { numRuns: 20_000 },
  );
  // The property would hold of a door that never opens, too.
  expect(allowed).toBeGreaterThan(500);
});

test('a display name changes no verdict', () => {
  fc.assert(
    fc.property(anyDoing, fc.string(), (each, name) => {
      const renamed = { ...each, actor: { ...each.actor, name } };
      expect(mayDecide(renamed)).toEqual(mayDecide(each));
      expect(mayStop(renamed)).toEqual(mayStop(each));
      expect(maySee(renamed)).toBe(maySee(each));
      expect(personBehind(oversight, renamed.actor)).toBe(personBehind(oversight, each.actor));
    }),
  );
});
