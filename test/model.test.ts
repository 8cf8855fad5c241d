// With a model: unclear words are answered from what the asker may see, reviews gain the model's words, and nothing a
// model says acts by itself.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from './support/aauth-agent.ts';
import { labelsOf } from './support/forms.ts';
import { formOf, json, type ModelServer, recordsOf, startModelServer } from './support/model-server.ts';
import { type Office, openOffice, textInSlack, until } from './support/office.ts';

let server: ModelServer;
let office: Office;
let agent: Agent;
let s256 = '';
let root = '';
beforeAll(async () => {
  server = await startModelServer();
  office = await openOffice({
    settings: { OPENAI_MODEL: 'test-model', OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'test-key' },
  });
  agent = await office.agent();
  const asked = await agent.proposeMission({
    description: '# Buy the ingredients for the cake\n\nFlour, sugar and eggs.',
    tools: [{ name: 'shop.order', description: 'Order at the corner shop' }],
  });
  const proposal = await office.slackCard('Buy the ingredients for the cake');
  root = proposal.ts;
  await office.slack.press(proposal, 'chaperone:approve', office.people.maria);
  s256 = ((await agent.settle(asked)).body as { s256: string }).s256;
  await agent.audit({ mission_s256: s256, action: 'shop.order', parameters: { item: 'flour' } });
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => server.answer(quiet));

/** Reviews whatever is put before it as on mission. */
const quiet = (request: Parameters<typeof formOf>[0]) =>
  formOf(request) === undefined
    ? { content: 'I do not know.' }
    : json({
        verdict: 'on_mission',
        claims: [{ says: 'Flour was bought.', entries: [2] }],
        pattern: '',
        settles: '',
      });

const says = async (text: string, user = office.people.maria) =>
  await office.slack.say(office.channel, user, office.mention(text), root);

describe('what the grammar leaves unclear', () => {
  test('is looked up and answered in a block of the model’s own, with what it looked at', async () => {
    server.answer((request) => {
      if (formOf(request)) return quiet(request);
      const looked = request.messages.some(({ role }) => role === 'tool');
      return looked
        ? { content: 'It bought flour [m1#2]. It also bought a yacht [m1#77].' }
        : {
            toolCalls: [
              {
                name: 'search_log',
                arguments: JSON.stringify({ mission: 'm1', words: 'flour', after: 0, hours: 0 }),
              },
            ],
          };
    });
    await says('has it gotten round to the flour yet, and anything else?');
    const card = await office.slackCard('An answer by a model');
    const text = textInSlack(card);
    expect(card.thread_ts).toBe(root);
    expect(text).toContain('It bought flour #2');
    expect(text).toContain('A model’s words');
    expect(text).toContain('led nowhere');
    expect(text).not.toContain('#77');
    await office.slack.press(card, 'Entry 2', office.people.jonas);
    const opened = await until('the entry behind the reference', () => {
      const view = office.slack.views(office.people.jonas).at(-1)?.view;
      return view && JSON.stringify(view).includes('Entry #2') ? view : undefined;
    });
    expect(JSON.stringify(opened)).toContain('flour');
  });

  test('a stop that a model proposes is one click away from nothing, and only for who asked for it', async () => {
    server.answer((request) => {
      if (formOf(request)) return quiet(request);
      const looked = request.messages.some(({ role }) => role === 'tool');
      return looked
        ? { content: 'I have put a confirmation before you.' }
        : { toolCalls: [{ name: 'propose_stop', arguments: JSON.stringify({ mission: 'm1' }) }] };
    });
    await says('I have had enough of this, get the cake thing stopped for me');
    const confirm = await office.slackCard('Stop? Please confirm', 'Buy the ingredients for the cake');
    expect(JSON.stringify(confirm.blocks)).toContain('chaperone:confirm_stop');
    expect((await office.control(`/missions/${s256}`)).body.status).toBe('active');
  });

  test('a hold that a model proposes is a button that names its mission, and only for who may hold it', async () => {
    server.answer((request) => {
      if (formOf(request)) return quiet(request);
      const looked = request.messages.some(({ role }) => role === 'tool');
      return looked
        ? { content: 'Whoever may can put it on ice here.' }
        : { toolCalls: [{ name: 'propose_hold', arguments: JSON.stringify({ mission: 'm1' }) }] };
    });
    const label = `Hold ${s256.slice(0, 8)}`;
    await says('put that cake thing on ice until tomorrow', office.people.paul);
    const refused = await office.slackCard('An answer by a model', 'put it on ice');
    expect(labelsOf(refused)).not.toContain(label);

    await says('put that cake thing on ice until tomorrow');
    const offered = await until('an answer with the button', () =>
      office.slackCards().find((card) => labelsOf(card).includes(label)),
    );
    expect(textInSlack(offered)).toContain('Nothing is held until then');
    expect(textInSlack(await office.slackCard('Mission active'))).not.toContain('on hold');
    await office.teamsCard('Mission active', 'Buy the ingredients');
    await office.slack.press(offered, label, office.people.paul);
    await until('a private no', () =>
      office.slack
        .ephemerals(office.channel, office.people.paul)
        .find(({ text }) => text.includes('may not hold')),
    );
    await office.slack.press(offered, label, office.people.jonas);
    await office.slackCard('Mission active, on hold here', 'Buy the ingredients');
    await office.teamsCard('Mission active, on hold here', 'Buy the ingredients');
    await says('release');
    await office.slackCard('Hold released');
  });

  test('a question that follows in the thread brings along what was said there before', async () => {
    server.answer((request) =>
      formOf(request) ? quiet(request) : { content: 'There was nothing but flour so far.' },
    );
    await says('so what else is in that bag of yours, roughly speaking?');
    await office.slackCard('An answer by a model', 'nothing but flour');
    await says('and of which brand would all of that be?', office.people.jonas);
    const earlier = await until('the second question at the model', () => {
      const asked = server.asked().findLast((request) => formOf(request) === undefined);
      const turns = asked ? recordsOf(asked, 'earlier') : [];
      return JSON.stringify(turns).includes('that bag of yours') ? turns : undefined;
    });
    expect(JSON.stringify(earlier)).toContain('nothing but flour');
  });

  test('a model that is away costs an answer and nothing else: plain words go on', async () => {
    server.answer(() => ({ error: { message: 'down' }, status: 503 }));
    await says('do you think that flour is any good');
    await office.slackCard('No answer');
    await says('status');
    await office.slackCard('Mission active', 'audit reported');
  });
});

describe('a review by rules and a model', () => {
  test('what a model flags hangs as its own words, with entries that exist', async () => {
    server.answer((request) =>
      formOf(request) === undefined
        ? { content: 'I do not know.' }
        : json({
            verdict: 'drifting',
            claims: [
              { says: 'A tablecloth is no ingredient.', entries: [3] },
              { says: 'It emptied a bank account.', entries: [99] },
            ],
            pattern: 'The cart wanders from the cake to the party.',
            settles: 'Ask what the tablecloth is for.',
          }),
    );
    await agent.audit({ mission_s256: s256, action: 'shop.order', parameters: { item: 'tablecloth' } });
    const card = await office.slackCard('Drift: the log no longer fits the mission');
    expect(textInSlack(card)).toContain('The cart wanders from the cake to the party.');
    expect(textInSlack(card)).toContain('#3');
    expect(textInSlack(card)).not.toContain('bank account');
  });

  test('with the model away the rules stand alone, and the answer says since when', async () => {
    server.answer(() => ({ error: { message: 'down' }, status: 503 }));
    await agent.audit({ mission_s256: s256, action: 'shop.order', parameters: { item: 'sugar' } });
    await says('review');
    const answer = await until('a review that says so', () =>
      office
        .slackCards()
        .findLast((each) => textInSlack(each).includes('The model has not reviewed anything since')),
    );
    expect(textInSlack(answer)).toContain('away');
  });
});
