// The operator's file is read whole or refused whole, and every mistake is named with its line.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultOversight } from '#oversight.ts';
import { OversightError, parseOversight } from '#oversight-reading.ts';

const whole = `
people:
  - id: cook
    name: Carla Cook
    silent_grants: ask
    slack: { team: T1, user: U1 }
  - id: boss
    name: Bo Boss
    slack: { team: T1, user: U2, enterprise: E1 }
    teams: { tenant: 0000AAAA-0000-0000-0000-000000000001, user: 00000000-0000-0000-0000-00000000ABCD }
default_person: cook
channels:
  - id: kitchen
    slack: { team: T1, channel: C1 }
    oversees: everyone
  - id: kitchen-teams
    teams: { tenant: 0000aaaa-0000-0000-0000-000000000001, channel: "19:abc@thread.tacv2" }
    oversees:
      people: [cook]
      agents: ["aauth:errand@agents.example"]
rules:
  - for: { people: [cook], kinds: [mission] }
    approve: [boss]
  - for: { people: [cook] }
    approve: [cook, boss]
    stop: [cook, boss]
  - for: everyone
    stop: [boss]
`;

const faultsOf = (text: string) => {
  try {
    parseOversight(text, 'oversight.yaml');
  } catch (error) {
    if (error instanceof OversightError) return error.faults.map(({ line, what }) => `${line} ${what}`);
    throw error;
  }
  return [];
};

test('a whole file is read into the rooms’ own words', () => {
  expect(parseOversight(whole, 'oversight.yaml')).toEqual({
    people: [
      { id: 'cook', name: 'Carla Cook', silentGrants: 'ask', slack: { team: 'T1', user: 'U1' } },
      {
        id: 'boss',
        name: 'Bo Boss',
        silentGrants: 'approved',
        slack: { team: 'T1', user: 'U2', enterprise: 'E1' },
        teams: {
          tenant: '0000aaaa-0000-0000-0000-000000000001',
          user: '00000000-0000-0000-0000-00000000abcd',
        },
      },
    ],
    defaultPerson: 'cook',
    channels: [
      {
        id: 'kitchen',
        place: { platform: 'slack', tenant: 'T1', channel: 'C1' },
        oversees: 'everyone',
      },
      {
        id: 'kitchen-teams',
        place: {
          platform: 'teams',
          tenant: '0000aaaa-0000-0000-0000-000000000001',
          channel: '19:abc@thread.tacv2',
        },
        oversees: { people: ['cook'], agents: ['aauth:errand@agents.example'] },
      },
    ],
    rules: [
      { for: { people: ['cook'] }, kinds: ['mission'], approve: ['boss'] },
      { for: { people: ['cook'] }, approve: ['cook', 'boss'], stop: ['cook', 'boss'] },
      { for: 'everyone', stop: ['boss'] },
    ],
  });
});

test('reminders and the way to others are read, and what cannot be is named', () => {
  const more = (text: string) => `${whole}${text}`;
  const read = parseOversight(
    more('reminders: { at: [0.5, 0.75] }\nescalate: { at: 0.9, channel: kitchen }\n'),
    'oversight.yaml',
  );
  expect([read.reminders, read.escalation]).toEqual([[0.5, 0.75], { at: 0.9, channel: 'kitchen' }]);
  expect(parseOversight(more('reminders: { at: [] }\n'), 'oversight.yaml').reminders).toEqual([]);
  expect(faultsOf(more('reminders: { at: [0.5, 0.5] }\n'))).toEqual([
    '29 at: each is later than the one before',
  ]);
  expect(faultsOf(more('reminders: { at: [1] }\n'))).toEqual([expect.stringMatching(/between 0 and 1/)]);
  expect(faultsOf(more('escalate: { at: 0.9, channel: cellar }\n'))).toEqual([
    '29 channel: no channel is called cellar',
  ]);
  const growing = (text: string) =>
    parseOversight(more(`reminders: { ${text} }\n`), 'oversight.yaml').reminders?.map((at) => at.toFixed(2));
  expect(growing('first: 0.1')).toEqual(['0.10', '0.30', '0.70']);
  expect(growing('first: 0.05, back_off: 3')).toEqual(['0.05', '0.20', '0.65']);
  expect(growing('first: 0.01, back_off: 1')).toHaveLength(5);
  expect(faultsOf(more('reminders: { at: [0.5], back_off: 2 }\n'))).toEqual([
    expect.stringMatching(/says either `at`/),
  ]);
});

