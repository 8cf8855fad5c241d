// Words that reach the rules late: they mean what stood there when they were said, whatever stands there now.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ledgerQueues, openLedger } from '#ledger/ledger.ts';
import type { Agent } from './support/aauth-agent.ts';
import { openTestDatabase } from './support/database.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';
import { locationOf } from './support/page-visit.ts';
import { openPostgres } from './support/postgres.ts';

const stack = new AsyncDisposableStack();
let office: Office;
let agent: Agent;
let store: pg.Client;
let url: string;
beforeAll(async () => {
  ({ url } = stack.use(await openPostgres()));
  office = stack.use(
    await openOffice({
      databaseUrl: url,
      rules: [{ for: { people: ['maria'], kinds: ['permission'] }, approve: ['maria', 'jonas'] }],
      delegation: { to: ['paul'], longest_days: 14 },
    }),
  );
  store = new pg.Client({ connectionString: url });
  await store.connect();
  stack.defer(() => store.end());
  agent = await office.agent();
}, 60_000);
afterAll(() => stack.disposeAsync(), 30_000);

/** What the bot knows of places is as old as after a quiet hour: it asks the platform who can read there. */
const quietHour = () => store.query(`update chaperone.place set checked_at = '-infinity'`);

/** Says something that is not acted on before `back`, because that long the platform does not say who can read there. */
async function sayLate(who: string, text: string, thread?: string): Promise<() => void> {
  await quietHour();
  const { promise: answered, resolve: back } = Promise.withResolvers<void>();
  let asked = false;
  office.slack.onCall(async (method, _, answer) => {
    if (method !== 'conversations.info' || answer !== undefined || asked) return;
    asked = true;
    await answered;
  });
  await office.slack.say(office.channel, who, office.mention(text), thread);
  await until('the platform to be asked', () => asked);
  return back;
}

/** What Maria said at a moment, kept by a process that died before it acted on it. It is answered under `message`. */
async function keptFrom(at: Date, text: string, message: string) {
  const { platform, tenant, channel } = {
    platform: 'slack',
    tenant: office.slack.team,
    channel: office.channel,
  };
  const actor = { platform, tenant, user: office.people.maria, name: 'Maria', standing: 'member' };
  const place = { platform, tenant, channel };
  const id = `kept/${text}`;
  const said = { id, kind: 'said', place, actor, at, text, message, by: 'mention' };
  await store.query(`insert into chaperone.inbox (id, happening, received_at) values ($1, $2, $3)`, [
    id,
    JSON.stringify(said),
    new Date(),
  ]);
}

const toldAlone = (who: string, words: string) =>
  until(
    `“${words}” to one person`,
    () => office.slack.ephemerals(office.channel, who).find(({ text }) => text.includes(words)),
    () => office.slack.ephemerals(office.channel, who).map(textInSlack).join('\n---\n'),
  );

/** Decided elsewhere, so that nobody presses anything here. */
const outside = { person: 'maria', via: 'console', id: 'maria' };

async function mission(title: string) {
  const asked = await agent.proposeMission({ description: `# ${title}` });
  await office.slackCard('Waiting', title);
  const { body } = await office.control('/requests?state=open');
  const open = body['requests'] as { id: string; digest: string; type: string }[];
  const request = open.find(({ type }) => type === 'mission');
  const approve = { action: 'approve', digest: request?.digest, decided_by: outside };
  expect((await office.control(`/requests/${request?.id}`, approve)).status).toBe(200);
  const { s256 } = (await agent.settle(asked)).body as { s256: string };
  const root = await office.slackCard('Mission active', title);
  const ask = (action: string, to: string) =>
    agent.permission({ action, mission_s256: s256, parameters: { to } });
  return { s256, root, ask };
}

test('an approve that was said before an ask came does not reach it, alone or in a list', async () => {
  const { jonas } = office.people;
  const one = await mission('Bake a cake');
  const many = await mission('Invite the guests');
  const flour = await one.ask('order', 'flour');
  await office.slackCard('Waiting', 'order', 'flour');
  const listed = [await many.ask('invite', 'ann'), await many.ask('invite', 'bob')];
  await office.slackCard('Waiting', '2 times', 'to: bob');

  await quietHour();
  let away = true;
  let tried = 0;
  office.slack.onCall(async (method, _, answer) => {
    if (method !== 'conversations.info' || answer !== undefined || !away) return;
    tried++;
    throw new Error('the platform is away');
  });
  await office.slack.say(office.channel, jonas, office.mention('approve'), one.root.ts);
  await office.slack.say(office.channel, jonas, office.mention('approve all'), many.root.ts);
  const saidBy = Date.now();
  await until('both to be tried', () => tried >= 2);
  await until('it to be later by any clock', () => Date.now() > saidBy + 1_500);

  await agent.withdraw(locationOf(flour));
  const toys = await one.ask('order', 'toys');
  await office.slackCard('Waiting', 'order', 'toys');
  listed.push(await many.ask('invite', 'mallory'));
  await office.slackCard('Waiting', '3 times', 'to: mallory');
  away = false;

  await until(
    'a no about the list',
    () => office.slack.ephemerals(office.channel, jonas).some(({ text }) => text.includes('has changed')),
    () =>
      [...office.slack.ephemerals(office.channel, jonas), ...office.slackCards()]
        .map(textInSlack)
        .join('\n---\n'),
  );
  await until('an answer about the ask', () =>
    office
      .slackCards()
      .some((card) => card.thread_ts === one.root.ts && textInSlack(card).includes('no open ask')),
  );
  for (const each of [toys, ...listed]) expect((await agent.poll(locationOf(each))).status).toBe(202);
});

