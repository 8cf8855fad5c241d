// Whatever people, agents, other tools and the clock do at once: each ask has exactly one outcome, and the Person Server, the
// record and every card tell the same. Drawn by chance; a failure is reduced to the fewest doings that still show it.
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '#database/database.ts';
import { type Ledger, ledgerQueues, openLedger } from '#ledger/ledger.ts';
import type { LedgerTables } from '#ledger/tables.ts';
import type { Agent } from './support/aauth-agent.ts';
import { openTestDatabase } from './support/database.ts';
import type { SlackMessage } from './support/fake-slack.ts';
import type { TeamsMessage } from './support/fake-teams.ts';
import { executes, home, offeredBy } from './support/fake-teams-people.ts';
import { labelsOf } from './support/forms.ts';
import { type Office, openOffice, textInSlack, textInTeams, until } from './support/office.ts';
import { openPostgres } from './support/postgres.ts';

let office: Office;
let agent: Agent;
let database: Database;
let ledger: Ledger;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  const { url } = stack.use(await openPostgres());
  office = stack.use(
    await openOffice({
      databaseUrl: url,
      rules: [{ for: { people: ['maria'], actions: ['hire'] }, approve: ['maria', 'jonas'], quorum: 2 }],
    }),
  );
  agent = await office.agent();
  // A second reader of the same store; it works off nothing.
  database = stack.use(await openTestDatabase(ledgerQueues, { url }));
  ledger = openLedger(database);
});
afterAll(() => stack.disposeAsync());

type Who = 'maria' | 'jonas' | 'guest';
type Doing =
  /** `flour` is access to a resource; the others are permissions. */
  | { readonly do: 'ask'; readonly action: 'invite' | 'hire' | 'clean' | 'flour' }
  | { readonly do: 'press'; readonly on: 'slack' | 'teams'; readonly who: Who; readonly nth: number }
  /** A card as it hung before: somebody's client shows it still. */
  | { readonly do: 'press-old'; readonly who: Who; readonly nth: number; readonly version: number }
  | { readonly do: 'say'; readonly on: 'slack' | 'teams'; readonly who: Who; readonly words: string }
  | { readonly do: 'withdraw' | 'answer'; readonly nth: number }
  /** Asked about the access it wants, the agent wants something else instead. */
  | { readonly do: 'change'; readonly nth: number }
  /** Its time is over now. */
  | { readonly do: 'expire'; readonly nth: number }
  /** Another tool of the operator's; a question with a deadline runs out by itself. */
  | { readonly do: 'outside'; readonly how: 'approve' | 'deny' | 'ask'; readonly nth: number };

const who = fc.constantFrom<Who>('maria', 'maria', 'maria', 'maria', 'jonas', 'guest');
const nth = fc.nat({ max: 7 });
const on = fc.constantFrom('slack' as const, 'teams' as const);
const phrases = fc.constantFrom(
  'approve',
  'approve all',
  'deny the first',
  'deny all because of the rain',
  'deny the second',
  'approve #3',
  'deny "guest 1"',
  'deny',
  'hold',
  'release',
  'I’m on it',
  'stop',
);
const ask = fc.record({
  do: fc.constant('ask' as const),
  action: fc.constantFrom(
    'invite' as const,
    'invite' as const,
    'invite' as const,
    'hire' as const,
    'clean' as const,
    'flour' as const,
    'flour' as const,
  ),
});
const press = fc.record({ do: fc.constant('press' as const), on, who, nth });
const say = fc.record({ do: fc.constant('say' as const), on, who, words: phrases });
const doing: fc.Arbitrary<Doing> = fc.oneof(
  { arbitrary: ask, weight: 3 },
  { arbitrary: press, weight: 5 },
  { arbitrary: say, weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('press-old' as const), who, nth, version: nth }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constantFrom('withdraw' as const, 'answer' as const), nth }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('change' as const), nth }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('expire' as const), nth }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant('outside' as const),
      how: fc.constantFrom('approve' as const, 'deny' as const, 'ask' as const),
      nth,
    }),
    weight: 1,
  },
);
/**
 * Doings of one group go out at once, groups one after the other; `calm`: all of it is dealt with before the next. Something
 * is asked first, so that there is something to do.
 */
