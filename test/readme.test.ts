// What the README tells a newcomer is true: its commands, its table, its example, its words and its files.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { understand } from '#conversation/grammar.ts';
import { parseOversight } from '#oversight-reading.ts';
import { settings } from '#settings.ts';

const readme = readFileSync('README.md', 'utf8');
const contributing = readFileSync('CONTRIBUTING.md', 'utf8');
const both = `${readme}\n${contributing}`;

test('the README’s configuration table is what the configuration reads', () => {
  const rows = settings.map(
    ({ name, meaning, secret }) => `| \`${name}\` | ${meaning}${secret ? ' (secret)' : ''} |`,
  );
  const table = ['| name | meaning |', '|---|---|', ...rows].join('\n');
  const [, between] = /<!-- settings: begin -->\n([^]*?)\n?<!-- settings: end -->/.exec(readme) ?? [];
  expect(between).toBe(table);
});

test('the README’s example of oversight.yaml is one', () => {
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
  const { people, channels, rules } = parseOversight(example, 'README.md');
  expect([people.length, channels.length, rules.length]).toEqual([2, 2, 2]);
});

test('the README’s example of sharing stands in that file', () => {
  const [example = '', sharing = ''] = [...readme.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, text = '']) => text,
  );
  const { rules, delegation } = parseOversight(`${example.split('\nrules:')[0]}\n${sharing}`, 'README.md');
  expect(rules).toMatchObject([
    { risk: 'spending money', quorum: 2, resources: ['https://bank.example'] },
    { quorum: 2, scopes: ['pay:*'] },
    { exclude: 'person' },
    { stepUp: 'second_person' },
    { stepUp: 'sign_in', actions: ['wire_money'] },
    { notify: ['bob'] },
  ]);
  expect(delegation).toEqual({ to: ['bob'], longestDays: 14 });
});

test('the README’s example of what the reviewer may let pass stands in that file', () => {
  const [example = '', , reviewed = ''] = [...readme.matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, text = '']) => text,
  );
  expect(parseOversight(`${example}\n${reviewed}`, 'README.md').reviewed).toMatchObject({
    passes: [{ scopes: ['catalog:read'] }, { actions: ['compare_prices'] }, { actions: ['add_to_list'] }],
    sample: 0.1,
    perMission: 5,
    perDay: 50,
    waitMs: 6_000,
  });
});

test('every npm script that is named is there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...both.matchAll(/npm (?:run )?(?!and |ci)([a-z]+)\b/g)].map(([, script = '']) => script);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

test('every command of the bot’s own that is named is there', () => {
  const usage = readFileSync('src/cli.ts', 'utf8');
  const named = [...both.matchAll(/node src\/cli\.ts ([a-z]+)/g)].map(([, command = '']) => command);
  expect(named).toContain('serve');
  expect(named.filter((command) => !usage.includes(`chaperone ${command}`))).toEqual([]);
});

test('every file that is named is there', () => {
  const named = [
    ...both.matchAll(/`((?:src|test|teams|migrations|docs)\/[\w./-]*|[\w-]+\.(?:json|ts))`/g),
  ].map(([, file = '']) => file);
  const linked = [...both.matchAll(/\]\(([\w./-]+)\)/g)].map(([, file = '']) => file);
  expect([...named, ...linked].filter((file) => !existsSync(file) && !existsSync(`src/${file}`))).toEqual([]);
});

describe('the words people can say are understood', () => {
  const rows = [...readme.matchAll(/^\| `([^`]+)` \| (?!.*\(secret\))/gm)].map(([, words = '']) => words);
  const said = rows.filter((words) =>
    /^(?:help|status|missions|what|home|digest|health|approve|deny|entry|hold|release|@colleague|I decide|stop)/.test(
      words,
    ),
  );

  test('all nineteen', () => expect(said).toHaveLength(19));

  test.each(said)('%s', (words) => {
    const text = words
      .replace('<mission>', 'the cake mission')
      .replace('<reason>', 'it is no ingredient')
      .replace('<day>', 'Friday')
      .replace('<number>', '12');
    expect(understand(text, { thread: 'mission' }).kind).not.toBe('unclear');
  });
});

test('the words that must do nothing do nothing', () => {
  for (const text of ['Don’t stop', 'should I stop?', 'approve, but not the candles'])
    expect(understand(text, { thread: 'mission' }).kind).toBe('unclear');
});