test('a rule’s own reminders and way to others are read, and a rule may be there for them alone', () => {
  const ruled = (rules: string) =>
    `people: [{ id: cook, name: Cook }]\nchannels: [{ id: kitchen, slack: { team: T1, channel: C1 }, oversees: everyone }]\nrules:\n${rules}`;
  const { rules } = parseOversight(
    ruled(
      '  - { for: { kinds: [payment] }, reminders: { first: 0.2 }, escalate: { at: 0.5, channel: kitchen } }\n  - { for: everyone, escalate: never }\n',
    ),
    'f',
  );
  expect(rules).toMatchObject([
    { kinds: ['payment'], escalation: { at: 0.5, channel: 'kitchen' } },
    { for: 'everyone', escalation: 'never' },
  ]);
  expect(faultsOf(ruled('  - { for: everyone, escalate: { at: 0.5, channel: cellar } }\n'))).toEqual([
    '4 channel: no channel is called cellar',
  ]);
  expect(
    faultsOf(
      ruled('  - { for: everyone, escalate: never }\n  - { for: { kinds: [payment] }, escalate: never }\n'),
    ),
  ).toEqual([expect.stringMatching(/^5 escalate: never reached/)]);
  expect(faultsOf(ruled('  - { for: everyone }\n'))).toEqual([expect.stringMatching(/reminders/)]);
});

test('in whose names mission control’s callers decide is read, and names only people there are', () => {
  const voices = (text: string) => `${whole}mission_control: { ${text} }\n`;
  const [first] = parseOversight(whole, 'oversight.yaml').people;
  expect(parseOversight(whole, 'oversight.yaml').voices).toBeUndefined();
  expect(
    parseOversight(voices(`token: [${first?.id}], callers: { console: [] }`), 'oversight.yaml').voices,
  ).toEqual({ token: [first?.id], callers: { console: [] } });
  expect(faultsOf(voices('callers: { console: [nobody] }'))).toEqual([
    expect.stringMatching(/nobody in people is called/),
  ]);
});

test('identical asks share a card unless the operator wants one for each', () => {
  expect(parseOversight(whole, 'oversight.yaml').batches).toBeUndefined();
  expect(parseOversight(`${whole}batches: true\n`, 'oversight.yaml').batches).toBeUndefined();
  expect(parseOversight(`${whole}batches: false\n`, 'oversight.yaml').batches).toBe(false);
});

test('when a mission’s person is asked whether it should go on is read in hours', () => {
  const stale = (text: string) => `${whole}stale: { ${text} }\n`;
  expect(parseOversight(stale('idle_hours: 0.5'), 'oversight.yaml').stale).toEqual({
    idleMs: 1_800_000,
    againMs: 86_400_000,
  });
  expect(faultsOf(stale('ask_again_hours: 1'))).toEqual([expect.stringMatching(/29 stale: says none of/)]);
  expect(faultsOf(stale('idle_hours: 0'))).toEqual([
    expect.stringMatching(/29 idle_hours: a number of hours/),
  ]);
  expect(parseOversight(whole, 'oversight.yaml').stale).toBeUndefined();
});

test('the smallest file is one person', () => {
  expect(parseOversight('people: [{ id: cook, name: Cook }]', 'f')).toEqual({
    people: [{ id: 'cook', name: 'Cook', silentGrants: 'approved' }],
    defaultPerson: 'cook',
    channels: [],
    rules: [],
  });
});

test('every mistake in the shape is named at once, each with its line', () => {
  expect(
    faultsOf(`people:
  - id: cook
    slack: { team: T1, user: carla }
    emial: carla@example.com
  - id: 7
    name: Seven
    silent_grants: sometimes
channels:
  - id: kitchen
    slack:
      team: T1
      channel: "#kitchen"
    oversees: all
rules:
  - for: { peple: [cook] }
    approve: []
`),
  ).toEqual([
    '2 name: Invalid input: expected string, received undefined',
    '3 user: not a Slack user id (never a name)',
    '4 emial: there is no such member',
    '5 id: Invalid input: expected string, received number',
    '7 silent_grants: Invalid option: expected one of "ask"|"approved"',
    '12 channel: not a Slack channel id (never a name)',
    '13 oversees: either `everyone`, or a list of `people` or `agents`',
    '15 peple: there is no such member',
    '16 approve: nobody could satisfy this rule',
  ]);
});

