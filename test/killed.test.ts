// The process is killed with SIGKILL at every bad moment and started again: nothing is lost, nothing is done twice, and
// every card ends up showing the truth.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Answer } from './support/aauth-agent.ts';
import type { Json, SlackMessage } from './support/fake-slack.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { enter } from './support/page-visit.ts';
import { openPostgres } from './support/postgres.ts';
import { openVisitor } from './support/visitor.ts';

let office: Office;
let agent: Agent;
let s256 = '';
/**
 * Kills the product the next time Slack is called so: before it is carried out, or after and before the answer. `first`
 * is waited for: the agent's own answer must be out, or it would be the one that is cut off.
 */
function killAt(
  moment: 'before' | 'after',
  method: string,
  fits: (args: Json) => boolean = () => true,
  first: () => Promise<unknown> = async () => undefined,
) {
  const { promise, resolve } = Promise.withResolvers<void>();
  office.slack.onCall(async (called, args, answer) => {
    if (called !== method || (answer === undefined) !== (moment === 'before') || !fits(args)) return;
    office.slack.onCall(() => undefined);
    await first();
    await office.kill();
    resolve();
    throw new Error('the caller is gone');
  });
  return promise;
}

const cardsAbout = (what: string) => office.slackCards().filter((card) => textInSlack(card).includes(what));
const copiesInTeams = (what: string) =>
  office.teamsCards().filter((card) => textInTeams(card).includes(what));
const errorOf = (answer: Answer) => (answer.body as { error?: string; permission?: string }).error;
const permissionOf = (answer: Answer) => (answer.body as { permission?: string }).permission;

/** An ask under the mission, and its card in Slack once it hangs. */
async function ask(action: string): Promise<{ asked: Answer; card: SlackMessage }> {
  const asked = await agent.permission({ action, mission_s256: s256 });
  expect(asked.status).toBe(202);
  return { asked, card: await office.slackCard('Waiting', action) };
}

