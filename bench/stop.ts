// npm run bench -- stop: from the typed word to the agent's next request being refused with `mission_terminated`, through the
// real chat doors (the word is typed in the mission's thread), with nothing else going on and with everything else down or busy. One run measures all of it, and the
// quiet case again at its end, so that the cases can be compared with each other and the machine with itself.
import { setTimeout as pause } from 'node:timers/promises';
import type { Agent } from '../test/support/aauth-agent.ts';
import { type Office, openOffice } from '../test/support/office.ts';

/** Stops of each case, on each platform. */
const stops = Number(process.env.BENCH_STOPS ?? 20);
const openAsks = 500;
/** With everything else down as well, so many are opened in a minute or two. */
const fewerAsks = 100;
const slowMs = 5_000;
const breathMs = 10;
/** Nothing listens there. */
const modelAway = { OPENAI_MODEL: 'away', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: 'none' };

type Case = {
  readonly name: string;
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the office busy, or takes something from it, once the missions to stop are there. */
  readonly burden?: (office: Office) => Promise<void>;
};

const cases: readonly Case[] = [
  { name: 'quiet' },
  { name: 'the model away', settings: modelAway },
  {
    name: `${openAsks} open asks, their cards still going out`,
    burden: (office) => openMany(office, openAsks),
  },
  { name: `a chat whose posts take ${slowMs / 1000} s each`, burden: slowChat },
  {
    name: `all of these at once, with ${fewerAsks} asks`,
    settings: modelAway,
    burden: async (office) => {
      await slowChat(office);
      await openMany(office, fewerAsks);
    },
  },
  { name: 'quiet, again' },
];

export async function benchStop(): Promise<void> {
  process.stdout.write(
    `typed word to mission_terminated for the agent, in ms, ${stops} stops each\n` +
      `“asks”: how long one request of the agent takes then, half of them at most\n` +
      `${'case'.padEnd(46)}${'in'.padEnd(8)}${['p50', 'p95', 'p99', 'most', 'asks'].map((name) => name.padStart(7)).join('')}\n`,
  );
  for (const each of cases) {
    const { took, asks } = await measure(each);
    for (const [platform, ms] of took) {
      const figures = [...[0.5, 0.95, 0.99, 1].map((share) => rank(ms, share)), rank(asks, 0.5)];
      const row = figures.map((figure) => figure.toFixed(0).padStart(7)).join('');
      process.stdout.write(`${each.name.padEnd(46)}${platform.padEnd(8)}${row}\n`);
    }
  }
}

async function measure({ settings, burden }: Case): Promise<Measured> {
  await using office = await openOffice({ ...(settings && { settings }) });
  const agent = await office.agent();
  const took = new Map([
    ['Slack' as const, [] as number[]],
    ['Teams' as const, [] as number[]],
  ]);
  // Both doors are used once before: what a process does at its first word is no part of a stop.
  const rest = await openMissions(office, agent, 2 * stops);
  await office.slack.say(office.channel, office.people.maria, office.mention('help'));
  for (let heard = false; !heard; )
    heard = await office.teams.say(office.teamsPeople.alice, office.teams.channel, 'help').then(
      () => true,
      () => false,
    );
  await burden?.(office);
  const asks: number[] = [];
  for (const { pending } of rest) {
    const from = performance.now();
    await agent.poll(pending);
    asks.push(performance.now() - from);
  }
  for (const [at, mission] of rest.entries()) {
    const platform = at % 2 === 0 ? 'Slack' : 'Teams';
    took.get(platform)?.push(await stop(office, agent, mission, platform));
  }
  office.slack.onCall(() => undefined);
  return { took, asks };
}

type Measured = {
  readonly took: ReadonlyMap<'Slack' | 'Teams', readonly number[]>;
  readonly asks: readonly number[];
};

/** Where the word is typed, and where the agent waits. */
type Mission = { readonly slack: string; readonly teams: string; readonly pending: string };

/** Missions that were approved, each with an ask whose answer the agent waits for. */
async function openMissions(office: Office, agent: Agent, count: number): Promise<readonly Mission[]> {
  const missions: Mission[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const s256 = await openMission(office, agent, `Errand ${nth}.`);
    const asked = await agent.permission({ action: 'wait', mission_s256: s256 });
    missions.push({
      slack: (await office.slackCard('Mission active', `Errand ${nth}.`)).ts,
      teams: (await office.teamsCard('Mission active', `Errand ${nth}.`)).conversation,
      pending: asked.headers.get('location') ?? '',
    });
  }
  return missions;
}

async function openMission(office: Office, agent: Agent, title: string): Promise<string> {
  const proposed = await agent.proposeMission({ description: `# ${title}` });
  await approveWhatWaits(office);
  return ((await agent.settle(proposed)).body as { s256: string }).s256;
}

async function approveWhatWaits(office: Office): Promise<void> {
  const { body } = await office.control('/requests?state=open&limit=100');
  const proposals = (body['requests'] as { id: string; type: string; digest: string }[]).filter(
    ({ type }) => type === 'mission',
  );
  const decided_by = { person: 'maria', via: 'bench', id: 'bench' };
  for (const { id, digest } of proposals)
    await office.control(`/requests/${id}`, { action: 'approve', digest, decided_by });
}

/** Types the word in the mission's thread and asks on and on as the agent, until the agent is refused; milliseconds. */
async function stop(office: Office, agent: Agent, mission: Mission, platform: 'Slack' | 'Teams') {
  const { slack, teams } = office;
  const from = performance.now();
  const said =
    platform === 'Slack'
      ? slack.say(office.channel, office.people.maria, office.mention('stop'), mission.slack)
      : teams.say(office.teamsPeople.alice, mission.teams, 'stop');
  for (;;) {
    const { body } = await agent.poll(mission.pending);
    if ((body as { error?: string }).error === 'mission_terminated') break;
    if (performance.now() - from > 60_000) throw new Error(`“stop” in ${platform} has ended nothing`);
    // Both run in this process: an agent that asks without a breath would be what the stop waits for.
    await pause(breathMs);
  }
  const tookMs = performance.now() - from;
  await said;
  return tookMs;
}

/** Asks under a mission nobody stops; their cards are on their way while the stops are typed. */
async function openMany(office: Office, count: number): Promise<void> {
  const agent = await office.agent('busy');
  const s256 = await openMission(office, agent, 'Keep everybody busy');
  for (let nth = 0; nth < count; nth += 1) {
    const ask = () => agent.permission({ action: `busy_${nth}`, mission_s256: s256 });
    // A busy server may close a connection that has idled while a request comes in on it.
    await ask().catch(ask);
  }
}

/** Whatever is posted or changed in Slack takes long; who somebody is may still be asked. */
async function slowChat(office: Office): Promise<void> {
  office.slack.onCall(async (method, _, answer) => {
    if (method.startsWith('chat.') && answer === undefined) await pause(slowMs);
  });
}

/** A value that occurred (nearest rank). */
function rank(took: readonly number[], share: number): number {
  const sorted = took.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
