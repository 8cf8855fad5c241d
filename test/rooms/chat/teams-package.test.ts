// The Teams app package as it is uploaded: what the manifest's schema v1.25 and the store's checks refuse.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const manifest = JSON.parse(readFileSync('teams/manifest.json', 'utf8')) as {
  readonly id: string;
  readonly manifestVersion: string;
  readonly supportsChannelFeatures: string;
  readonly developer: { readonly name: string };
  readonly name: { readonly short: string; readonly full: string };
  readonly description: { readonly short: string; readonly full: string };
  readonly icons: { readonly color: string; readonly outline: string };
  readonly permissions: readonly string[];
  readonly validDomains: readonly string[];
  readonly bots: readonly {
    readonly botId: string;
    readonly scopes: readonly string[];
    readonly commandLists: readonly { readonly commands: readonly { readonly title: string }[] }[];
  }[];
};

test('the manifest stays within the lengths and counts of its schema', () => {
  expect(manifest.name.short.length).toBeLessThanOrEqual(30);
  expect(manifest.name.full.length).toBeLessThanOrEqual(100);
  expect(manifest.description.short.length).toBeLessThanOrEqual(80);
  expect(manifest.description.full.length).toBeLessThanOrEqual(4_000);
  expect(manifest.developer.name.length).toBeLessThanOrEqual(32);
  expect(manifest.bots).toHaveLength(1);
  for (const { commands } of manifest.bots[0]?.commandLists ?? [])
    expect(commands.length).toBeLessThanOrEqual(12);
});

test('one app id stands in both places, for the operator to replace', () => {
  expect(manifest.bots[0]?.botId).toBe(manifest.id);
  expect(readFileSync('teams/manifest.json', 'utf8').split(manifest.id)).toHaveLength(3);
});

test('a bot in teams says what it does in shared channels, and asks for no more rights than to speak', () => {
  expect(manifest).toMatchObject({
    manifestVersion: '1.25',
    supportsChannelFeatures: 'tier1',
    validDomains: [],
  });
  expect(manifest.permissions).toEqual(['identity', 'messageTeamMembers']);
  expect(manifest).not.toHaveProperty('authorization');
});

test.each([
  ['color', 192],
  ['outline', 32],
] as const)('the %s icon is a square PNG of %i pixels with transparency', (name, size) => {
  const png = readFileSync(`teams/${manifest.icons[name]}`);
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[25]]).toEqual([size, size, 6]);
});
