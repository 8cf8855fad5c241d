// A process may die between any two things it writes: the next round says what was still to be said.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import { overseenSince } from '#flows/alarm.ts';
import type { Bot } from '#flows/bot.ts';
import { pictureQueue } from '#flows/bring.ts';
import { hangCards } from '#flows/hang.ts';
import { look } from '#flows/look.ts';
import { lookQueue } from '#flows/look-later.ts';
import { reviewQueue } from '#flows/review.ts';
import { goRound } from '#flows/round.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import { openLog } from '#log.ts';
import type { Mission, Request } from '#mission-control/facts.ts';
import type { MissionControl } from '#mission-control/port.ts';
import { parseOversight } from '#oversight-reading.ts';
import { openReviewer } from '#reviewer/model/review.ts';
import { openTestDatabase } from '../support/database.ts';
import { entry, mission } from '../support/requests.ts';
import { asked, recording, report } from './mission-control/recording.ts';

let database: Database;
let ledger: Ledger;
beforeAll(async () => {
  database = await openTestDatabase([...ledgerQueues, lookQueue.name, pictureQueue.name, reviewQueue.name]);
  ledger = openLedger(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const oversight = parseOversight(
  `people:
  - { id: cook, name: Cook, slack: { team: T1, user: U1 } }
default_person: cook
channels:
  - { id: kitchen, slack: { team: T1, channel: C1 }, oversees: everyone }
rules:
  - { for: everyone, approve: [cook], stop: [cook], on_drift: hold }
`,
  'oversight.yaml',
);
const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;

/** As much of the bot as a look and a round need; `wall` may be one that fails. */
function botWith(missionControl: MissionControl, wall = ledger.wall): Bot {
  const bot: Omit<Bot, 'jobs' | 'page'> & { readonly jobs: Pick<Bot['jobs'], 'send'> } = {
    oversight,
    missionControl,
    platforms: [],
    chats: new Map(),
    ledger: { ...ledger, wall },
    jobs: database.jobs,
    log: openLog('silent'),
    tempo: { cardMs: 10_000, happeningMs: 10_000 },
    reviewer: openReviewer(undefined),
    model: undefined,
    budget: undefined,
    agent: undefined,
    trails: new Map(),
    holdsSilentGrants: true,
    capabilities: async () => [],
    now: () => new Date(),
  };
  return bot as Bot;
}

/** A wall that a process dies at, when it comes to a card about `subject`. */
const deadlyAt = (subject: string): Ledger['wall'] => ({
  ...ledger.wall,
  async want(wanted) {
    if (wanted.subject === subject) throw new Error('killed');
    return await ledger.wall.want(wanted);
  },
});

const settledAsk = (id: string): Request => ({
  ...asked,
  id,
  state: 'approved',
  decision: {
    action: 'approve',
    decidedBy: { person: 'cook', via: 'console', id: 'console:7' },
    decidedAt: new Date(),
  },
});
const running: Mission = {
  ...mission({ s256: 's256-1', person: 'cook' }),
  mission: '',
  acceptedUpdates: [],
  tokens: [],
};
const overseeing = (answers: Partial<MissionControl>) =>
  recording({ listRequests: async () => ({ requests: [] }), ...answers });

test.each([
  ['an ask', ['left']],
  ['asks that share a card', ['first', 'second']],
])('an alarm about %s that a look did not come to raise is raised by a round, once', async (_, ids) => {
  const missionControl = overseeing({
    readRequest: async (id) => (ids.includes(id) ? settledAsk(id) : undefined),
    readMission: async () => running,
  });
  const [leader = '', ...others] = ids;
  for (const other of others) await ledger.batches.join(other, leader, 'alike', 10);
  const subject = `alarm:${ids.at(-1)}`;
  await overseenSince(botWith(missionControl));
  await expect(look(botWith(missionControl, deadlyAt(subject)), { requestId: leader })).rejects.toThrow();
  expect(await ledger.wall.hangingAt(place, `request:${leader}`)).toMatchObject({ settled: false });
  await goRound(botWith(missionControl));
  const alarm = await ledger.wall.hangingAt(place, subject);
  expect(alarm?.wanted.title).toContain('decided outside');
  expect(await ledger.wall.hangingAt(place, `request:${leader}`)).toMatchObject({ settled: true });
});

test('a mission that went on after its end is told of by a round, where a look did not come to it', async () => {
  const ended: Mission = {
    ...running,
    s256: 's256-2',
    status: 'terminated',
    terminatedAt: report.terminatedAt,
  };
  const missionControl = overseeing({
    readMission: async (s256) => (s256 === ended.s256 ? ended : undefined),
    readTermination: async () => ({
      ...report,
      s256: ended.s256,
      activityAfter: [entry({ seq: 9, kind: 'audit', source: 'agent', outcome: 'reported' })],
    }),
  });
  const subject = `after-stop:${ended.s256}`;
  await expect(
    look(botWith(missionControl, deadlyAt(subject)), { missionS256: ended.s256 }),
  ).rejects.toThrow();
  await goRound(botWith(missionControl));
  expect(await ledger.wall.hangingAt(place, subject)).toBeDefined();
  expect(await ledger.wall.hangingAt(place, `mission:${ended.s256}`)).toMatchObject({ settled: true });
});

test.each([
  ['is offered again, a moment later', ['slack'] as const, true, 1],
  ['is not, where the platform is not configured', [] as const, true, 0],
  ['is not, once nothing waits there', ['slack'] as const, false, 0],
])('what comes to a process that is not connected %s', async (_, platforms, waits, offered) => {
  const sent: unknown[] = [];
  const bot: Bot = {
    ...botWith(overseeing({})),
    platforms,
    jobs: { ...database.jobs, send: async (...job) => void sent.push(job) },
  };
  const there = { ...place, channel: waits ? 'C1' : 'C2' };
  await hangCards(bot, there);
  expect(sent).toHaveLength(offered);
  if (offered > 0) expect(sent).toMatchObject([[{ name: 'post' }, there, { forOthers: true }]]);
});

test('a finding that a review did not come to act on is told and acted on by a round', async () => {
  const drifting: Mission = { ...running, s256: 's256-3' };
  const missionControl = overseeing({
    readMission: async (s256) => (s256 === drifting.s256 ? drifting : undefined),
    listMissions: async () => ({ missions: [drifting] }),
  });
  const bot = botWith(missionControl);
  // The mission hangs and has been quiet since: a round would have nothing to say of it.
  await look(bot, { missionS256: drifting.s256 });
  const right = await ledger.reviews.take(drifting.s256, bot.now(), 10_000);
  const standing = {
    kind: 'drifting',
    through: drifting.logEntries,
    flaggedBy: 'rules',
    entries: [],
    reasons: [],
  } as const;
  const found = { standing: { ...standing, entries: [], reasons: [] }, memo: {}, review: {}, isNew: true };
  expect(right && (await ledger.reviews.keep(right, found, bot.now()))).toBe(true);
  await goRound(bot);
  expect(await ledger.holds.standing(drifting.s256)).toMatchObject({ by: { via: 'rule' } });
  expect(await ledger.wall.hangingAt(place, `drift:${drifting.s256}:1`)).toBeDefined();
});