test('a second use of an id, an identity or a channel is refused where it stands', () => {
  expect(
    faultsOf(`people:
  - { id: cook, name: A, slack: { team: T1, user: U1 } }
  - id: cook
    name: B
    slack: { team: T1, user: U1, enterprise: E9 }
    teams: { tenant: 0-0-0-0-a, user: 0-0-0-0-b }
  - id: dora
    name: C
    teams: { tenant: 0-0-0-0-A, user: 0-0-0-0-B }
channels:
  - { id: k, slack: { team: T1, channel: C1 }, oversees: everyone }
  - id: k
    slack: { team: T1, channel: C1 }
    oversees: { people: [cook] }
`),
  ).toEqual([
    '1 people: with several people, `default_person` has to say whom an unknown agent is offered to',
    '3 id: cook is already taken further up',
    '5 slack: T1 U1 is already taken further up',
    '9 teams: 0-0-0-0-a 0-0-0-0-b is already taken further up',
    '12 id: k is already taken further up',
    '13 slack: T1 C1 is already taken further up',
  ]);
});

test('a name that means nobody is refused wherever it is used', () => {
  expect(
    faultsOf(`people:
  - { id: cook, name: Cook }
default_person: cok
channels:
  - id: k
    slack: { team: T1, channel: C1 }
    oversees:
      people: [cook, dora]
rules:
  - for: { people: [emil] }
    approve:
      - cook
      - fritz
    stop: [gerd]
`).filter((fault) => fault.includes('nobody in people')),
  ).toEqual([
    '3 default_person: nobody in people is called cok',
    '8 people: nobody in people is called dora',
    '10 people: nobody in people is called emil',
    '13 approve: nobody in people is called fritz',
    '14 stop: nobody in people is called gerd',
  ]);
});

test('a name that no server and no agent can have is refused: its rule would never fit, and a lesser one would', () => {
  const rule = (chosen: string) => `people:
  - { id: cook, name: Cook }
rules:
  - { for: ${chosen}, approve: [cook] }
`;
  const issuer = '4 resources: not the issuer of a resource';
  for (const resource of [
    'https://bank.example/',
    'https://Bank.example',
    'https://bank.example/api',
    'https://bank.example:443',
    'http://bank.example',
    'bank.example',
  ])
    expect([resource, faultsOf(rule(`{ resources: ['${resource}'] }`))]).toEqual([resource, [issuer]]);
  const agent = '4 agents: not an agent’s identifier, `aauth:name@domain`';
  for (const name of ['errand@agents.example', 'aauth:errand', 'aauth:*@agents.example', ' aauth:a@x'])
    expect([name, faultsOf(rule(`{ agents: ['${name}'] }`))]).toEqual([name, [agent]]);
  expect(
    faultsOf(`people:
  - { id: cook, name: Cook }
channels:
  - { id: k, slack: { team: T1, channel: C1 }, oversees: { agents: [errand] } }
access_server_for: ['https://erp.example/']
reviewed:
  lets_pass:
    - { for: { agents: [errand] }, actions: [read_labels] }
    - { for: everyone, resources: ['https://shop.example/'], scopes: ['catalog:read'] }
`),
  ).toEqual([
    agent,
    '5 access_server_for: not the issuer of a resource',
    agent.replace('4', '8'),
    issuer.replace('4', '9'),
  ]);
  expect(faultsOf(rule("{ resources: ['http://localhost:4001', 'https://bank.example'] }"))).toEqual([]);
});

