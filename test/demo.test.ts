// `npm run demo -- --auto`, as anybody would run it: the whole story, played and checked from the outside.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

test('the demo plays the whole story, every step happens as told, and nothing stays behind', {
  timeout: 240_000,
}, async () => {
  const demo = spawn(process.execPath, ['src/cli.ts', 'demo', '--auto'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Handed on and not shared: a process that lives too long must not keep our own from ending.
  demo.stderr.pipe(process.stderr, { end: false });
  let said = '';
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(demo, 'close');

  expect(said).toMatch(/ {2}Teams {2}http:\/\/localhost:\d+/);
  expect(linesOf(said)).toEqual([
    'The agent proposes a mission',
    'Approved by Maria',
    'It buys flour',
    'It wants a PlayStation',
    'Denied by Maria, in Teams',
    'It buys a cake stand',
    'It buys candles',
    'It buys a banner',
    'It buys a birthday card',
    'It buys party hats',
    'It buys a tablecloth',
    'Stopped by Jonas',
    '“Next week” it tries once more',
  ]);
  expect(said).not.toContain('✗');
  expect(said).toMatch(/All \d+ steps happened as told\.\n$/);
  expect(code).toBe(0);

  // What it started is gone: nobody answers at the addresses it told.
  for (const [address] of said.matchAll(/http:\/\/localhost:\d+/g))
    await expect(fetch(address)).rejects.toThrow();
});

/** The beginnings of the numbered lines of the story, cut where what varies begins. */
function linesOf(said: string): string[] {
  const lines = said.split('\n').filter((line) => /^ ?\d+ {2}/.test(line));
  return lines.map((line) => line.slice(4).replace(/(?:: |, (?!in Teams)|\. ).*$/, ''));
}
