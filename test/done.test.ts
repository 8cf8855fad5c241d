// A mission that seems over and is not: its agent says that it is done and nobody answers, its log went past its goal, or its
// stated end has passed. Its person is asked, and ends it as done, ends it for a new one, or keeps it, by button or by words.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { openLaxEnd } from './support/lax-end.ts';
import { type Office, openOffice, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let lax: Awaited<ReturnType<typeof openLaxEnd>>;
const closing = new AsyncDisposableStack();
const seconds = (count: number) => count / 3_600;
beforeAll(async () => {
  lax = closing.use(await openLaxEnd());
  office = closing.use(
    await openOffice({
      remote: true,
      // Time enough for a person to approve the missions on a busy machine; then each ask is left alone for so long.
      askSeconds: 9,
      settings: { CHAPERONE_MISSION_CONTROL: `${lax.issuer}/mission-control` },
      more: {
        reminders: { at: [] },
        stale: { done_hours: seconds(10), ending_hours: 1, ask_again_hours: seconds(600) },
      },
    }),
  );
  lax.standBefore(office.issuer);
  agent = await office.agent();
  // Their times run side by side, so that they are waited for once.
  await Promise.all([
    each(['Walk the dog', 'Feed the cat', 'Water the plants'], saidToBeDone),
    each(['Paint the fence', 'Mow the lawn'], pastItsEnd),
    each(['Seed the garden', 'Stock the shelf'], pastItsGoal),
  ]);
  keepBusy('Stock the shelf');
});
afterAll(() => closing.disposeAsync());

async function each(titles: readonly string[], happens: (title: string) => Promise<void>) {
  for (const title of titles) await happens(title);
}
const asking = 'Is this mission done?';
const say = (text: string, by: string, thread?: string) =>
  office.slack.say(office.channel, by, office.mention(text), thread);
const whisper = (to: string, words: string) =>
  until(`a word to one alone: ${words}`, () =>
    office.slack.ephemerals(office.channel, to).find(({ text }) => text.includes(words)),
  );
const endOf = async (s256: string) =>
  (await office.control(`/missions/${s256}`)).body['termination_reason'] as string | undefined;

type Mission = { readonly s256: string; readonly thread: string };
const missions = new Map<string, Mission>();
const known = (title: string): Mission => {
  const mission = missions.get(title);
  if (!mission) throw new Error(`no mission is called ${title}`);
  return mission;
};

async function mission(title: string, more = ''): Promise<Mission> {
  const asked = await agent.proposeMission({ description: `# ${title}\n\n${more}` });
  const root = await office.slackCard('Waiting', title);
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  await office.slackCard('Mission active', title);
  const made = { s256, thread: root.ts };
  missions.set(title, made);
  return made;
}

/** The agent says that it is done; nobody answers that. */
async function saidToBeDone(title: string) {
  const { s256 } = await mission(title);
  await agent.actOnMission(s256, { action: 'completion', summary: 'All is done.' });
}

/** The Person Server said when it ends, and calls it active after that. */
async function pastItsEnd(title: string) {
  const { s256 } = await mission(title);
  lax.state(s256, new Date(Date.now() + 2_000));
  await agent.audit({ mission_s256: s256, action: 'begin' });
}

/** Everything that its text speaks of is done, and then the agent goes on with something else. */
async function pastItsGoal(title: string) {
  const { s256 } = await mission(title, 'Ferns, ivy and cactuses.');
  for (const thing of ['ferns', 'ivy', 'cactuses', 'trumpet', 'lorry'])
    await agent.audit({ mission_s256: s256, action: 'order', parameters: { thing }, result: { ok: true } });
}

/** Goes on for as long as the mission lets it. */
function keepBusy(title: string) {
  const { s256 } = known(title);
  const over = new AbortController();
  const going = (async () => {
    for (let nth = 1; !over.signal.aborted; nth += 1) {
      const act = { action: 'order', parameters: { thing: `saxophone ${nth}` }, mission_s256: s256 };
      if ((await agent.audit(act)).status !== 201) return;
      await pause(500, undefined, { signal: over.signal }).catch(() => {});
    }
  })();
  closing.defer(async () => {
    over.abort();
    await going;
  });
}

/** The question, once it hangs in the mission's thread on both platforms, where it calls its person and nobody else. */
async function question(title: string, asked: string, why: string) {
  const inSlack = await office.slackCard(asked, title, why);
  expect(inSlack.thread_ts).toBe(known(title).thread);
  expect(JSON.stringify(inSlack.blocks)).toContain(`<@${office.people.maria}>`);
  expect(JSON.stringify(inSlack.blocks)).not.toContain(`<@${office.people.jonas}>`);
  const inTeams = await office.teamsCard(asked, title, why);
  return { inSlack, inTeams };
}
const questions = (title: string) =>
  office
    .slackCards()
    .filter(
      (card) => card.thread_ts === known(title).thread && /chaperone:keep/.test(JSON.stringify(card.blocks)),
    );

describe('nobody answers an agent that says it is done', () => {
  const why = 'Its agent said that it is done';

  test('so the person is asked, once and in the thread, and “keep it” is as good as the button', async () => {
    const { thread } = known('Walk the dog');
    const { inSlack } = await question('Walk the dog', asking, why);
    await say('keep it', office.people.paul, thread);
    await whisper(office.people.paul, 'for its person to say');
    await say('keep it', office.people.maria, thread);
    expect((await office.slackCard('The mission goes on', 'Walk the dog', 'Maria in Slack')).ts).toBe(
      inSlack.ts,
    );
    await say('keep Walk the dog', office.people.maria);
    await office.slackCard('Not understood');
    await say('keep “Walk the dog”', office.people.maria);
    await whisper(office.people.maria, 'nothing to keep');
  });

  test('“It is done” ends it as completed, for whoever may stop it', async () => {
    const { s256 } = known('Feed the cat');
    const { inSlack } = await question('Feed the cat', asking, why);
    await office.slack.press(inSlack, 'It is done', office.people.paul);
    await whisper(office.people.paul, 'may not stop');
    await office.slack.press(inSlack, 'It is done', office.people.maria);
    await office.slackCard('Mission completed: ', 'Feed the cat', 'Maria in Slack');
    expect(await endOf(s256)).toBe('completed');
    expect((await agent.permission({ action: 'pet', mission_s256: s256 })).body).toMatchObject({
      error: 'mission_terminated',
      termination_reason: 'completed',
    });
  });

  test('“End for a new one” ends it as replaced, from Teams', async () => {
    const { inTeams } = await question('Water the plants', asking, why);
    await office.teams.press(inTeams.id, 'chaperone.stop', office.teamsPeople.alice, {
      match: { choice: 'superseded' },
    });
    await office.slackCard('Mission replaced by another: ', 'Water the plants', 'Maria in Teams');
    expect(await endOf(known('Water the plants').s256)).toBe('superseded');
  });
});

describe('past its stated end, where the Person Server does not keep to it', () => {
  const over = 'This mission is past its end';
  const why = 'the Person Server still calls it active';

  test('the person is asked in the thread, and in Slack ends it for a new one', async () => {
    const { inSlack } = await question('Paint the fence', over, why);
    // It was asked when the end was near, and the same question says that it has passed.
    expect(questions('Paint the fence')).toHaveLength(1);
    await office.slack.press(inSlack, 'End for a new one', office.people.maria);
    await office.slackCard('Mission replaced by another: ', 'Paint the fence', 'Maria in Slack');
    expect(await endOf(known('Paint the fence').s256)).toBe('superseded');
    expect((await office.slackCard('no longer open', 'Paint the fence')).ts).toBe(inSlack.ts);
    await office.teamsCard('no longer open', 'Paint the fence');
  });

  test('or keeps it, in Teams, and is not asked again by what the agent does', async () => {
    const { inSlack, inTeams } = await question('Mow the lawn', over, why);
    await office.teams.press(inTeams.id, 'chaperone.keep', office.teamsPeople.alice);
    const kept = await office.slackCard('The mission goes on', 'Mow the lawn', 'Maria in Teams');
    expect(kept.ts).toBe(inSlack.ts);
    await office.teamsCard('The mission goes on', 'Mow the lawn', 'Maria in Teams');
    await agent.audit({ mission_s256: known('Mow the lawn').s256, action: 'mow' });
    await say('status', office.people.maria, known('Mow the lawn').thread);
    await office.slackCard('Mow the lawn', 'audit reported mow');
    expect(questions('Mow the lawn')).toEqual([]);
    expect(await endOf(known('Mow the lawn').s256)).toBeUndefined();
  });
});

describe('past its goal, as its log shows', () => {
  const why = 'work that goes on after most of what it is about was touched';

  test('the person is asked in the thread, and in Teams says that it is done', async () => {
    const { inSlack, inTeams } = await question('Seed the garden', asking, why);
    await office.teams.press(inTeams.id, 'chaperone.stop', office.teamsPeople.alice, {
      match: { choice: 'completed' },
    });
    await office.slackCard('Mission completed: ', 'Seed the garden', 'Maria in Teams');
    await office.teamsCard('Mission completed: ', 'Seed the garden', 'Maria in Teams');
    expect(await endOf(known('Seed the garden').s256)).toBe('completed');
    expect((await office.slackCard('no longer open', 'Seed the garden')).ts).toBe(inSlack.ts);
  });

  test('or stops it, in Slack, though the agent never paused: that puts no question off', async () => {
    const { inSlack } = await question('Stock the shelf', asking, why);
    await office.slack.press(inSlack, 'Stop mission', office.people.maria);
    await office.slackCard('Mission stopped: ', 'Stock the shelf', 'Maria in Slack');
    await office.teamsCard('Mission stopped: ', 'Stock the shelf', 'Maria in Slack');
    expect(await endOf(known('Stock the shelf').s256)).toBe('revoked');
  });
});

test('“complete” by an exact name ends it as done; a near one shows a button; nobody else may', async () => {
  const { s256 } = await mission('Bake the cake');
  await say('complete “Bake the cake”', office.people.paul);
  await whisper(office.people.paul, 'may not stop');
  await say('complete the cake mission', office.people.jonas);
  const which = await office.slackCard('Which mission?', 'Bake the cake');
  expect(await endOf(s256)).toBeUndefined();
  await office.slack.press(which, `End ${s256.slice(0, 8)} as done`, office.people.jonas);
  await office.slackCard('Mission completed: ', 'Bake the cake', 'Jonas in Slack');
  expect(await endOf(s256)).toBe('completed');
});
