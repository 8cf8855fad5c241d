// What was sent from a page counts for whoever sent it, however late it is dealt with.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import type { Bot } from '#flows/bot.ts';
import { lookQueue } from '#flows/look-later.ts';
import { answerFromPage } from '#flows/submitted.ts';
import { accountOf } from '#flows/visit.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import { parseOversight } from '#oversight-reading.ts';
import type { Proof } from '#page/page.ts';
import { openTestDatabase } from '../support/database.ts';
import { asked, recording } from './mission-control/recording.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase([...ledgerQueues, lookQueue.name]);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const now = new Date('2026-11-21T18:05:00Z');
const oversight = parseOversight(
  `people:
  - { id: cook, name: Cook, oidc: { sub: cook } }
  - { id: boss, name: Boss, oidc: { sub: boss }, slack: { team: T1, user: U2 } }
default_person: cook
rules:
  - { for: everyone, approve: [cook, boss] }
`,
  'oversight.yaml',
);
const signedIn = (sub: string) =>
  ({ kind: 'sign-in', fresh: false, issuer: 'https://login.example', sub }) as const;
const inChat: Proof = {
  kind: 'chat',
  actor: { platform: 'slack', tenant: 'T1', user: 'U2', name: 'Boss' },
  place: { platform: 'slack', tenant: 'T1', channel: 'D2' },
};

/** A page on which this person has signed in. */
async function pageOf(sub: string) {
  const { id } = await ledger.visits.open({
    requestId: asked.id,
    ways: {},
    arrives: true,
    now,
    expiresAt: new Date(now.getTime() + 60_000),
  });
  expect(await ledger.visits.signIn(id, signedIn(sub), now)).toBe(true);
  return id;
}

test.each([
  ['by whoever is there now, counts', 'cook', signedIn('cook'), 1],
  ['by somebody in chat, before another one signed in there, does not', 'cook', inChat, 0],
  ['by the same person with another proof does not', 'boss', inChat, 0],
])('an approval sent %s', async (_, there, proof, decided) => {
  const missionControl = recording();
  const bot: Pick<
    Bot,
    'missionControl' | 'ledger' | 'oversight' | 'log' | 'now' | 'holdsSilentGrants' | 'page' | 'chats'
  > & { readonly jobs: Pick<Bot['jobs'], 'send'> } = {
    missionControl,
    ledger,
    oversight,
    log: openLog('silent'),
    now: () => now,
    holdsSilentGrants: true,
    page: { addressOf: (visit) => visit, signIn: undefined },
    chats: new Map(),
    jobs: database.jobs,
  };
  const visit = await pageOf(there);
  const card = await answerFromPage(bot as Bot, {
    kind: 'submitted',
    id: `visit/${visit}/one`,
    visit,
    at: now,
    press: { verb: 'approve', subject: asked.id, digest: asked.digest },
    values: {},
    actor: accountOf(proof),
  });
  expect(missionControl.calls.filter(([verb]) => verb === 'decide')).toHaveLength(decided);
  expect(card === undefined).toBe(decided === 1);
});
