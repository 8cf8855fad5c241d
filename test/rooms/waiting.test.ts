// What is kept and not done yet: a stop waits for nothing, and what a dead process had in hand is free within a lease.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Actor, type Chat, ChatError, type Happening } from '#chat/chat.ts';
import type { Database } from '#database/database.ts';
import type { Bot } from '#flows/bot.ts';
import { lookQueue } from '#flows/look-later.ts';
import { attend, attendWaiting, inboxLanes } from '#flows/receive.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import type { MissionControl } from '#mission-control/port.ts';
import { parseOversight } from '#oversight-reading.ts';
import { openTestDatabase } from '../support/database.ts';
import { until } from '../support/office.ts';
import { mission } from '../support/requests.ts';
import { asked, recording, report } from './mission-control/recording.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase([...ledgerQueues, lookQueue.name]);
  ledger = openLedger(database);
  await ledger.places.setShared(known, false, new Date());
});
afterAll(() => database[Symbol.asyncDispose]());

const oversight = parseOversight(
  `people:
  - { id: boss, name: Boss, slack: { team: T1, user: U2 } }
default_person: boss
channels:
  - { id: kitchen, slack: { team: T1, channel: C1 }, oversees: everyone }
rules:
  - { for: everyone, approve: [boss], stop: [boss] }
`,
  'oversight.yaml',
);
const known = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
/** Slack has never said who can read this one, so it is asked before words from there are answered. */
const unknown = { ...known, channel: 'C9' };
const leaseMs = 300;

/** As much of the bot as a stop, an approval and words need. `slack` says who can read a place, when it says so. */
function botWith(missionControl: MissionControl, slack: Pick<Chat, 'inspect'>): Bot {
  const chat: Pick<Chat, 'inspect' | 'whisper' | 'remove'> = {
    ...slack,
    whisper: async () => undefined,
    remove: async () => undefined,
  };
  const bot: Pick<
    Bot,
    'missionControl' | 'ledger' | 'oversight' | 'log' | 'now' | 'holdsSilentGrants' | 'tempo'
  > & {
    readonly jobs: Pick<Bot['jobs'], 'send'>;
    readonly chats: ReadonlyMap<string, typeof chat>;
  } = {
    missionControl,
    ledger,
    oversight,
    log: openLog('silent'),
    now: () => new Date(),
    holdsSilentGrants: true,
    tempo: { cardMs: 10_000, happeningMs: leaseMs },
    chats: new Map([['slack', chat]]),
    jobs: database.jobs,
  };
  return bot as Bot;
}

const actor: Actor = { platform: 'slack', tenant: 'T1', user: 'U2', name: 'Boss', standing: 'member' };
const pressed = (id: string, press: Extract<Happening, { kind: 'pressed' }>['press']): Happening => ({
  kind: 'pressed',
  id,
  at: new Date(),
  place: known,
  actor,
  press,
  on: { place: known, message: id },
});
const stop = (id: string) => pressed(id, { verb: 'stop', subject: report.s256 });
const words = (id: string): Happening => ({
  kind: 'said',
  id,
  at: new Date(),
  place: unknown,
  actor,
  text: 'whatever became of all that flour',
  message: id,
  by: 'mention',
});
const overseen = {
  ...mission({ s256: report.s256, person: 'boss' }),
  mission: '',
  acceptedUpdates: [],
  tokens: [],
};
const overseeing = () => recording({ readMission: async () => overseen });

test('a stop and an approval wait for no words that came before them', async () => {
  const { promise: answered, reject } = Promise.withResolvers<never>();
  let inspecting = 0;
  const missionControl = overseeing();
  const bot = botWith(missionControl, {
    inspect() {
      inspecting++;
      return answered;
    },
  });
  for (let n = 0; n < 12; n++) await ledger.inbox.keep(words(`words ${n}`), new Date());
  await ledger.inbox.keep(
    pressed('approval', { verb: 'approve', subject: asked.id, digest: asked.digest }),
    new Date(),
  );
  await ledger.inbox.keep(stop('stop'), new Date());
  const rounds = inboxLanes.map((lane) => attendWaiting(bot, lane));
  await until('both', () =>
    ['decide', 'terminate'].every((verb) => missionControl.calls.some(([called]) => called === verb)),
  );
  await until('words', () => inspecting > 0);
  expect(inspecting).toBeLessThan(12);
  reject(new ChatError('unavailable', 'Slack is away'));
  await Promise.all(rounds);
  expect(inspecting).toBe(12);
});

test('what a dead process had in hand is done as soon as its lease ends', async () => {
  const missionControl = overseeing();
  const bot = botWith(missionControl, { inspect: async () => ({ reachable: true, shared: false }) });
  await ledger.inbox.keep(stop('left'), new Date());
  await ledger.inbox.take('left', new Date(), leaseMs);
  await attendWaiting(bot, 'stops');
  expect(missionControl.calls).toEqual([]);
  await until('the stop', async () => {
    await attendWaiting(bot, 'stops');
    return missionControl.calls.some(([verb]) => verb === 'terminate');
  });
});

test('what takes longer than its lease stays in hand, and is done once', async () => {
  const { promise: answered, resolve } = Promise.withResolvers<undefined>();
  const missionControl = recording({ readMission: () => answered });
  const bot = botWith(missionControl, { inspect: async () => ({ reachable: true, shared: false }) });
  await ledger.inbox.keep(stop('slow'), new Date());
  const working = attend(bot, 'slow');
  const end = Date.now() + 3 * leaseMs;
  await until('three leases to end', async () => {
    await attend(bot, 'slow');
    return Date.now() > end;
  });
  expect(missionControl.calls).toHaveLength(1);
  resolve(undefined);
  await working;
  expect(await ledger.inbox.take('slow', new Date(end + 60_000), leaseMs)).toBeUndefined();
});
