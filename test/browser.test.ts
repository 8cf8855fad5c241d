// What people see and press, in the real pages: local Slack's and the Teams test client's, side by side in one Chromium.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Moment, runErrand } from '#demo/errand.ts';
import { openWorld, type World } from '#demo/world.ts';
import { artifacts, browserRunsHere, openBrowser } from './support/browser.ts';

const patience = { timeout: 30_000 };

describe.skipIf(!browserRunsHere)('in the pages of Slack and Teams', () => {
  const ending = new AbortController();
  const moments: Moment[] = [];
  let world: World;
  let browser: Browser;
  let slack: Page;
  let teams: Page;
  let errand: Promise<void>;

  beforeAll(async () => {
    world = await openWorld(ending.signal);
    browser = await openBrowser();
    slack = await openPage('Slack');
    teams = await openPage('Teams');
    await teams.getByText('Agent oversight', { exact: true }).first().click();
    const shops = { corner: world.corner.issuer, toys: world.toys.issuer };
    const pace = { pauseMs: 300, weekMs: 3_000, signal: ending.signal };
    errand = runErrand(world.agent, shops, (moment) => moments.push(moment), pace);
    // Its end comes with the test's; a failure of its own shows as a moment that never comes.
    errand.catch(() => undefined);
  });

  afterAll(async () => {
    ending.abort();
    await errand?.catch(() => undefined);
    await browser?.close();
    await world?.[Symbol.asyncDispose]();
  });

  async function openPage(name: 'Slack' | 'Teams') {
    const client = world.clients.find((each) => each.name === name);
    if (!client) throw new Error(`${name} does not run here`);
    const page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
    await page.goto(client.page);
    return page;
  }

  const shoot = async (name: string) => {
    await slack.screenshot({ path: `${artifacts}${name}-slack.png` });
    await teams.screenshot({ path: `${artifacts}${name}-teams.png` });
  };
  const seen = (where: Page | Locator, words: string) =>
    where
      .getByText(words)
      .last()
      .waitFor({ state: 'visible', ...patience });

  test('the proposal hangs in both, and a click in Slack approves it in both', async () => {
    await seen(slack, 'proposes a mission');
    await seen(teams, 'proposes a mission');
    await shoot('1-proposal');
    await slack.getByRole('combobox').first().selectOption('Maria');
    await slack.getByRole('button', { name: 'Approve', exact: true }).click();
    await seen(slack, 'Mission active');
    await seen(teams, 'Mission active');
    await expect.poll(() => moments.map(({ kind }) => kind), patience).toContain('on-mission');
    expect(await slack.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
    expect(await teams.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
  });

  test('the ask hangs in the thread of both, and a click in Teams denies it in both', async () => {
    await slack.getByRole('button', { name: /repl(y|ies)/ }).click(patience);
    const thread = slack.locator('.thread-pane');
    await seen(thread, world.toys.issuer);
    await seen(teams, world.toys.issuer);
    await shoot('2-ask');
    await teams.getByRole('button', { name: 'Deny', exact: true }).click();
    await teams.getByRole('textbox', { name: /Reason/ }).fill('That is no ingredient.');
    await teams.getByRole('button', { name: 'Deny', exact: true }).last().click();
    await seen(teams, 'Denied: ');
    await seen(thread, 'Denied: ');
    await seen(thread, 'That is no ingredient.');
    await expect
      .poll(() => moments.find(({ kind }) => kind === 'refused'), patience)
      .toMatchObject({
        what: 'playstation',
        refusal: { error: 'denied' },
      });
    await shoot('3-denied');
  });

  test('“stop the cake mission”, typed in the thread by a colleague, ends it in both', async () => {
    await expect
      .poll(() => moments.filter(({ kind }) => kind === 'bought').length, patience)
      .toBeGreaterThanOrEqual(3);
    await slack.getByRole('combobox').first().selectOption('Jonas');
    const thread = slack.locator('.thread-pane');
    await thread.getByPlaceholder('Reply in thread').fill('@chaperone stop the cake mission');
    await thread.getByRole('button', { name: 'Send' }).click();
    await seen(thread, 'Mission stopped');
    await seen(teams, 'Mission stopped');
    await expect.poll(() => moments.map(({ kind }) => kind), patience).toContain('over');
    await expect.poll(() => thread.getByText('not yet').count(), patience).toBe(0);
    for (const page of [slack, teams]) {
      await expect.poll(() => page.getByRole('button', { name: 'Stop mission' }).count(), patience).toBe(0);
    }
    await shoot('4-stopped');
  });

  test('the way it went is drawn in both, and how asks were answered', async () => {
    const drawn = async (picture: Locator) => {
      await picture.scrollIntoViewIfNeeded(patience);
      const width = () =>
        picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
      await expect.poll(width, patience).toBe(1_440);
    };
    const thread = slack.locator('.thread-pane');
    await drawn(thread.locator('img[alt^="Entries #1"]').last());
    await seen(teams, 'What happened, in order');
    await shoot('5-timeline');
    await thread.getByPlaceholder('Reply in thread').fill('@chaperone health');
    await thread.getByRole('button', { name: 'Send' }).click();
    await drawn(thread.locator('img[alt^="Time to decide"]').last());
    await shoot('6-health');
  });
});
