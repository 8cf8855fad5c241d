// `--auto`: plays the people through the chat clients and checks each step of the story from the outside: what the agent
// was answered, what both clients show, what the shops sold, what the Person Server wrote down.
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Seen } from '#demo/client.ts';
import { cornerShop, type Moment, missionTitle } from '#demo/errand.ts';
import type { Shop } from '#demo/shop.ts';
import type { LogEntry } from '#mission-control/facts.ts';
import type { MissionControl } from '#mission-control/port.ts';

/** What the checks look at. `moments` grows while the agent runs. */
export type Stage = {
  /** All that are there; the first one approves and stops, the last one denies. */
  readonly clients: readonly [Client, ...Client[]];
  readonly agentId: string;
  readonly moments: readonly Moment[];
  readonly missionControl: MissionControl;
  readonly corner: Shop;
  readonly toys: Shop;
  readonly signal: AbortSignal;
};

export type Played = { readonly step: string; readonly failed?: string };

/** A step did not happen as told. */
class StepError extends Error {
  override readonly name = 'StepError';
}

const withinMs = 30_000;

/**
 * Plays the story to its end, telling each step as it is done. The first step that fails ends it; the steps after it are
 * not in what is returned.
 */
export async function playPeople(stage: Stage, tell: (played: Played) => void): Promise<readonly Played[]> {
  const played: Played[] = [];
  for (const { step, run } of storyOn(stage)) {
    let failed: string | undefined;
    try {
      await run();
    } catch (error) {
      if (stage.signal.aborted) throw stage.signal.reason;
      if (!(error instanceof Error)) throw error;
      failed = error.message;
    }
    const outcome = { step, ...(failed !== undefined && { failed }) };
    played.push(outcome);
    tell(outcome);
    if (failed !== undefined) break;
  }
  return played;
}

/** What has to happen, in order; also the list of what did not when a step fails. */
export const steps = (stage: Stage): readonly string[] => storyOn(stage).map(({ step }) => step);

type Step = { readonly step: string; readonly run: () => Promise<void> };

