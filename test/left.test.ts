// What happens to a channel under the bot's feet: the operator takes the oversight from it, or somebody deletes the root of
// a thread. No card stays behind that looks alive and is not.
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Agent, Answer } from './support/aauth-agent.ts';
import { bought, cakeMission, ingredients, partyThings } from './support/mission-logs.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';

let office: Office;
let agent: Agent;
let s256 = '';
let asked: Answer;
beforeAll(async () => {
  office = await openOffice({ runs: 'apart' });
  agent = await office.agent();
  const proposed = await agent.proposeMission({
    description: `# Water the plants\n\n${cakeMission.description}`,
    tools: cakeMission.approvedTools.map((name) => ({ name, description: name })),
  });
  const root = await office.slackCard('Waiting', 'Water the plants');
  await office.slack.press(root, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(proposed)).body as { s256: string }).s256;
  asked = await agent.permission({ action: 'open_windows', mission_s256: s256 });
  await office.slackCard('Waiting', 'open_windows');
  await office.teamsCard('Waiting', 'open_windows');
  await office.teamsCard('Mission active', 'Water the plants');
  for (const item of [...ingredients, ...partyThings])
    await agent.audit({ mission_s256: s256, ...bought(item) });
  await office.slackCard('Drift: the log no longer fits');
  await office.teamsCard('Drift: the log no longer fits');
});
afterAll(() => office[Symbol.asyncDispose]());

type Written = { channels: { id: string; oversees: unknown }[] };
async function rewrite(change: (written: Written) => void): Promise<void> {
  const file = office.settings.CHAPERONE_OVERSIGHT;
  const written = parse(await readFile(file, 'utf8')) as Written;
  change(written);
  await office.stop();
  await writeFile(file, stringify(written));
  await office.start();
}

describe('a channel that the operator took the oversight from', () => {
  test('shows nothing of it any more, and no button, while the others go on', async () => {
    const { channels } = parse(await readFile(office.settings.CHAPERONE_OVERSIGHT, 'utf8')) as Written;
    const inTeams = await office.teamsCard('Waiting', 'open_windows');
    await rewrite((written) => {
      for (const channel of written.channels)
        if (channel.id === 'teams') channel.oversees = { people: ['paul'] };
    });
    await until('every card in Teams to say so', () =>
      office.teamsCards().every((card) => textInTeams(card).includes('No longer overseen here')),
    );
    const left = JSON.stringify(office.teamsCards().map(({ cards }) => cards.at(-1)));
    expect(left).not.toContain('Action.Execute');
    expect(left).not.toContain('open_windows');
    expect(left).not.toContain('Drift');
    await office.slackCard('Waiting', 'open_windows');
    await office.slackCard('Drift: the log no longer fits');

    // A client that still shows what hung before gets nowhere with it.
    const { alice } = office.teamsPeople;
    const before = office.teams.find(inTeams.id).cards.at(-2) ?? {};
    await office.teams.press(inTeams.id, 'chaperone.approve', alice, { card: before });
    await until('a word to Alice alone', () =>
      office.teams
        .messages(office.teams.chatOf(alice))
        .find((message) => textInTeams(message).includes('does not oversee')),
    );
    expect((await agent.poll(asked.headers.get('location') ?? '')).status).toBe(202);
    await rewrite((written) => void (written.channels = channels));
  });

  test('shows it again once it has it back, with buttons that work', async () => {
    const inTeams = await office.teamsCard('Waiting', 'open_windows');
    await office.teams.press(inTeams.id, 'chaperone.approve', office.teamsPeople.alice);
    expect((await agent.settle(asked)).body).toMatchObject({ permission: 'granted' });
    await office.slackCard('Approved', 'open_windows', 'Maria in Teams');
  });
});

test('a root that was deleted comes back with the next reply, which nothing keeps from being said', async () => {
  const root = await office.slackCard('Mission active', 'Water the plants');
  office.slack.deleteMessage(root);
  await agent.permission({ action: 'close_windows', mission_s256: s256 });
  const reply = await office.slackCard('Waiting', 'close_windows');
  const again = await office.slackCard('Mission active', 'Water the plants');
  expect(again.ts).not.toBe(root.ts);
  expect(reply.thread_ts).toBe(again.ts);
  expect(office.slackCards().filter((card) => textInSlack(card).includes('Mission active'))).toHaveLength(1);
});