const group = fc.record({ doings: fc.array(doing, { minLength: 1, maxLength: 4 }), calm: fc.boolean() });
const story = fc.tuple(
  fc.array(ask, { minLength: 3, maxLength: 5 }),
  fc.array(group, { minLength: 2, maxLength: 6 }),
);
/** Always told: a change meets a press, and later somebody presses what hung before it. */
const changedUnderTheHand: [Extract<Doing, { do: 'ask' }>[], { doings: Doing[]; calm: boolean }[]] = [
  (['flour', 'flour', 'invite'] as const).map((action) => ({ do: 'ask', action })),
  [
    { doings: [{ do: 'change', nth: 0 }], calm: true },
    {
      doings: [
        { do: 'change', nth: 1 },
        { do: 'press', on: 'teams', who: 'maria', nth: 0 },
        { do: 'say', on: 'slack', who: 'maria', words: 'approve all' },
      ],
      calm: false,
    },
    { doings: [0, 1, 2].map((at) => ({ do: 'press-old', who: 'maria', nth: at, version: 0 })), calm: true },
  ],
];

type Request = {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly digest: string;
  readonly previous?: object;
  readonly pending_url?: string;
  readonly decision?: { readonly action: string; readonly decided_by: { readonly via: string } };
};
type Scene = {
  readonly s256: string;
  readonly slack: SlackMessage;
  readonly teams: TeamsMessage;
  /** What the agent shows at the shop. */
  readonly personToken: string;
  /** Where the agent looks for its answers. */
  readonly asked: string[];
  /** How many were asked about so far. */
  guests: number;
};

let scenes = 0;
/** A mission of its own for one story. */
async function openScene(): Promise<Scene> {
  scenes += 1;
  const title = `Party ${scenes}.`;
  const resources = [office.shop.issuer];
  const proposed = await agent.proposeMission({ description: `# ${title}`, resources });
  const slack = await office.slackCard('Waiting', title);
  await office.slack.press(slack, 'Approve', office.people.maria);
  const { body } = await agent.settle(proposed, { withinMs: 20_000 });
  const teams = await office.teamsCard('Mission active', title);
  const { s256, person_tokens } = body as { s256: string; person_tokens: Record<string, string> };
  const personToken = person_tokens[office.shop.issuer] ?? '';
  return { s256, slack, teams, personToken, asked: [], guests: 0 };
}

async function asksOf({ s256 }: Scene): Promise<readonly Request[]> {
  const pages = await Promise.all(
    ['open', 'closed'].map((state) =>
      office.control(`/requests?state=${state}&mission_s256=${s256}&limit=100`),
    ),
  );
  const all = pages.flatMap(({ body }) => body['requests'] as Request[]);
  return all.filter(({ type }) => type === 'permission' || type === 'auth_token');
}

/** What the shop wants authorised for this scope; undefined once it takes the mission's token no more. */
async function wantedAtTheShop({ personToken }: Scene, scope: string) {
  const { status, body } = await agent.authorize(office.shop, personToken, { scope });
  if (status !== 200) return undefined;
  return {
    resource_token: (body as { resource_token: string }).resource_token,
    presented_token: personToken,
  };
}

const choose = <T>(from: readonly T[], nth: number): T | undefined => from[nth % Math.max(from.length, 1)];
const teamsUser = { maria: 'alice', jonas: 'bob', guest: 'gina' } as const;

/** Sends off one doing. Whether anything comes of it is for the rules and the moment to say. */
async function carryOut(scene: Scene, doing: Doing): Promise<void> {
  const { slack, teams, people, teamsPeople } = office;
  const inThread = office.teamsCards().filter((card) => card.conversation === scene.teams.conversation);
  switch (doing.do) {
    case 'ask': {
      const answer = await (doing.action === 'flour'
        ? askForAccess(scene)
        : askForPermission(scene, doing.action));
      // Refused once the mission is over; granted at once where nothing is left to ask.
      if (answer?.status === 202) scene.asked.push(answer.headers.get('location') ?? '');
      return;
    }
    case 'press': {
      if (doing.on === 'teams')
        return await pressTeams(inThread, doing.who, doing.nth, (card) => card.cards.length - 1);
      const cards = office.slackCards().filter(({ thread_ts }) => thread_ts === scene.slack.ts);
      const buttons = cards.flatMap((card) =>
        labelsOf(card)
          .filter((label) => /^(?:Approve|I’m on it)/.test(label))
          .map((label) => ({ card, label })),
      );
      const button = choose(buttons, doing.nth);
      if (button) await slack.press(button.card, button.label, people[doing.who]);
      return;
    }
    case 'press-old':
      return await pressTeams(inThread, doing.who, doing.nth, ({ cards }) => doing.version % cards.length);
    case 'say':
      if (doing.on === 'slack')
        await slack.say(office.channel, people[doing.who], office.mention(doing.words), scene.slack.ts);
      else await teams.say(teamsPeople[teamsUser[doing.who]], scene.teams.conversation, doing.words);
      return;
    case 'withdraw':
    case 'answer': {
      const location = choose(scene.asked, doing.nth);
      if (location === undefined) return;
      if (doing.do === 'withdraw') await agent.withdraw(location);
      else
        await agent.respond(location, {
          action: 'clarification_response',
          clarification_response: 'Because it is a party',
        });
      return;
    }
    case 'change': {
      const tokens = (await asksOf(scene)).filter(({ type }) => type === 'auth_token');
      const request = choose(tokens, doing.nth);
      if (!request) return;
      await askOutside(request, 5);
      const { body } = await office.control(`/requests/${request.id}?debug=1`);
      const wanted = await wantedAtTheShop(scene, 'buy:candles');
      const { pending_url } = body as Partial<Request>;
      if (wanted && pending_url !== undefined)
        await agent.respond(pending_url, { action: 'updated_request', ...wanted });
      return;
    }
    case 'expire': {
      const request = choose(await asksOf(scene), doing.nth);
      // Nobody waits an hour here; the clock of the Person Server is the one it compares with.
      await sql`update person_server.request set expires_at = now()
        where id = ${request?.id ?? null} and state in ('open', 'clarifying')`.execute(database.as<object>());
      return;
    }
    case 'outside': {
      const request = choose(await asksOf(scene), doing.nth);
      if (!request) return;
      if (doing.how === 'ask') await askOutside(request, 1);
      else
        await office.control(`/requests/${request.id}`, {
          action: doing.how,
          digest: request.digest,
          decided_by: byConsole,
        });
    }
  }
}

