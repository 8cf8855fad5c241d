// The process is killed with SIGKILL while the reviewer looks at an ask, and at every step between its yes and the record of
// it: people have the ask, or the yes is in the record once. It is never taken for one made outside.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeptFit } from '#ledger/judgements.ts';
import type { Ledger } from '#ledger/ledger.ts';
import type { Agent } from './support/aauth-agent.ts';
import { type Answerer, formOf, json, type ModelServer, startModelServer } from './support/model-server.ts';
import { type Office, openOffice, textInSlack } from './support/office.ts';

let server: ModelServer;
let office: Office;
let agent: Agent;
let s256 = '';
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  server = stack.use(await startModelServer());
  server.answer(() => json({}));
  office = stack.use(
    await openOffice({
      runs: 'apart',
      settings: { OPENAI_MODEL: 'm', OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'k' },
      more: {
        reviewed: {
          lets_pass: [
            { for: { people: ['maria'] }, actions: ['compare_prices', 'check_stock', 'read_labels'] },
          ],
          wait_seconds: 5,
        },
      },
    }),
  );
  agent = await office.agent();
  const asked = await agent.proposeMission({
    description: '# The cake\n\nCompare the prices of the shops first.',
  });
  const proposal = await office.slackCard('Waiting', 'The cake');
  await office.slack.press(proposal, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
});
afterAll(() => stack.disposeAsync());

const fit: KeptFit = {
  kind: 'fits',
  why: 'Comparing comes first.',
  entries: [2],
  missionWords: 'Compare the prices',
  model: 'm',
};
const caps = { perMission: 9, perDay: 9, since: new Date(0) };

/** Asks, and kills the process in the moment in which it puts the ask to the model. */
async function killedOver(action: string) {
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  const kill: Answerer = async (request) => {
    if (formOf(request) === 'fit') {
      server.answer(() => json({}));
      await asking;
      await office.kill();
      resolve();
    }
    return json({});
  };
  server.answer(kill);
  const asking = agent.permission({ action, mission_s256: s256 });
  const asked = await asking;
  expect(asked.status).toBe(202);
  await killed;
  return asked;
}

type Ask = { readonly requestId: string; readonly digest: string };
let open: Ask = { requestId: '', digest: '' };

/** Ends the process, and does to the ledger what it would have done next, had it lived as long. */
const lived = <T>(further: (ledger: Ledger, ask: Ask) => Promise<T>) =>
  office.leftBehind((ledger) => further(ledger, open));

const readOpen = async () => {
  const { body } = await office.control(`/requests?state=open&mission_s256=${s256}`);
  const [first] = body['requests'] as { id: string; digest: string }[];
  return { requestId: first?.id ?? '', digest: first?.digest ?? '' };
};
const cardsAbout = (what: string) => office.slackCards().filter((card) => textInSlack(card).includes(what));

test('while the model is asked: people have the ask, and nobody asks the model again', async () => {
  const asked = await killedOver('compare_prices');
  await office.start();
  const card = await office.slackCard('Waiting', 'compare_prices');
  expect(server.asked().filter((request) => formOf(request) === 'fit')).toHaveLength(1);
  await office.slack.press(card, 'Approve once', office.people.maria);
  expect((await agent.settle(asked, { withinMs: 20_000 })).body).toEqual({ permission: 'granted' });
  await office.slackCard('Approved', 'compare_prices', 'Maria');
});

test('between its yes and the decision: the yes is not sent later, people have the ask', async () => {
  const asked = await killedOver('check_stock');
  await office.start();
  open = await readOpen();
  const card = await office.slackCard('Waiting', 'check_stock');
  await lived((ledger, ask) =>
    ledger.judgements.say(
      { ...ask, missionS256: s256 },
      { fit, proof: 'reviewer:half-way' },
      caps,
      new Date(),
    ),
  );
  await office.start();
  await office.slack.press(card, 'Approve once', office.people.maria);
  expect((await agent.settle(asked, { withinMs: 20_000 })).body).toEqual({ permission: 'granted' });
  const settled = await office.slackCard('Approved', 'check_stock', 'Maria');
  expect(textInSlack(settled)).not.toContain('reviewer');
  expect(await lived((ledger, ask) => ledger.judgements.read(ask))).toMatchObject({ state: 'overtaken' });
  await office.start();
});

test('between the decision and its record: the record is made, once, and there is no alarm', async () => {
  const asked = await killedOver('read_labels');
  await office.start();
  open = await readOpen();
  await office.slackCard('Waiting', 'read_labels');
  const proof = 'reviewer:sent';
  await lived((ledger, ask) =>
    ledger.judgements.say({ ...ask, missionS256: s256 }, { fit, proof }, caps, new Date()),
  );
  await office.start();
  const sent = await office.control(`/requests/${open.requestId}`, {
    action: 'approve',
    digest: open.digest,
    apply: 'once',
    decided_by: { person: 'reviewer', via: 'reviewer', id: proof },
  });
  expect(sent.status).toBe(200);
  await office.restart();
  expect((await agent.settle(asked, { withinMs: 20_000 })).body).toEqual({ permission: 'granted' });
  const card = await office.slackCard('Let through by the reviewer', 'read_labels', 'nobody was asked');
  expect(textInSlack(card)).toContain('Comparing comes first.');
  expect(cardsAbout('read_labels')).toHaveLength(1);
  const acts = await lived((ledger, { requestId }) => ledger.acts.about(`request:${requestId}`));
  expect(acts).toMatchObject([{ verb: 'let_through', actor: proof, person: null, outcome: 'decided' }]);
});
