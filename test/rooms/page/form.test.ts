// What a browser posts is a press and what was filled in, or it is nothing.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filledLimits } from '#chat/chat.ts';
import { readForm } from '#page/form.ts';
import { hostile } from '../../support/hostile.ts';

const act = '7f0e9b36-6f0c-4f0e-9a59-2f6f0b8f8f10';
const press = { csrf: 'c', act, verb: 'approve', subject: 's', digest: 'd' };
const post = (body: string | URLSearchParams, type = 'application/x-www-form-urlencoded') =>
  readForm(
    new Request('http://localhost/visit/1', { method: 'POST', body, headers: { 'content-type': type } }),
  );
const form = (fields: Readonly<Record<string, string | readonly string[]>>) => {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...press, ...fields }))
    for (const each of [value].flat()) body.append(name, each);
  return body;
};

test('a form comes back as its press and its fields', async () => {
  const sent = await post(
    form({
      'v.reason': 'two\r\nlines',
      some: ['tools', 'resources'],
      'v.tools': ['0', '2'],
      moment: 'at',
      'v.at': '2026-11-30T09:30',
    }),
  );
  expect(sent).toEqual({
    csrf: 'c',
    act,
    press: { verb: 'approve', subject: 's', digest: 'd' },
    values: { reason: 'two\nlines', tools: '0,2', resources: '', at: '2026-11-30T09:30:00Z' },
  });
});

test.each([
  ['a verb of another card', form({ verb: 'stop' })],
  ['no one-time name', form({ act: 'again' })],
  ['a field longer than chat takes', form({ 'v.reason': 'x'.repeat(filledLimits.chars + 1) })],
  [
    'more fields than chat takes',
    form(Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`v.f${at}`, 'x']))),
  ],
  ['more than a form can be', form({ other: 'x'.repeat(70_000) })],
])('%s is no form', async (_, body) => {
  expect(await post(body)).toBeUndefined();
});

test('another content type is no form', async () => {
  expect(await post(JSON.stringify(press), 'application/json')).toBeUndefined();
  expect(await post(form({}).toString(), 'text/plain')).toBeUndefined();
});

test('whatever is posted, it is a form of bounded, storable text, or nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(hostile, hostile, { maxKeys: 30 }), hostile, async (fields, raw) => {
      for (const body of [form(fields), raw]) {
        const sent = await post(body);
        for (const value of Object.values(sent?.values ?? {})) {
          expect(value).not.toContain('\0');
          expect(value.length).toBeLessThanOrEqual(filledLimits.chars);
        }
      }
    }),
    { numRuns: 60 },
  );
});
