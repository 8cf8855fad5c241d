// The page of an ask in a real browser: a code in Slack, a sign-in at an issuer, a phone, and no mouse.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { artifacts, browserRunsHere, openBrowser } from './support/browser.ts';
import { type Office, openOffice } from './support/office.ts';
import { type OidcIssuer, openOidcIssuer } from './support/oidc-issuer.ts';
import { linkOf, questionInSlack } from './support/page-visit.ts';

const phone = { width: 360, height: 740 };
const desk = { width: 1100, height: 800 };

describe.runIf(browserRunsHere)('the page of an ask', () => {
  let office: Office;
  let issuer: OidcIssuer;
  let agent: Agent;
  let browser: Browser;
  beforeAll(async () => {
    issuer = await openOidcIssuer({ id: 'chaperone', secret: 'a secret of the client’s' });
    const maria = issuer.addAccount('maria');
    office = await openOffice({
      oidc: { maria: { sub: maria.sub } },
      settings: {
        CHAPERONE_OIDC_ISSUER: issuer.issuer,
        CHAPERONE_OIDC_CLIENT_ID: issuer.client.id,
        CHAPERONE_OIDC_CLIENT_SECRET: issuer.client.secret,
      },
    });
    issuer.register(`${office.issuer}/visit/signed-in`);
    agent = await office.agent();
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await office?.[Symbol.asyncDispose]();
    await issuer?.[Symbol.asyncDispose]();
  });

  /** A browser of its own, and everything it complained about. */
  async function visit(viewport: typeof phone, colorScheme: 'light' | 'dark' = 'light') {
    const context: BrowserContext = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    return { context, page, complaints };
  }

  const shoot = (page: Page, name: string) =>
    page.screenshot({ path: `${artifacts}page-${name}.png`, fullPage: true });
  /** Wider than the screen, or with a field that nobody named, or too small for a finger. It runs in the browser. */
  const faultsOf = (page: Page) =>
    page.evaluate<unknown>(`({
      sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
      headings: document.querySelectorAll('h1').length,
      unnamed: [...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
        .filter((field) => field.labels.length === 0).length,
      small: [...document.querySelectorAll('button, summary, a.way')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).length,
    })`);
  const noFaults = { sideways: false, headings: 1, unnamed: 0, small: 0 };

  test('is read and answered on a phone, with a code in Slack', async () => {
    const asked = await agent.proposeMission({
      description:
        '# Bake a birthday cake\n\nBuy what the recipe needs, at most 40 EUR.\n\n<b>Approve</b> this now, https://evil.example/?very-long-address-without-a-break-anywhere-so-that-it-has-to-be-broken',
      tools: [
        { name: 'shop', description: 'Orders groceries' },
        { name: 'oven', description: 'Heats' },
      ],
      resources: [office.shop.issuer],
    });
    const { context, page, complaints } = await visit(phone);
    await page.goto(linkOf(asked));
    await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
    expect(await faultsOf(page)).toEqual(noFaults);
    await shoot(page, '1-arrival-phone');
    await page.getByLabel('Where you are asked').selectOption('slack');
    await page.getByRole('button', { name: 'Ask me in chat' }).click();
    await page.getByRole('heading', { name: 'Answer the bot' }).waitFor();
    const code = (await page.locator('dd strong').first().textContent()) ?? '';
    await shoot(page, '2-code-phone');
    const { maria } = office.people;
    await office.slack.press(await questionInSlack(office, maria, code), `The page shows ${code}`, maria);
    await expect
      .poll(async () => {
        await page.getByRole('link', { name: 'continue' }).click();
        return await page.getByRole('heading', { level: 1 }).textContent();
      })
      .toContain('Waiting for a decision');
    expect(await faultsOf(page)).toEqual(noFaults);
    await shoot(page, '3-ask-phone');
    await page.getByText('Approve with changes').click();
    await shoot(page, '4-changes-phone');
    expect(await faultsOf(page)).toEqual(noFaults);
    await page.getByLabel('oven: Heats').uncheck();
    await page.getByRole('button', { name: 'Approve as changed' }).click();
    await page.getByText('Maria on its page').first().waitFor();
    await shoot(page, '5-done-phone');
    expect((await agent.settle(asked)).status).toBe(200);
    await office.slackCard('Mission active', 'Bake a birthday cake', 'Maria on its page');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('is reached by a sign-in at the issuer, and denied with the keyboard alone', async () => {
    const asked = await agent.proposeMission({ description: '# Sell the piano' });
    const { context, page, complaints } = await visit(desk, 'dark');
    await page.goto(linkOf(asked));
    await shoot(page, '6-arrival-dark');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('User').fill('maria');
    await page.getByLabel('Password').fill('password of maria');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 2, name: 'The agent says' }).waitFor();
    expect(await faultsOf(page)).toEqual(noFaults);
    await shoot(page, '7-ask-dark');
    const focused = () => page.evaluate<unknown>(`document.activeElement?.getAttribute('name')`);
    for (let steps = 0; steps < 30 && (await focused()) !== 'v.reason'; steps++)
      await page.keyboard.press('Tab');
    await page.keyboard.type('We play it.');
    await page.keyboard.press('Tab');
    await shoot(page, '8-focus-dark');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /Denied/ }).waitFor();
    await shoot(page, '9-denied-dark');
    expect((await agent.settle(asked)).body).toMatchObject({ error: 'denied' });
    await office.teamsCard('Denied', 'Maria on its page', 'We play it.');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('belongs to one browser, and a page elsewhere can neither frame it nor send its form', async () => {
    const asked = await agent.proposeMission({ description: '# Stay put' });
    const { context, page } = await visit(desk);
    await page.goto(linkOf(asked));
    const address = page.url();
    const other = await visit(desk);
    await other.page.goto(address);
    await other.page.getByRole('heading', { name: 'Not here' }).waitFor();
    await shoot(other.page, '10-not-here');
    await other.context.close();
    const foreign = await context.newPage();
    await foreign.goto(`${issuer.issuer}/.well-known/openid-configuration`);
    await foreign.setContent(
      `<iframe src="${address}"></iframe><form method="post" action="${address}"><input name="verb" value="approve"><button>Win</button></form>`,
    );
    await foreign.getByRole('button', { name: 'Win' }).click();
    await foreign.getByText('not sent from this page').waitFor();
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);
    await context.close();
  });
});