async function askForPermission(scene: Scene, action: string) {
  scene.guests += 1;
  const parameters = { guest: `guest ${scene.guests}` };
  return await agent.permission({ action, parameters, mission_s256: scene.s256 });
}

/** The shop is approved with the mission, so the agent says that it wants its person to be asked. */
async function askForAccess(scene: Scene) {
  const wanted = await wantedAtTheShop(scene, 'buy:flour');
  return wanted && (await agent.authToken({ ...wanted, prompt: 'consent' }));
}

const byConsole = { person: 'maria', via: 'console', id: 'console:1' };
const askOutside = ({ id, digest }: Request, timeout: number) =>
  office.control(`/requests/${id}`, {
    action: 'ask',
    digest,
    decided_by: byConsole,
    question: 'Why?',
    timeout,
  });

/** Presses one of the buttons that some version of these cards has. */
async function pressTeams(
  messages: readonly TeamsMessage[],
  who: Who,
  nth: number,
  version: (message: TeamsMessage) => number,
) {
  const buttons = messages.flatMap((message) => {
    const card = message.cards[version(message)] ?? {};
    return executes(card)
      .filter(({ verb }) => /\.(?:approve|deny|pick|claim)$/.test(verb))
      .map(({ verb, data }) => ({ id: message.id, card, verb, data }));
  });
  const button = choose(buttons, nth);
  if (!button) return;
  const { id, card, verb, data } = button;
  const which = choose(offeredBy(card, 'which'), nth) ?? '';
  const typed: Readonly<Record<string, string>> = verb.endsWith('.pick')
    ? { which, what: 'deny', words: '' }
    : {};
  await office.teams.press(id, verb, office.teamsPeople[teamsUser[who]], { card, match: data, typed });
}

/** Everything that is told differently by different tellers; empty once all agree. */
async function disagreements(scene: Scene): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { id, state, digest, decision } of await asksOf(scene)) {
    const standing = words[state];
    if (standing === undefined) found.push(`${id} is ${state}`);
    const acts = await ledger.acts.about(`request:${id}`);
    const decided = acts.filter(
      ({ outcome, verb }) => outcome === 'decided' && (verb === 'approve' || verb === 'deny'),
    );
    const ours = decision !== undefined && decision.decided_by.via !== 'console' ? [decision.action] : [];
    if (decided.map(({ verb }) => verb).join() !== ours.join())
      found.push(
        `${id} is ${state}, by ${ours.join()}; its acts say ${decided.map(({ verb }) => verb).join()}`,
      );
    for (const act of decided)
      if (act.digest !== digest) found.push(`${id} was decided as ${act.digest}, and is ${digest}`);
    const seat = await ledger.batches.seatOf(id);
    const subject = await subjectOf({ id });
    for (const [where, text] of await shownAs(subject)) {
      const told =
        seat && !seat.apart
          ? new RegExp(`^${seat.number}: .*${standing}`, 'm').test(text)
          : text.startsWith(`${standing}: `);
      if (!told) found.push(`${id} is ${state}; ${where} shows, as ${subject}: ${text.slice(0, 400)}`);
    }
  }
  return found;
}