function storyOn(stage: Stage): readonly Step[] {
  const { clients, agentId, missionControl, corner, toys } = stage;
  const [first] = clients;
  const last = clients.at(-1) ?? first;
  const everywhere = clients.map(({ name }) => name).join(' and in ');
  /** The mission's thread on each client, and the ask for the PlayStation in it. */
  const roots = new Map<Client, Seen>();
  const asks = new Map<Client, Seen>();
  let s256 = '';

  const onEach = async (find: (client: Client) => Promise<void>) => {
    for (const client of clients) await find(client);
  };
  const log = async () => (await missionControl.readLog(s256, { limit: 200 })).entries;

  return [
    {
      step: `The proposal hangs in ${everywhere}`,
      run: () =>
        onEach(async (client) => {
          const root = await seen(
            stage,
            client,
            `the proposal with Approve and Deny`,
            (message) =>
              !message.thread && shows(message, agentId, missionTitle) && offers(message, 'Approve', 'Deny'),
          );
          roots.set(client, root);
        }),
    },
    {
      step: `Jonas presses Approve in ${first.name}, and it is not his to approve`,
      async run() {
        const root = found(roots, first);
        await first.press('jonas', root, 'Approve');
        // Slack shows him why in the channel, to him alone; Teams on his own copy of the card.
        if (first.name === 'Slack') {
          await seen(stage, first, 'why Jonas may not', ({ text }) => text.includes('not an approver'));
        } else await pause(2_000, undefined, { signal: stage.signal });
        const now = (await first.read()).find(({ id }) => id === root.id);
        must(now && offers(now, 'Approve'), 'the proposal is no longer open after Jonas pressed Approve');
        const { requests } = await missionControl.listRequests({ state: 'open' });
        must(requests.length === 1, `${requests.length} asks are open, not one`);
      },
    },
    {
      step: `Maria approves in ${first.name}; the card follows in ${everywhere}`,
      async run() {
        await first.press('maria', found(roots, first), 'Approve');
        const moment = await heard(stage, 'the agent gets its mission', (each) => each.kind === 'on-mission');
        if (moment.kind === 'on-mission') s256 = moment.s256;
        await onEach(async (client) => {
          const { id } = found(roots, client);
          await seen(
            stage,
            client,
            'the active mission, approved by Maria',
            (message) =>
              message.id === id && shows(message, 'Mission active', 'Maria') && !offers(message, 'Approve'),
          );
        });
      },
    },
    {
      step: 'Flour fits the mission: bought without asking anybody, and in the log',
      async run() {
        await heard(stage, 'the agent buys flour', (each) => each.kind === 'bought' && each.item === 'flour');
        must(
          corner.sales.some((sale) => sale.item === 'flour' && sale.missionS256 === s256),
          'the shop sold no flour under this mission',
        );
        const granted = (entry: LogEntry) =>
          entry.kind === 'auth_token' && entry.outcome === 'granted' && entry.decidedBy?.policy !== undefined;
        await until(stage, 'a silent grant in the log', async () => (await log()).find(granted));
        const { requests } = await missionControl.listRequests({ state: 'closed' });
        must(requests.length === 1, `${requests.length} asks were put to people, not one`);
      },
    },
    {
      step: `The PlayStation does not fit: a card asks in the mission's thread in ${everywhere}`,
      run: () =>
        onEach(async (client) => {
          const root = found(roots, client);
          const ask = await seen(
            stage,
            client,
            'the ask for the toy shop',
            (message) => message.thread === root.id && shows(message, toys.issuer) && offers(message, 'Deny'),
          );
          asks.set(client, ask);
        }),
    },
    {
      step: `Maria denies in ${last.name}; the card follows in ${everywhere}, and the agent is told no`,
      async run() {
        await last.press('maria', found(asks, last), 'Deny', 'That is no ingredient.');
        await heard(
          stage,
          'the agent is told no',
          (each) => each.kind === 'refused' && each.what === 'playstation' && each.refusal.error === 'denied',
        );
        await onEach(async (client) => {
          const { id } = found(asks, client);
          await seen(
            stage,
            client,
            'the ask denied by Maria',
            (message) => message.id === id && shows(message, 'Denied', 'Maria') && !offers(message, 'Deny'),
          );
        });
        must(toys.sales.length === 0, 'the toy shop sold something');
      },
    },
    {
      step: 'One defensible thing after another, each in the log',
      async run() {
        const wanted = cornerShop.wares.map(({ item }) => item).filter((item) => item !== 'sprinkles');
        for (const item of wanted) {
          await heard(
            stage,
            `the agent buys ${item}`,
            (each) => each.kind === 'bought' && each.item === item,
          );
        }
        must(corner.sales.length === wanted.length, `the shop sold ${corner.sales.length} things`);
        await until(stage, 'an audit record for each purchase', async () => {
          const records = (await log()).filter(({ kind, action }) => kind === 'audit' && action === 'order');
          return records.length === wanted.length || undefined;
        });
      },
    },
    {
      step: `The cart as a whole is not the mission: the reviewer flags it once in ${everywhere}, with the entries it rests on`,
      run: () =>
        onEach(async (client) => {
          const { id } = found(roots, client);
          await seen(
            stage,
            client,
            'the drift',
            (message) => message.thread === id && shows(message, 'Drift: the log no longer fits', '#'),
          );
        }),
    },
    {
      step: `Jonas says “stop the cake mission” in the thread in ${first.name}, and it is over`,
      async run() {
        await first.tell('jonas', found(roots, first), 'stop the cake mission');
        const mission = await until(stage, 'the mission terminated', async () => {
          const now = await missionControl.readMission(s256);
          return now?.status === 'terminated' ? now : undefined;
        });
        must(
          mission.terminatedBy?.person === 'jonas',
          'the Person Server does not say that Jonas stopped it',
        );
      },
    },
    {
      step: 'The agent hears mission_terminated at its next request',
      async run() {
        const moment = await heard(stage, 'the agent hears it', (each) => each.kind === 'over');
        must(moment.kind === 'over' && moment.refusal.status === 403, 'it was not answered with 403');
      },
    },
    {
      step: `The stop is told in ${everywhere}: the mission's card, and a report in its thread`,
      run: () =>
        onEach(async (client) => {
          const { id } = found(roots, client);
          await seen(
            stage,
            client,
            'the stopped mission without a Stop button',
            (message) =>
              message.id === id && !shows(message, 'Mission active') && !offers(message, 'Stop mission'),
          );
          await seen(
            stage,
            client,
            'the report of the stop',
            (message) => message.thread === id && shows(message, 'Jonas', 'Agent told'),
          );
        }),
    },
    {
      step: `The report closes in ${everywhere}: the shop confirmed, no authority remains`,
      run: () =>
        onEach(async (client) => {
          const { id } = found(roots, client);
          await seen(
            stage,
            client,
            'that the shop confirmed and no authority remains',
            (message) =>
              message.thread === id &&
              /no authority remains/i.test(message.text) &&
              shows(message, 'confirmed'),
          );
        }),
    },
    {
      step: '“Next week” nothing can be bought on last week’s mission',
      async run() {
        const moment = await heard(stage, 'the agent tries again', (each) => each.kind === 'next-week');
        if (moment.kind !== 'next-week') return;
        const { fresh, again } = moment;
        must(
          fresh.kind === 'refused' && fresh.error === 'mission_terminated',
          'a new purchase was not refused with mission_terminated',
        );
        must(
          again?.kind === 'refused' && again.error === 'revoked_jwt',
          'the shop does not refuse the old token as revoked',
        );
        must(!corner.sales.some(({ item }) => item === 'sprinkles'), 'the shop sold sprinkles');
      },
    },
  ];
}

const shows = ({ text }: Seen, ...words: readonly string[]) => words.every((word) => text.includes(word));
const offers = ({ buttons }: Seen, ...labels: readonly string[]) =>
  labels.every((label) => buttons.includes(label));

function found(map: ReadonlyMap<Client, Seen>, client: Client): Seen {
  const message = map.get(client);
  if (!message) throw new StepError(`an earlier step left nothing in ${client.name}`);
  return message;
}

function must(holds: boolean | undefined, otherwise: string): asserts holds {
  if (!holds) throw new StepError(otherwise);
}

/** Reads a client until a message fits. */
function seen(stage: Stage, client: Client, what: string, fits: (message: Seen) => boolean): Promise<Seen> {
  return until(stage, `${what} in ${client.name}`, async () => (await client.read()).findLast(fits));
}

function heard(stage: Stage, what: string, fits: (moment: Moment) => boolean): Promise<Moment> {
  return until(stage, what, async () => stage.moments.find(fits));
}

async function until<T>({ signal }: Stage, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    const there = await look();
    if (there !== undefined) return there;
    await pause(200, undefined, { signal });
  }
  throw new StepError(`not seen within ${withinMs / 1000} s: ${what}`);
}
