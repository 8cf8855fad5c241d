// One card of each kind in the real pages, local Slack's and the Teams test client's: each is taken and drawn, and its
// picture lands in `test/artifacts` to be looked at (`npm run gallery`).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Card } from '#cards/card.ts';
import { inert } from '#cards/inert.ts';
import type { Chat, ChatListener, Place, Posted } from '#chat/chat.ts';
import { openSlack } from '#chat/slack/slack.ts';
import { openTeams } from '#chat/teams/teams.ts';
import { type LocalSlack, openLocalSlack } from '#demo/local-slack.ts';
import { people, workspace } from '#demo/people.ts';
import { openTeamsClient, type TeamsClient } from '#demo/teams-client.ts';
import { openLog } from '#log.ts';
import { artifacts, browserRunsHere, openBrowser } from './support/browser.ts';
import { everyCard } from './support/every-card.ts';
import { filesAtHand } from './support/files-at-hand.ts';
import { openRouteBook } from './support/teams-room.ts';

const listener: ChatListener = {
  accept: async () => {},
  read: async () => undefined,
  form: async () => undefined,
};
const log = openLog('silent');

describe.skipIf(!browserRunsHere)('every kind of card', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let slack: LocalSlack;
  let teams: TeamsClient;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chaperone-gallery-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const local = await openLocalSlack(workspace, folder);
    if (!local) throw new Error('no local Slack runs here');
    slack = stack.use(local);
    teams = stack.use(
      await openTeamsClient({
        botUrl: 'http://127.0.0.1:9/api/messages',
        people: [{ aad: people.maria.teams, name: people.maria.name }],
      }),
    );
    browser = await openBrowser();
    stack.defer(() => browser.close());
  });
  afterAll(() => stack.disposeAsync());

  /** Hangs each card and takes its picture where the page draws it. */
  async function show(
    chat: Chat,
    place: Place,
    where: (posted: Posted, card: Card) => Locator,
    who: Parameters<typeof everyCard>[0],
  ) {
    const drawn: string[] = [];
    for (const [kind, card] of Object.entries(everyCard(who))) {
      const posted = await chat.post(place, undefined, card, `mark-${kind}`);
      const hanging = where(posted, card);
      await hanging.getByText(card.title).first().waitFor({ timeout: 10_000 });
      await hanging.screenshot({
        path: `${artifacts}card-${place.platform}-${kind.replaceAll(' ', '-')}.png`,
      });
      drawn.push(kind);
    }
    return drawn;
  }

  test('is taken and drawn by local Slack', async () => {
    const chat = await openSlack(
      { ...slack.credentials, signingSecret: undefined, dates: 'plain', files: filesAtHand(), log },
      listener,
    );
    stack.use(chat);
    const place: Place = { platform: 'slack', tenant: workspace.team, channel: workspace.channel.id };
    const page = await browser.newPage({ viewport: { width: 1_000, height: 1_600 } });
    await page.goto(slack.page);
    const user = {
      platform: 'slack',
      tenant: workspace.team,
      user: people.maria.slack,
      name: inert('Maria'),
    } as const;
    await expect(
      show(chat, place, ({ message }) => page.locator(`.msg[data-ts="${message}"]`), [user]),
    ).resolves.toHaveLength(Object.keys(everyCard([])).length);
  }, 60_000);

  test('is taken and drawn by the Teams test client', async () => {
    const chat = openTeams(
      {
        identity: { kind: 'unauthenticated' },
        tenants: [teams.tenant],
        serviceUrlHosts: ['localhost'],
        defaultServiceUrl: teams.serviceUrl,
        log,
        routes: openRouteBook(),
      },
      listener,
    );
    const place: Place = { platform: 'teams', tenant: teams.tenant, channel: teams.channel };
    const page = await browser.newPage({ viewport: { width: 1_400, height: 1_600 } });
    await page.goto(teams.page);
    await page.getByText('Agent oversight', { exact: true }).first().click();
    await expect(
      show(
        chat,
        place,
        (_, { title }) => page.locator('.ac-adaptiveCard').filter({ hasText: title }).first(),
        [],
      ),
    ).resolves.toHaveLength(Object.keys(everyCard([])).length);
  }, 150_000);
});
