// What the operator may write down of a person, to be told once they say so.
import { describe, expect, test } from 'vitest';
import { OversightError, parseOversight } from '#oversight-reading.ts';

const withClaims = (claims: string) => `
people:
  - id: cook
    name: Carla Cook
    claims:
${claims
  .trim()
  .split('\n')
  .map((line) => `      ${line}`)
  .join('\n')}
`;

const faultsOf = (text: string) => {
  try {
    parseOversight(text, 'oversight.yaml');
    return [];
  } catch (error) {
    if (error instanceof OversightError) return error.faults.map(({ line, what }) => `${line} ${what}`);
    throw error;
  }
};

describe('claims', () => {
  test('are read by the names and kinds of OpenID Connect', () => {
    const { people } = parseOversight(
      withClaims(`
name: Carla Cook
email: carla@example.com
email_verified: true
birthdate: 1990-12-31
zoneinfo: Europe/Berlin
address: { country: DE, locality: Berlin }
tenant: kitchen
groups: [cooks, buyers]
`),
      'oversight.yaml',
    );
    expect(people[0]?.claims).toEqual({
      name: 'Carla Cook',
      email: 'carla@example.com',
      email_verified: true,
      birthdate: '1990-12-31',
      zoneinfo: 'Europe/Berlin',
      address: { country: 'DE', locality: 'Berlin' },
      tenant: 'kitchen',
      groups: ['cooks', 'buyers'],
    });
  });

  test.each([
    ['sub: somebody', '6 sub: there is no such member'],
    ['iss: https://evil.example', '6 iss: there is no such member'],
    ['scope: everything', '6 scope: there is no such member'],
    ['email: carla', '6 email: not an e-mail address'],
    ['zoneinfo: Kitchen', '6 zoneinfo: no time zone is called so; they are written like Europe/Berlin'],
    ['birthdate: yesterday', '6 birthdate: a date of birth is written like 1990-12-31'],
    ['groups: []', '6 groups: names nothing'],
  ])('%s is refused with its line', (claims, fault) => {
    expect(faultsOf(withClaims(claims))).toEqual([fault]);
  });
});

test('the resources whose access server this is are named by their issuers', () => {
  const people = 'people: [{ id: cook, name: Carla }]\n';
  expect(
    parseOversight(`${people}access_server_for: [https://erp.example]`, 'oversight.yaml').accessServerFor,
  ).toEqual(['https://erp.example']);
  expect(faultsOf(`${people}access_server_for: [erp]`)).toEqual([
    '2 access_server_for: not the issuer of a resource',
  ]);
});