describe.each(['embedded', 'postgres'] as const)('killed, with the store %s', (store) => {
  const stack = new AsyncDisposableStack();
  beforeAll(async () => {
    const postgres = store === 'postgres' ? stack.use(await openPostgres()) : undefined;
    office = stack.use(await openOffice({ runs: 'apart', ...(postgres && { databaseUrl: postgres.url }) }));
    agent = await office.agent();
  });
  afterAll(() => stack.disposeAsync());

  test('between taking an ask and posting it: the card hangs once, and is answered', async () => {
    const killed = killAt('before', 'chat.postMessage', undefined, () => asking);
    const asking = agent.proposeMission({ description: '# Bake a cake' });
    const asked = await asking;
    expect(asked.status).toBe(202);
    await killed;
    expect(office.slackCards()).toEqual([]);
    await office.start();
    const card = await office.slackCard('Waiting', 'Bake a cake');

    // Nobody has said yet whether outsiders read this channel, so that is asked between the click and the decision.
    const again = killAt('before', 'conversations.info');
    const press = await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect(press.taken).toBe(true);
    await again;
    await office.start();
    const settled = await agent.settle(asked, { withinMs: 20_000 });
    expect(settled.status).toBe(200);
    s256 = (settled.body as { s256: string }).s256;
    const active = await office.slackCard('Mission active', 'Bake a cake');
    expect(active.ts).toBe(card.ts);
    await office.teamsCard('Mission active', 'Bake a cake');
    expect(office.slackCards()).toHaveLength(1);
  });

  test('between posting and writing it down: the copy that hangs is found by its mark and becomes the card', async () => {
    const isTheAsk = ({ text }: Json) => String(text).includes('order_flowers');
    const killed = killAt('after', 'chat.postMessage', isTheAsk, () => asking);
    const asking = agent.permission({ action: 'order_flowers', mission_s256: s256 });
    const asked = await asking;
    await killed;
    const [orphan] = cardsAbout('order_flowers');
    await office.start();
    await office.slack.press(orphan as SlackMessage, 'chaperone:approve', office.people.maria);
    expect(permissionOf(await agent.settle(asked, { withinMs: 20_000 }))).toBe('granted');
    const settled = await office.slackCard('Approved', 'order_flowers');
    expect(settled.ts).toBe(orphan?.ts);
    expect(cardsAbout('order_flowers')).toHaveLength(1);
  });

  test('between posting and writing it down, in Teams: a press on the extra copy counts, and the copy is taken down', async () => {
    const { promise: killed, resolve } = Promise.withResolvers<void>();
    const kill = async () => {
      await asking;
      await office.kill();
      resolve();
    };
    office.teams.fault('send', { kind: 'hook', run: kill }, 'hire_clown');
    const asking = agent.permission({ action: 'hire_clown', mission_s256: s256 });
    const asked = await asking;
    await killed;
    const [orphan, ...others] = copiesInTeams('hire_clown');
    expect(orphan).toBeDefined();
    expect(others).toEqual([]);
    await office.start();
    await until('a second copy', () => copiesInTeams('hire_clown').length === 2);
    const twins = copiesInTeams('hire_clown').map((copy) =>
      textInTeams(copy).includes('may stand here twice'),
    );
    expect(twins).toEqual([false, true]);
    const press = await office.teams.press(orphan?.id ?? '', 'chaperone.deny', office.teamsPeople.alice);
    expect(press.status).toBe(200);
    expect(permissionOf(await agent.settle(asked, { withinMs: 20_000 }))).toBe('denied');
    const card = await office.teamsCard('Denied', 'hire_clown');
    expect(card.id).not.toBe(orphan?.id);
    expect(textInTeams(card)).not.toContain('may stand here twice');
    await until('one copy', () => copiesInTeams('hire_clown').length === 1);
    await office.slackCard('Denied', 'hire_clown');
    expect(cardsAbout('hire_clown')).toHaveLength(1);
  });

  test('as soon as the click is acknowledged: it is decided once, and both cards follow', async () => {
    const { asked, card } = await ask('rent_hall');
    const press = await office.slack.press(card, 'chaperone:approve', office.people.maria);
    expect(press.status).toBe(200);
    await office.restart();
    expect(permissionOf(await agent.settle(asked, { withinMs: 20_000 }))).toBe('granted');
    expect((await office.slackCard('Approved', 'rent_hall')).ts).toBe(card.ts);
    await office.teamsCard('Approved', 'rent_hall');
  });

  test('between the decision and the repaint: the card shows the decision after all', async () => {
    const { asked, card } = await ask('order_balloons');
    await office.teamsCard('Waiting', 'order_balloons');
    const killed = killAt('before', 'chat.update', ({ ts }) => ts === card.ts);
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await killed;
    await office.start();
    expect((await office.slackCard('Approved', 'order_balloons')).ts).toBe(card.ts);
    await office.teamsCard('Approved', 'order_balloons');
    expect(permissionOf(await agent.settle(asked))).toBe('granted');
  });

  test('in the middle of a group decision: what is left of it is finished, each ask once', async () => {
    const tables = Array.from({ length: 12 }, (_, at) => `table ${at + 1}`);
    const asked: Answer[] = [];
    for (const table of tables) {
      asked.push(await agent.permission({ action: 'set', parameters: { table }, mission_s256: s256 }));
    }
    const card = await office.slackCard('Waiting', '12 times', 'table 12');
    await office.teamsCard('Waiting', '12 times', 'table 12');
    const killed = killAt('before', 'chat.update', ({ text }) => /Approved by/.test(String(text)));
    await office.slack.press(card, 'chaperone:approve', office.people.maria);
    await killed;
    await office.start();
    for (const each of asked)
      expect(permissionOf(await agent.settle(each, { withinMs: 20_000 }))).toBe('granted');
    expect((await office.slackCard('Approved: 12 times', 'table 12')).ts).toBe(card.ts);
    await office.teamsCard('Approved: 12 times', 'table 12');
    expect(cardsAbout('table 12')).toHaveLength(1);
  });

  test('as soon as an answer from a page is kept: it is decided once, and the page is still that browser’s', async () => {
    const { asked } = await ask('order_cream');
    const visitor = openVisitor();
    const whole = await enter(office, asked, visitor, office.people.maria);
    // A process that has just begun asks Slack who that is, between keeping the answer and deciding.
    await office.restart();
    const killed = killAt('before', 'users.info');
    await expect(visitor.send(whole, 'once')).rejects.toThrow();
    await killed;
    await office.start();
    expect(permissionOf(await agent.settle(asked, { withinMs: 20_000 }))).toBe('granted');
    await office.slackCard('Approved', 'order_cream', 'Maria on its page');
    await office.teamsCard('Approved', 'order_cream', 'Maria on its page');
    expect((await visitor.open(whole.url)).text).toContain('Maria on its page');
    expect(cardsAbout('outside')).toEqual([]);
  });

  test('a click that is delivered twice acts once, on both platforms', async () => {
    const first = await ask('buy_napkins');
    const press = await office.slack.press(first.card, 'chaperone:approve', office.people.maria);
    await office.slack.deliver('interactive', press.payload);
    await office.slackCard('Approved', 'buy_napkins');
    await office.slack.deliver('interactive', press.payload);

    const second = await ask('buy_ribbons');
    const card = await office.teamsCard('Waiting', 'buy_ribbons');
    const { activity } = await office.teams.press(card.id, 'chaperone.approve', office.teamsPeople.alice);
    await office.teams.deliver(activity);
    await office.teamsCard('Approved', 'buy_ribbons');
    await office.teams.deliver(activity);
    expect(permissionOf(await agent.settle(first.asked))).toBe('granted');
    expect(permissionOf(await agent.settle(second.asked))).toBe('granted');
    expect(office.slack.ephemerals(office.channel, office.people.maria)).toEqual([]);
  });

  test('in the middle of a stop: the mission has ended, and the report hangs', async () => {
    const { asked } = await ask('order_pony');
    const [root] = office.slackCards();
    const killed = killAt('before', 'chat.update');
    const said = await office.slack.say(
      office.channel,
      office.people.jonas,
      office.mention('stop'),
      root?.ts,
    );
    expect(said.delivery?.status).toBe(200);
    await killed;
    await office.start();
    expect(errorOf(await agent.settle(asked, { withinMs: 20_000 }))).toBe('mission_terminated');
    const report = await office.slackCard('Mission stopped', 'Jonas', 'No authority remains');
    expect(report.thread_ts).toBe(root?.ts);
    await office.teamsCard('Mission stopped', 'Jonas', 'No authority remains');
    await office.slackCard('Void', 'order_pony');
    await office.teamsCard('Void', 'order_pony');
    expect((await office.slackCard('Mission stopped', 'Mission id')).ts).toBeDefined();
  });

  test('each ask and the stop are in the record once, and the chain holds', async () => {
    const { body } = await office.control(`/requests?state=closed&limit=100`);
    const requests = body.requests as { id: string; state: string; decision?: object }[];
    const ends = Object.groupBy(requests, ({ state }) => state);
    expect(ends['approved']).toHaveLength(19);
    expect(ends['denied']).toHaveLength(1);
    expect(ends['voided']).toHaveLength(1);
    expect(requests).toHaveLength(21);
    await office.leftBehind(async ({ acts }) => {
      for (const { id, decision } of requests) {
        const about = (await acts.about(`request:${id}`)).filter(({ verb }) => verb !== 'vouch');
        expect(about.map(({ outcome }) => outcome)).toEqual(decision ? ['decided'] : []);
      }
      const stops = await acts.about(`mission:${s256}`);
      expect(stops).toMatchObject([{ verb: 'stop', outcome: 'terminated', person: 'jonas' }]);
      expect((await acts.check()).faults).toEqual([]);
    });
  });
});
