// The story on one machine: for people to play or, with `--auto`, played for them and checked.
import { createInterface } from 'node:readline/promises';
import type { Client } from '#demo/client.ts';
import { type Moment, runErrand } from '#demo/errand.ts';
import { narrate } from '#demo/narrator.ts';
import { type Played, playPeople, steps } from '#demo/play.ts';
import { openWorld, type World } from '#demo/world.ts';

/** Long enough to look on, or just to check. */
const byHand = { pauseMs: 12_000, weekMs: 30_000 };
const played = { pauseMs: 700, weekMs: 5_000 };

type Print = (line: string) => void;

/**
 * Brings everything up, tells the story while it happens and goes on until `signal` aborts; with `auto` it plays the people
 * too and ends with the story. Gives back the exit code: with `auto` 0 only if every step happened as told.
 */
export async function runDemo({
  auto,
  signal,
}: {
  readonly auto: boolean;
  readonly signal: AbortSignal;
}): Promise<number> {
  const print: Print = (line) => void process.stdout.write(`${line}\n`);
  try {
    print('Chaperone keeps people in the loop of what their agents do. Starting it all on this machine …');
    await using world = await openWorld(signal);
    for (const line of greeting(world.clients, auto)) print(line);
    if (!auto) await enterPressed(signal);
    return auto ? await showPlayed(world, signal, print) : await showByHand(world, signal, print);
  } catch (error) {
    if (signal.aborted) {
      print('\nEverything is stopped.');
      return auto ? 1 : 0;
    }
    print(`\nThe demo could not go on: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function greeting(clients: readonly Client[], auto: boolean): readonly string[] {
  return [
    '',
    ...clients.map(({ name, page, howTo }) => `  ${name.padEnd(6)} ${page}   ${howTo}`),
    ...(clients.some(({ name }) => name === 'Slack')
      ? []
      : ['  (There is no local Slack for this kind of machine: the story plays in Teams alone.)']),
    '',
    'Maria bakes a cake; her agent buys the ingredients. Jonas is a colleague: he may stop agents, not approve for Maria.',
    'Nothing is faked: the agent signs every request, the shops verify every token.',
    auto
      ? 'This time both are played for you, and each step is checked from the outside.'
      : `Open the pages${process.stdin.isTTY ? ', then press Enter here' : ''}. Ctrl-C ends everything.`,
    '',
  ];
}

/** Without a terminal there is nobody to wait for. */
async function enterPressed(signal: AbortSignal) {
  if (!process.stdin.isTTY) return;
  const terminal = createInterface({ input: process.stdin });
  try {
    await terminal.question('', { signal });
  } finally {
    terminal.close();
  }
}

async function showByHand(world: World, signal: AbortSignal, print: Print): Promise<number> {
  const telling = tell(world, print, { hints: true });
  await withProduct(world, signal, async (running) => {
    await runErrand(world.agent, shopsOf(world), (moment) => telling.moment(moment), {
      ...byHand,
      signal: running,
    });
    await telling.done();
    print('\nThat is the story. Everything stays up for you to look around; Ctrl-C ends it.');
    running.throwIfAborted();
    await new Promise((_, reject) => running.addEventListener('abort', () => reject(running.reason)));
  });
  return 0;
}

async function showPlayed(world: World, signal: AbortSignal, print: Print): Promise<number> {
  const telling = tell(world, print, { hints: false });
  const moments: Moment[] = [];
  return await withProduct(world, signal, async (running) => {
    const over = new AbortController();
    const stage = {
      clients: world.clients,
      agentId: world.agent.id,
      moments,
      missionControl: world.missionControl,
      corner: world.corner,
      toys: world.toys,
      signal: AbortSignal.any([running, over.signal]),
    };
    const errand = runErrand(
      world.agent,
      shopsOf(world),
      (moment) => {
        moments.push(moment);
        telling.moment(moment);
      },
      { ...played, signal: stage.signal },
    );
    // The agent's own failure ends the play; that of an agent whose play is over does not matter any more.
    errand.catch((error: unknown) => over.abort(error));
    const told = await playPeople(stage, (step) => telling.step(step));
    over.abort();
    await telling.done();
    const code = verdict(steps(stage), told, print);
    if (code !== 0) print(`  The product's log: ${world.keepLog()}`);
    return code;
  });
}

function verdict(all: readonly string[], told: readonly Played[], print: Print): number {
  const failed = told.find((played) => played.failed !== undefined);
  if (!failed) {
    print(`\nAll ${all.length} steps happened as told.`);
    return 0;
  }
  print(`\nNot as told: ${failed.step}.\n  ${failed.failed}`);
  for (const step of all.slice(told.length)) print(`  Not reached: ${step}.`);
  return 1;
}

/** Runs something while the product lives; its unexpected end ends it with the reason. */
async function withProduct<T>(
  { product }: World,
  signal: AbortSignal,
  run: (running: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  product.ended.then(
    () => gone.abort(new Error('the product ended before its time')),
    (error: unknown) => gone.abort(error),
  );
  const running = AbortSignal.any([signal, gone.signal]);
  try {
    return await run(running);
  } catch (error) {
    throw gone.signal.aborted ? gone.signal.reason : error;
  }
}

const shopsOf = ({ corner, toys }: World) => ({ corner: corner.issuer, toys: toys.issuer });

/** Prints moments and checked steps in the order they came. What a moment says has to be looked up first. */
function tell({ missionControl, clients }: World, print: Print, { hints }: { readonly hints: boolean }) {
  let last = Promise.resolve();
  let number = 0;
  let s256: string | undefined;
  const inOrder = (say: () => Promise<void> | void) => {
    last = last.then(say);
    // A line that could not be looked up is reported where the telling is awaited.
    last.catch(() => undefined);
  };
  return {
    moment(moment: Moment) {
      if (moment.kind === 'on-mission') s256 = moment.s256;
      inOrder(async () => {
        const lines = await narrate(moment, missionControl, { s256, both: clients.length > 1 });
        number++;
        print(`${String(number).padStart(2)}  ${lines.story.join('\n    ')}`);
        if (hints) for (const hint of lines.hints) print(`    → ${hint}`);
      });
    },
    step({ step, failed }: Played) {
      inOrder(() => print(`    ${failed === undefined ? '✓' : '✗'} ${step}`));
    },
    done: () => last,
  };
}