test('a rule that can never work is refused', () => {
  expect(
    faultsOf(`people:
  - { id: cook, name: Cook, slack: { team: T1, user: U1 } }
  - { id: boss, name: Boss, teams: { tenant: 0-0-0-0-1, user: 0-0-0-0-2 } }
default_person: cook
channels:
  - { id: k, slack: { team: T1, channel: C1 }, oversees: { people: [cook] } }
  - { id: both, slack: { team: T1, channel: C2 }, teams: { tenant: 0-0-0-0-1, channel: "19:x" }, oversees: { people: [boss] } }
  - { id: none, oversees: {} }
rules:
  - for: { people: [cook], kinds: [mission] }
    approve: [boss]
  - for: { people: [cook], kinds: [permission] }
    stop: [cook]
  - for: { people: [cook, boss] }
    approve: [cook]
  - for: { people: [boss], agents: ['aauth:a@x'] }
    approve: [cook]
  - for: {}
`),
  ).toEqual([
    '7 id: a channel is either in `slack` or in `teams`',
    '8 id: a channel is either in `slack` or in `teams`',
    '8 oversees: selects nothing; write `everyone` if that is meant',
    '11 approve: nobody could satisfy this rule: none of them is on a platform where these missions are shown',
    '13 stop: a stop ends the whole mission and cannot depend on `kinds`',
    '17 approve: never reached: an earlier rule already speaks for all of these',
    '18 for: selects nothing; write `everyone` if that is meant',
    '18 for: says neither who may `approve`, who is to `notify` nor who may `stop`, nor anything about `reminders`, where to `escalate` or what to do `on_drift`',
  ]);
});

const shop = `people:
  - { id: cook, name: Cook, slack: { team: T1, user: U1 } }
  - { id: boss, name: Boss, slack: { team: T1, user: U2 } }
  - { id: away, name: Away }
default_person: cook
channels:
  - { id: k, slack: { team: T1, channel: C1 }, oversees: { people: [cook] } }
`;

test('a rule says what follows from drift, for whole missions only, and once', () => {
  const rules = (text: string) => `${shop}rules:\n${text}`;
  expect(
    parseOversight(
      rules(
        '  - { for: { people: [cook] }, on_drift: hold }\n  - { for: everyone, approve: [cook], on_drift: ask }\n',
      ),
      'oversight.yaml',
    ).rules,
  ).toMatchObject([{ onDrift: 'hold' }, { approve: ['cook'], onDrift: 'ask' }]);
  expect(
    faultsOf(
      rules(`  - { for: everyone, on_drift: pause }
`),
    ),
  ).toHaveLength(1);
  expect(
    faultsOf(
      rules(`  - { for: everyone, on_drift: hold }
  - { for: { people: [cook] }, on_drift: tell }
  - { for: { people: [cook], kinds: [payment] }, on_drift: ask }
`),
    ).map((fault) => fault.replace(/^\d+ /, '')),
  ).toEqual([
    'on_drift: never reached: an earlier rule already speaks for all of these',
    'on_drift: never reached: an earlier rule already speaks for all of these',
    'on_drift: a mission drifts as a whole, whatever its `kinds`',
  ]);
});

test('a rule says how many approve, who is told, and which risk it is for', () => {
  expect(
    parseOversight(
      `${shop}rules:
  - for: { people: [cook], scopes: ["mail:*"], actions: [pay], resources: ["https://shop.example"] }
    risk: spending money
    approve: [cook, boss]
    notify: [away]
    quorum: 2
  - { for: { people: [cook] }, approve: [boss], exclude: person }
delegation: { to: [boss], longest_days: 7 }
`,
      'oversight.yaml',
    ),
  ).toMatchObject({
    rules: [
      {
        for: { people: ['cook'] },
        scopes: ['mail:*'],
        actions: ['pay'],
        resources: ['https://shop.example'],
        risk: 'spending money',
        approve: ['cook', 'boss'],
        notify: ['away'],
        quorum: 2,
      },
      { for: { people: ['cook'] }, approve: ['boss'], exclude: 'person' },
    ],
    delegation: { to: ['boss'], longestDays: 7 },
  });
});

