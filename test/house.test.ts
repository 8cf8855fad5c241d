// The house keeps its order: a room imports only rooms to its left, and each package has one owner.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from 'vitest';

const rooms = [
  'aauth',
  'database',
  'person-server',
  'mission-control',
  'reviewer',
  'conversation',
  'cards',
  'chat',
  'page',
  'ledger',
  'policy',
  'flows',
] as const;

/** Files beside the rooms. `body`, `log` and the operator's `oversight` may be read anywhere; `http` is opened by main alone. */
const open = new Set(['body.ts', 'log.ts', 'oversight.ts']);
const doors = [
  'main.ts',
  'chats.ts',
  'tasks.ts',
  'cli.ts',
  'doctor.ts',
  'doctor-people.ts',
  'upkeep.ts',
  'body.ts',
  'config.ts',
  'settings.ts',
  'oversight.ts',
  'oversight-faults.ts',
  'oversight-file.ts',
  'oversight-reading.ts',
  'oversight-reviewed.ts',
  'http.ts',
  'log.ts',
];

/** Who may import a package. `*` in a room's name stands for the whole room. */
const owners: Record<string, readonly string[]> = {
  '@electric-sql/pglite': ['database'],
  '@hellocoop/httpsig': ['aauth'],
  '@hono/node-server': ['http.ts'],
  '@langchain/core': ['reviewer', 'conversation'],
  '@langchain/langgraph': ['reviewer', 'conversation'],
  '@langchain/openai': ['reviewer', 'conversation'],
  '@resvg/resvg-wasm': ['chat/slack'],
  '@slack/bolt': ['chat/slack'],
  '@slack/types': ['chat/slack'],
  '@slack/web-api': ['chat/slack'],
  botbuilder: ['chat/teams'],
  canonicalize: ['aauth'],
  'eventsource-parser': ['mission-control'],
  hono: ['person-server', 'mission-control', 'http.ts'],
  'ipaddr.js': ['aauth'],
  jose: ['aauth', 'chat/teams', 'mission-control', 'ledger'],
  'js-tiktoken': ['reviewer', 'conversation'],
  kysely: ['database', 'person-server', 'ledger'],
  'openid-client': ['page'],
  pg: ['database'],
  'pg-boss': ['database'],
  pino: ['log.ts'],
  undici: ['aauth'],
  yaml: ['oversight-reading.ts'],
  zod: [
    'aauth',
    'database',
    'person-server',
    'mission-control',
    'reviewer',
    'conversation',
    'chat',
    'page',
    'ledger',
    'flows',
    'settings.ts',
    'oversight-file.ts',
    'oversight-reading.ts',
    'oversight-reviewed.ts',
    'upkeep.ts',
  ],
};

type Import = { readonly from: string; readonly file: string; readonly typesOnly: boolean };

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(`src/${file}`, 'utf8').matchAll(
      /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm,
    ),
  ].map((match) => ({
    file,
    from: match[1] ?? match[2] ?? '',
    typesOnly: /^(?:import|export)\stype\s/.test(match[0]),
  })),
);

const withoutComments = (source: string) => source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');

const roomOf = (file: string) => rooms.find((room) => file.startsWith(`${room}/`));
const packageOf = (from: string) =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');

describe('the house', () => {
  test('has no file outside a room and the known doors', () => {
    const outside = files.filter(
      (file) => !roomOf(file) && !doors.includes(file) && !file.startsWith('demo/'),
    );
    expect(outside).toEqual([]);
  });

  test('imports inside a room by ./ or #room/, never by ../', () => {
    expect(imports.filter(({ from }) => from.startsWith('..'))).toEqual([]);
  });

  test('a room imports only rooms to its left', () => {
    const wrong = imports.filter(({ file, from }) => {
      const here = roomOf(file);
      if (!here || !from.startsWith('#')) return false;
      const target = from.slice(1);
      const there = roomOf(target);
      if (!there) return !open.has(target);
      return rooms.indexOf(there) > rooms.indexOf(here);
    });
    expect(wrong).toEqual([]);
  });

  test('goes round in no circle: what imports another file is never imported by it, by whatever way', () => {
    // A type is gone at run time, so two files may speak of each other's.
    const edges = new Map(
      files.map((file) => [
        file,
        imports
          .filter((each) => each.file === file && !each.typesOnly)
          .map(({ from }) => (from.startsWith('#') ? from.slice(1) : join(dirname(file), from)))
          .filter((to) => files.includes(to)),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    function follow(file: string, way: readonly string[]): void {
      const before = way.indexOf(file);
      if (before >= 0) circles.push([...way.slice(before), file].join(' → '));
      if (before >= 0 || done.has(file)) return;
      for (const next of edges.get(file) ?? []) follow(next, [...way, file]);
      done.add(file);
    }
    for (const file of files) follow(file, []);
    expect(circles).toEqual([]);
  });

  test('says every sentence of ours from the catalogue', () => {
    // `line.ts` is what the catalogue itself is written with.
    const makers = files.filter(
      (file) =>
        /^(?:cards|flows|chat)\//.test(file) && !file.startsWith('cards/words/') && file !== 'cards/line.ts',
    );
    const spoken = makers.flatMap((file) =>
      [
        ...withoutComments(readFileSync(`src/${file}`, 'utf8')).matchAll(
          /\b(?:ours|line)`((?:\$\{[^`]*?\}|[^`])*)`/g,
        ),
      ]
        .map(([, text = '']) => text.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, ' '))
        .filter((text) => /\p{L}{2}/u.test(text))
        .map((text) => `${file}: ${text.trim()}`),
    );
    expect(spoken).toEqual([]);
  });

  test('slack knows nothing of teams, nor teams of slack', () => {
    const wrong = imports.filter(
      ({ file, from }) =>
        (file.startsWith('chat/slack/') && from.startsWith('#chat/teams/')) ||
        (file.startsWith('chat/teams/') && from.startsWith('#chat/slack/')),
    );
    expect(wrong).toEqual([]);
  });

  test('each package is imported only by the room that owns it', () => {
    const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
    const wrong = imports.filter(({ file, from }) => {
      if (from.startsWith('#') || from.startsWith('.') || builtin.has(from)) return false;
      // The demo is a guest with its own agent and clients; it lives beside the rooms, not in them.
      if (file.startsWith('demo/')) return false;
      return !owners[packageOf(from)]?.some((owner) => file === owner || file.startsWith(`${owner}/`));
    });
    expect(wrong).toEqual([]);
  });

  test('only the configuration reads the environment', () => {
    const readers = files.filter(
      (file) =>
        /process\.env/.test(readFileSync(`src/${file}`, 'utf8')) &&
        file !== 'config.ts' &&
        !file.startsWith('demo/'),
    );
    expect(readers).toEqual([]);
  });
});