const words: Readonly<Record<string, string>> = {
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Denied, nobody answered',
  withdrawn: 'Withdrawn by the agent',
  voided: 'Void, the mission has ended',
};

/** Everything people did is dealt with, and no question's time still runs. */
async function isCalm(scene: Scene): Promise<boolean> {
  const waiting = await database
    .as<LedgerTables>()
    .selectFrom('chaperone.inbox')
    .select('id')
    .where('done_at', 'is', null)
    .execute();
  return waiting.length === 0 && !(await asksOf(scene)).some(({ state }) => state === 'clarifying');
}

/** Where an ask is shown: on the card it shares, or on its own. */
async function subjectOf({ id }: Pick<Request, 'id'>): Promise<string> {
  const seat = await ledger.batches.seatOf(id);
  if (seat && !seat.apart) return `request:${seat.batch}`;
  return seat?.batch === id ? `apart:${id}` : `request:${id}`;
}

/** What people see of a subject, on each surface. */
async function shownAs(subject: string): Promise<readonly (readonly [where: string, text: string])[]> {
  const slack = { platform: 'slack', tenant: office.slack.team, channel: office.channel } as const;
  const teams = { platform: 'teams', tenant: home, channel: office.teams.channel } as const;
  const inSlack = (await ledger.wall.hangingAt(slack, subject))?.posted?.message;
  const inTeams = (await ledger.wall.hangingAt(teams, subject))?.posted?.message;
  const slackCard = office.slackCards().find(({ ts }) => ts === inSlack);
  const teamsCard = office.teamsCards().find(({ id }) => id === inTeams);
  return [
    ['Slack', slackCard ? textInSlack(slackCard) : ''],
    ['Teams', teamsCard ? textInTeams(teamsCard) : ''],
  ];
}

test('any interleaving gives each ask exactly one outcome, equal at the Person Server, in the acts and on every card', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(story, async ([first, groups]) => {
      const scene = await openScene();
      await Promise.all(first.map((doing) => carryOut(scene, doing)));
      // From here on nothing is waited for: a doing may meet any state of a card.
      await until('something to press', async () => {
        const subjects = await Promise.all((await asksOf(scene)).map(subjectOf));
        const shown = (await Promise.all(subjects.map(shownAs))).flat();
        return shown.length >= 2 * first.length && shown.every(([, text]) => text.startsWith('Waiting'));
      });
      for (const { doings, calm } of groups) {
        await Promise.all(doings.map((each) => carryOut(scene, each)));
        if (calm) await until('calm', () => isCalm(scene));
      }
      // Whatever is still open then, the stop ends.
      await office.slack.say(office.channel, office.people.jonas, office.mention('stop'), scene.slack.ts);
      let last: readonly string[] = ['nothing was looked at'];
      await until(
        'everybody to tell the same',
        async () => (last = await disagreements(scene)).length === 0,
        () => last.join('\n'),
      );
      const settled = await asksOf(scene);
      changed += settled.filter(({ previous }) => previous !== undefined).length;
      for (const { state, decision } of settled)
        expect(decision !== undefined).toBe(state === 'approved' || state === 'denied');
      // Nothing that comes late changes an outcome.
      await carryOut(scene, { do: 'press-old', who: 'maria', nth: 0, version: 0 });
      await carryOut(scene, { do: 'say', on: 'slack', who: 'maria', words: 'approve all' });
      expect(await asksOf(scene)).toEqual(settled);
    }),
    { numRuns: 6, interruptAfterTimeLimit: 90_000, examples: [[changedUnderTheHand]] },
  );
  expect(changed).toBeGreaterThan(0);
  expect((await ledger.acts.check()).faults).toEqual([]);
}, 120_000);

test('votes that a dead process left behind, and a hold kept back, count right after the release', async () => {
  const scene = await openScene();
  await office.slack.say(office.channel, office.people.maria, office.mention('hold'), scene.slack.ts);
  await until('the hold', () => ledger.holds.standing(scene.s256));
  await carryOut(scene, { do: 'ask', action: 'hire' });
  const [request] = await asksOf(scene);
  for (const person of ['maria', 'jonas'])
    await ledger.votes.cast({
      source: `left/${person}`,
      requestId: request?.id ?? '',
      digest: request?.digest ?? '',
      reach: 'once',
      given: { person, via: 'slack', id: `slack:${office.slack.team}:${person}` },
      by: person,
      for: undefined,
      delegation: undefined,
      signedIn: false,
      at: new Date(),
    });
  await office.slack.say(office.channel, office.people.maria, office.mention('release'), scene.slack.ts);
  // The next round comes in half a minute; nobody waits that long here.
  await until('the approval', async () => (await asksOf(scene))[0]?.state === 'approved');
});
