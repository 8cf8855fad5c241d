// What the operator may hand over to the reviewer, and what is refused although it is well written.
import { describe, expect, test } from 'vitest';
import { OversightError, parseOversight } from '#oversight-reading.ts';

const people = `people:
  - { id: maria, name: Maria }
  - { id: jonas, name: Jonas, silent_grants: ask }
default_person: maria
`;
const passing = (pass: string, more = '') => `${people}reviewed:
  lets_pass:
    - ${pass}
${more}`;

function faultOf(text: string): string {
  try {
    parseOversight(text, 'oversight.yaml');
  } catch (error) {
    if (error instanceof OversightError) return error.message;
    throw error;
  }
  return 'none';
}

test('without a word nothing is handed over', () => {
  expect(parseOversight(people, 'oversight.yaml').reviewed).toBeUndefined();
});

test('names are handed over to the letter, with a sample, caps and a wait that stand without being said', () => {
  const file = passing(
    '{ for: { people: [maria] }, resources: [https://market.example], scopes: [catalog:read] }',
    '    - { for: everyone, actions: [add_note], reversible: true }\n',
  );
  expect(parseOversight(file, 'oversight.yaml').reviewed).toEqual({
    passes: [
      { for: { people: ['maria'] }, resources: ['https://market.example'], scopes: ['catalog:read'] },
      { for: 'everyone', actions: ['add_note'] },
    ],
    sample: 0.1,
    perMission: 5,
    perDay: 50,
    waitMs: 6_000,
  });
});

describe('is refused, with its line:', () => {
  test.each([
    ['a pattern', '{ for: everyone, actions: [compare_*] }', 'without `*`'],
    ['everything', "{ for: everyone, actions: ['*'] }", 'without `*`'],
    ['letters that look like others', '{ for: everyone, actions: [r\u0435ad_labels] }', 'plain letters'],
    ['a payment', '{ for: everyone, actions: [pay_invoice], reversible: true }', 'always asked of people'],
    [
      'a scope that buys',
      '{ for: everyone, resources: [https://a.example], scopes: [buy:flour] }',
      'always asked of people',
    ],
    ['deleting', '{ for: everyone, actions: [delete_draft], reversible: true }', 'always asked of people'],
    ['giving access', '{ for: everyone, actions: [share_password] }', 'always asked of people'],
    ['sending', '{ for: everyone, actions: [send_mail], reversible: true }', 'always asked of people'],
    ['what nobody says can be undone', '{ for: everyone, actions: [add_note] }', 'reversible: true'],
    ['a scope of no resource', '{ for: everyone, scopes: [catalog:read] }', 'at which `resources`'],
    [
      'a resource by pattern',
      "{ for: everyone, resources: ['https://*.example'], scopes: [catalog:read] }",
      'not the issuer of a resource',
    ],
    ['nothing', '{ for: everyone }', 'names either'],
    [
      'an action at a resource',
      '{ for: everyone, resources: [https://a.example], actions: [read_labels] }',
      'an action is at no resource',
    ],
    ['nobody', '{ for: {}, actions: [read_labels] }', 'selects nothing'],
    ['a stranger', '{ for: { people: [nina] }, actions: [read_labels] }', 'nobody in people is called nina'],
    [
      'somebody who wants to be asked',
      '{ for: { people: [jonas] }, actions: [read_labels] }',
      'jonas wants to be asked',
    ],
  ])('%s', (_, pass, why) => {
    const fault = faultOf(passing(pass));
    expect(fault).toContain(why);
    expect(fault).toMatch(/oversight\.yaml:7: /);
  });

  test.each([
    ['no sample', 'sample: 0', 'whether they agree'],
    ['a sample of nearly nothing', 'sample: 0.01', 'whether they agree'],
    ['more than all', 'sample: 2', 'at most 1'],
    ['no end in a mission', 'per_mission: 1000', '50'],
    ['no end in a day', 'per_day: 100000', '1000'],
    ['a long wait', 'wait_seconds: 120', 'at most 20'],
    ['what there is not', 'always: true', 'no such member'],
  ])('%s', (_, member, why) => {
    expect(faultOf(passing('{ for: everyone, actions: [read_labels] }', `  ${member}\n`))).toContain(why);
  });

  test('a person with the reviewer’s name, whose yes would look like its own', () => {
    expect(faultOf('people: [{ id: reviewer, name: Rita }]')).toContain('the reviewer’s own name');
  });
});
