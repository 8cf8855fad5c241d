// What is dealt with late counts for whoever did it, as far as they still may: on a page, and in chat.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor, Chat } from '#chat/chat.ts';
import type { Database } from '#database/database.ts';
import type { Bot } from '#flows/bot.ts';
import { lookQueue } from '#flows/look-later.ts';
import { attend } from '#flows/receive.ts';
import { answerFromPage } from '#flows/submitted.ts';
import { accountOf } from '#flows/visit.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import type { MissionControl } from '#mission-control/port.ts';
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
channels:
  - { id: kitchen, slack: { team: T1, channel: C1 }, oversees: everyone }
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

/** As much of the bot as an answer needs. Slack says `standing` of everybody; without one it is not connected. */
function botWith(missionControl: MissionControl, standing: Actor['standing'] | undefined): Bot {
  const slack: Pick<Chat, 'standingOf' | 'inspect' | 'whisper'> = {
    standingOf: async () => standing ?? 'unknown',
    inspect: async () => ({ reachable: true, shared: false }),
    whisper: async () => undefined,
  };
  const bot: Pick<
    Bot,
    'missionControl' | 'ledger' | 'oversight' | 'log' | 'now' | 'holdsSilentGrants' | 'page' | 'tempo'
  > & { readonly jobs: Pick<Bot['jobs'], 'send'>; readonly chats: ReadonlyMap<string, typeof slack> } = {
    missionControl,
    ledger,
    oversight,
    log: openLog('silent'),
    now: () => now,
    holdsSilentGrants: true,
    page: { addressOf: (visit) => visit, signIn: undefined },
    tempo: { cardMs: 10_000, happeningMs: 10_000 },
    chats: new Map(standing === undefined ? [] : [['slack', slack]]),
    jobs: database.jobs,
  };
  return bot as Bot;
}

test.each([
  ['by whoever is there now, counts', 'cook', signedIn('cook'), 1],
  ['by somebody in chat, before another one signed in there, does not', 'cook', inChat, 0],
  ['by the same person with another proof does not', 'boss', inChat, 0],
])('an approval sent %s', async (_, there, proof, decided) => {
  const missionControl = recording();
  const bot = botWith(missionControl, undefined);
  const visit = await pageOf(there);
  const card = await answerFromPage(bot, {
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

let presses = 0;
test.each([
  ['of a member counts', 'member', 120_000, 1],
  ['of somebody who was dismissed since does not', 'unknown', 120_000, 0],
  ['of somebody who was made a guest since does not', 'guest', 120_000, 0],
  ['waits while nobody says who that is', undefined, 120_000, 0],
  ['that did not wait goes by what its platform said of them a moment ago', 'unknown', 1_000, 1],
] as const)('a press that waited %s', async (_, standing, waitedMs, decided) => {
  const missionControl = recording();
  const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
  const id = `press ${++presses}`;
  const at = new Date(now.getTime() - waitedMs);
  const kept = {
    kind: 'pressed',
    id,
    at,
    place,
    actor: { platform: 'slack', tenant: 'T1', user: 'U2', name: 'Boss', standing: 'member' },
    press: { verb: 'approve', subject: asked.id, digest: asked.digest },
    on: { place, message: '1.1' },
  } as const;
  await ledger.places.setShared(place, false, now);
  await ledger.inbox.keep(kept, at);
  await attend(botWith(missionControl, standing), id).catch(() => undefined);
  expect(missionControl.calls.filter(([verb]) => verb === 'decide')).toHaveLength(decided);
  expect(await ledger.inbox.isInHand('slack:T1:U2')).toBe(standing === undefined);
  await ledger.inbox.done({ id, attempts: 1 }, 'test', now);
});