test('a release that was said before a hold and comes after it leaves the mission held, and says so', async () => {
  const { jonas, maria } = office.people;
  const { root } = await mission('Light the candles');
  const back = await sayLate(jonas, 'release', root.ts);
  await office.slack.say(office.channel, maria, office.mention('hold because it looks wrong'), root.ts);
  await office.slackCard('on hold here', 'Light the candles');
  back();
  await toldAlone(jonas, 'put on hold after you said so');
  expect(textInSlack(await office.slackCard('Light the candles', 'Mission active'))).toContain('on hold');
  await office.slack.say(office.channel, jonas, office.mention('release'), root.ts);
  await office.slackCard('Hold released', 'Jonas');
});

test('“decides for me” that comes after a later “I decide again” lets nobody decide, and is told so', async () => {
  const { maria, paul } = office.people;
  const { root, ask } = await mission('Hang the lanterns');
  const back = await sayLate(maria, `<@${paul}> decides for me until tomorrow`, root.ts);
  await office.slack.say(office.channel, maria, office.mention('I decide again'), root.ts);
  await office.slackCard('You decide again');
  back();
  await toldAlone(maria, 'said otherwise since');
  const asked = await ask('borrow', 'ladder');
  await office.slack.press(await office.slackCard('Waiting', 'borrow'), 'chaperone:approve', paul);
  await toldAlone(paul, 'not an approver');
  expect((await agent.poll(locationOf(asked))).status).toBe(202);
});

test('a name that was said before a mission was approved does not stop or hold it; what stood then is stopped', async () => {
  const tent = await mission('Rent a tent');
  const napkins = await mission('Fold the napkins');
  const before = new Date(Date.now() - 60_000);
  await keptFrom(before, 'stop Fold the napkins', tent.root.ts);
  await keptFrom(before, 'hold Fold the napkins', tent.root.ts);
  await keptFrom(new Date(), 'stop Rent a tent', tent.root.ts);
  for (const label of [`Stop ${napkins.s256.slice(0, 8)}`, `Hold ${napkins.s256.slice(0, 8)}`])
    await until(`a card that offers “${label}” and says why it is not done`, () =>
      office
        .slackCards()
        .some(
          (card) =>
            textInSlack(card).includes('When you said so, no active mission') &&
            JSON.stringify(card.blocks).includes(label),
        ),
    );
  await office.slackCard('Mission stopped', 'Rent a tent');
  expect((await office.control(`/missions/${napkins.s256}`)).body.status).toBe('active');
  expect(textInSlack(await office.slackCard('Fold the napkins', 'Mission active'))).not.toContain('on hold');
});

test('a channel that is shared while the platform is being asked about it is shared, whatever the answer says', async () => {
  const { maria } = office.people;
  const { ask } = await mission('Choose the songs');
  const asked = await ask('play', 'a waltz');
  const card = await office.slackCard('Waiting', 'play');
  await quietHour();
  let shared = false;
  office.slack.onCall(async (method, _, answer) => {
    if (method !== 'conversations.info' || answer === undefined || shared) return;
    // The answer is made up and not sent yet.
    shared = true;
    await office.slack.share(office.channel, true);
    await until('the bot to know', async () => {
      const { rowCount } = await store.query('select 1 from chaperone.place where channel = $1 and shared', [
        office.channel,
      ]);
      return rowCount;
    });
  });
  await office.slack.press(card, 'chaperone:approve', maria);
  await toldAlone(maria, 'Outsiders can read this channel');
  expect((await agent.poll(locationOf(asked))).status).toBe(202);
});

test('of several delegations of one person at once, in one store, one stands', async () => {
  await using database = await openTestDatabase(ledgerQueues, { url });
  const { delegations } = openLedger(database);
  const madeAt = new Date();
  const until = new Date(madeAt.getTime() + 3_600_000);
  const people = Array.from({ length: 10 }, (_, n) => `somebody ${n}`);
  const make = (from: string, to: string) =>
    delegations.make({ source: `${from}/${to}`, from, to, madeAt, until });
  await Promise.all(people.flatMap((from) => ['ben', 'cem'].map((to) => make(from, to))));
  const standing = (await delegations.standing(madeAt)).filter(({ from }) => people.includes(from));
  expect(standing).toHaveLength(people.length);
});
