import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAgentIdentifier, isServerIdentifier } from '#aauth/identifiers.ts';

const production = { development: false };
const development = { development: true };

describe('a server identifier', () => {
  test.each(['https://agent.example', 'https://xn--nxasmq6b.example', 'https://a', 'https://a-1.b2.example'])(
    'is %s',
    (text) => {
      expect(isServerIdentifier(text, production)).toBe(true);
    },
  );

  test.each([
    '',
    'agent.example',
    'http://agent.example',
    'HTTPS://agent.example',
    'https://Agent.Example',
    'https://agent.example:8443',
    'https://agent.example:443',
    'https://agent.example/',
    'https://agent.example/v1',
    'https://agent.example?x',
    'https://agent.example#x',
    'https://user@agent.example',
    'https://user:secret@agent.example',
    'https://agent.example.',
    'https://.agent.example',
    'https://agent..example',
    'https://-agent.example',
    'https://agent-.example',
    'https://agent_1.example',
    'https://münchen.example',
    'https://agent.example\n',
    ' https://agent.example',
    'https://10.0.0.1',
    'https://2130706433',
    'https://[::1]',
    `https://${'a'.repeat(64)}.example`,
    `https://${'a.'.repeat(127)}ab`,
    'https://',
  ])('is not %j, in development either', (text) => {
    expect(isServerIdentifier(text, production)).toBe(false);
    expect(isServerIdentifier(text, development)).toBe(false);
  });

  test.each(['http://localhost:4700', 'http://127.0.0.1:4700', 'http://localhost', 'http://127.0.0.1:65535'])(
    'is %s in development alone',
    (text) => {
      expect(isServerIdentifier(text, development)).toBe(true);
      expect(isServerIdentifier(text, production)).toBe(false);
    },
  );

  test.each([
    'http://localhost:0',
    'http://localhost:04700',
    'http://localhost:65536',
    'http://localhost:4700/',
    'http://localhost.example',
    'http://127.0.0.2:80',
    'http://0.0.0.0:80',
    'http://[::1]:80',
    'http://LOCALHOST',
    'http://user@localhost:4700',
    'https://localhost:4700',
  ])('is never %s', (text) => {
    expect(isServerIdentifier(text, development)).toBe(false);
  });

  test('reads back as the same origin, whatever it is made of', () => {
    const near = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '-', '.', '/', '@', ':', '_', '%', 'ü') });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          near.map((host) => `https://${host}`),
          fc.string(),
        ),
        (text) => {
          if (!isServerIdentifier(text, production)) return;
          expect(new URL(text).origin).toBe(text);
          expect(new URL(text).href).toBe(`${text}/`);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('an agent identifier', () => {
  test.each([
    'aauth:assistant-v2@agent.example',
    'aauth:planner.7f3c@vendor.example',
    'aauth:planner.7f3c+search1@vendor.example',
    'aauth:Agent_X@agent.example',
    `aauth:${'a'.repeat(255)}@agent.example`,
  ])('is %s', (text) => {
    expect(isAgentIdentifier(text, production)).toBe(true);
  });

  test.each([
    'assistant@agent.example',
    'aauth:My Agent@agent.example',
    'aauth:@agent.example',
    'aauth:agent@http://agent.example',
    'aauth:agent@Agent.example',
    'aauth:agent@agent.example:8443',
    'aauth:agent@agent.example/',
    'aauth:agent@a@agent.example',
    'aauth:agent@',
    'aauth:agent',
    'AAUTH:agent@agent.example',
    'aauth:agént@agent.example',
    'aauth:agent@10.0.0.1',
    'aauth:agent\u202e@agent.example',
    `aauth:${'a'.repeat(256)}@agent.example`,
  ])('is not %j', (text) => {
    expect(isAgentIdentifier(text, production)).toBe(false);
    expect(isAgentIdentifier(text, development)).toBe(false);
  });

  test.each(['aauth:x@localhost', 'aauth:x@localhost:4700'])('is %s in development alone', (text) => {
    expect(isAgentIdentifier(text, development)).toBe(true);
    expect(isAgentIdentifier(text, production)).toBe(false);
  });

  test('is never anything with a space, a control or a second @ in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (local, domain) => {
        const text = `aauth:${local}@${domain}`;
        if (isAgentIdentifier(text, production)) expect(text).toMatch(/^aauth:[\w+.-]+@[a-z0-9.-]+$/);
      }),
    );
  });
});
