#!/usr/bin/env node
// chaperone serve | demo [--auto] | doctor | eval drift | audit verify | keys rotate
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '#config.ts';
import { openLog } from '#log.ts';
import { openChaperone } from '#main.ts';

const usage = `chaperone: people in the loop of their agents' missions, in Slack and Microsoft Teams

  chaperone serve                 run for real; the environment says how (README: configuration)
  chaperone demo [--auto]         everything on this machine; --auto plays the people too and checks the story
  chaperone doctor                what is wrong with the configuration and the world, and what to do about it
  chaperone keys rotate           sign with a new key from now on; the old one stays published while it is needed
  chaperone audit verify          check the chain of acts
  chaperone eval drift --in CASES.jsonl --out PREDICTIONS.jsonl
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    auto: { type: 'boolean' },
    in: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function run(command: string): Promise<number> {
  try {
    switch (command) {
      case 'serve':
        return await serve();
      case 'demo':
        return await (await import('#demo/demo.ts')).runDemo({
          auto: values.auto === true,
          signal: signalled(),
        });
      case 'doctor':
        return await (await import('#doctor.ts')).runDoctor();
      case 'keys rotate':
        return await (await import('#upkeep.ts')).rotateKeys();
      case 'audit verify':
        return await (await import('#upkeep.ts')).verifyActs();
      case 'eval drift':
        return await evalDrift();
      default:
        (values.help ? process.stdout : process.stderr).write(usage);
        return values.help ? 0 : 2;
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(
      `The configuration does not hold:\n${error.faults.map((fault) => `  ${fault}\n`).join('')}`,
    );
    return 2;
  }
}

/** Runs until SIGINT or SIGTERM, then closes every room in reverse. */
async function serve(): Promise<number> {
  const config = readConfig();
  const stop = signalled();
  await using chaperone = await openChaperone(config, openLog(config.log));
  process.stdout.write(`${opening(chaperone.issuer, chaperone.platforms)}\n`);
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  return 0;
}

const opening = (issuer: string, platforms: readonly string[]) =>
  platforms.length > 0
    ? `Chaperone is open at ${issuer} and connects to ${platforms.join(' and ')}.`
    : `Chaperone is open at ${issuer}: no chat is configured, so it is the Person Server and mission control alone.`;

async function evalDrift(): Promise<number> {
  const { in: cases, out } = values;
  if (typeof cases !== 'string' || typeof out !== 'string') {
    process.stderr.write('eval drift needs --in CASES.jsonl and --out PREDICTIONS.jsonl\n');
    return 2;
  }
  const { evaluateDrift } = await import('#reviewer/evaluate.ts');
  await evaluateDrift(cases, out);
  return 0;
}

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process as the system does. */
function signalled(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

process.exitCode = await run(positionals.join(' '));