test.each([
  [
    'more are asked for than could decide where the missions are shown',
    '{ for: { people: [cook] }, approve: [cook, away], quorum: 2 }',
    ['9 approve: nobody could satisfy this rule: it asks for 2, and 1 of them could decide such an ask'],
  ],
  [
    'a second person is asked for where there is only one',
    '{ for: everyone, approve: [cook], step_up: second_person }',
    ['9 approve: nobody could satisfy this rule: it asks for 2, and 1 of them could decide such an ask'],
  ],
  [
    'a sign-in is asked for of people whom the issuer does not know',
    '{ for: everyone, approve: [cook, boss], step_up: sign_in }',
    [
      '9 approve: nobody could satisfy this rule: it asks for a sign-in, and none of them has an `oidc` identity',
    ],
  ],
  [
    'nobody is left once the person themselves is excluded',
    '{ for: { people: [cook] }, approve: [cook], exclude: person }',
    [
      '9 approve: nobody could satisfy this rule: it asks for 1, and 0 of them could decide an ask of cook’s own agents',
    ],
  ],
  [
    'too few are left once the person themselves is excluded',
    '{ for: everyone, approve: [cook, boss], quorum: 2, exclude: person }',
    [
      '9 approve: nobody could satisfy this rule: it asks for 2, and 1 of them could decide an ask of cook’s own agents',
    ],
  ],
  [
    'a quorum stands where nobody approves',
    '{ for: everyone, stop: [cook], quorum: 2 }',
    ['9 quorum: says something about approving, and this rule does not `approve`'],
  ],
  [
    'an approver is told besides',
    '{ for: everyone, approve: [cook], notify: [cook] }',
    ['9 notify: cook approves, and is told by that'],
  ],
  [
    'a star stands inside a pattern',
    '{ for: { scopes: ["a*b"] }, approve: [cook] }',
    ['9 scopes: a `*` stands only at the end'],
  ],
  [
    'a stop depends on a scope',
    '{ for: { scopes: [a] }, stop: [cook] }',
    ['9 stop: a stop ends the whole mission and cannot depend on `scopes`'],
  ],
])('refused: %s', (_, rule, faults) => {
  expect(faultsOf(`${shop}rules:\n  - ${rule}\n`)).toEqual(faults);
});

test('a rule for a pattern that an earlier rule holds is never reached', () => {
  const rules = (first: string, second: string) =>
    faultsOf(
      `${shop}rules:\n  - { for: { scopes: ["${first}"] }, approve: [cook] }\n  - { for: { scopes: ["${second}"] }, approve: [boss] }\n`,
    );
  const never = ['10 approve: never reached: an earlier rule already speaks for all of these'];
  expect(rules('mail:*', 'mail:send')).toEqual(never);
  expect(rules('mail:*', 'mail:s*')).toEqual(never);
  expect(rules('mail:s*', 'mail:*')).toEqual([]);
  expect(rules('mail:send', 'mail:send*')).toEqual([]);
});

test('broken YAML is named with its line, and so are members given twice', () => {
  expect(faultsOf('people:\n  - id: [cook\n')[0]).toMatch(/^[23] /);
  expect(faultsOf('people:\n  - id: cook\n    name: a\n    name: b\n')).toEqual([
    '4 Map keys must be unique',
  ]);
  expect(faultsOf('people: *nobody\n')[0]).toContain('an alias');
  expect(faultsOf('')).toHaveLength(1);
});

test('the error reads like a compiler’s', () => {
  expect(() => parseOversight('people: []\nfoo: 1\n', 'conf/oversight.yaml')).toThrow(
    'conf/oversight.yaml:1: people: there is nobody here\nconf/oversight.yaml:2: foo: there is no such member',
  );
});

test('development without a file has one person and no channels', () => {
  expect(defaultOversight()).toMatchObject({
    people: [{ id: 'person' }],
    defaultPerson: 'person',
    channels: [],
  });
});

test('whatever the text, the answer is rules or named faults, never another failure', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        // A whole file with a piece cut out of it or put into it somewhere.
        fc
          .tuple(
            fc.nat(whole.length),
            fc.nat(30),
            fc.constantFrom('', '*a', '&a ', '{', '- ', ': ', '!!x ', '<<: '),
          )
          .map(([start, length, put]) => whole.slice(0, start) + put + whole.slice(start + length)),
      ),
      (text) => {
        const lines = text.split('\n').length;
        for (const fault of faultsOf(text)) {
          expect(Number.parseInt(fault, 10)).toBeGreaterThan(0);
          expect(Number.parseInt(fault, 10)).toBeLessThanOrEqual(lines);
        }
      },
    ),
  );
});
