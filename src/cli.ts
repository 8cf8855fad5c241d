#!/usr/bin/env node
// chaperone serve | demo [--auto] | doctor | keys rotate | audit verify, export, forget | eval drift
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '#config.ts';
import { openLog } from '#log.ts';
import { openChaperone } from '#main.ts';
import type { Case, Prediction } from '#reviewer/evaluate.ts';
import { aborted } from '#tasks.ts';

const usage = `chaperone: people in the loop of their agents' missions, in Slack and Microsoft Teams

  chaperone serve                 run for real; the environment says how (README: configuration)
  chaperone demo [--auto]         everything on this machine; --auto plays the people too and checks the story
  chaperone doctor                what is wrong with the configuration and the world, and what to do about it
  chaperone keys rotate           sign with a new key from now on; the old one stays published while it is needed
  chaperone audit verify [--in FILE]
                                  check the chain of acts in the store, or in a file that was exported
  chaperone audit export [--from DATE] [--to DATE] [--format jsonl|csv]
                                  write who did what, each with its signed receipt, to standard output
  chaperone audit forget --before DATE | --person ID
                                  forget who acted; what was done stays, and the chain holds
  chaperone eval drift --in CASES.jsonl --out PREDICTIONS.jsonl [--model]
                                  predict drift by the rules alone, or with the configured model on top
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    auto: { type: 'boolean' },
    model: { type: 'boolean' },
    in: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    before: { type: 'string' },
    person: { type: 'string' },
    format: { type: 'string' },
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
        return await (await import('#upkeep.ts')).verifyActs(given('in'));
      case 'audit export':
        return await exportActs();
      case 'audit forget':
        return await forgetActors();
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
  await aborted(stop);
  return 0;
}

const opening = (issuer: string, platforms: readonly string[]) =>
  platforms.length > 0
    ? `Chaperone is open at ${issuer} and connects to ${platforms.join(' and ')}.`
    : `Chaperone is open at ${issuer}: no chat is configured, so it is the Person Server and mission control alone.`;

async function exportActs(): Promise<number> {
  const { exportActs } = await import('#upkeep.ts');
  const format = given('format') ?? 'jsonl';
  if (format !== 'jsonl' && format !== 'csv') return wrong('--format is jsonl or csv');
  const [from, to] = [moment('from'), moment('to')];
  if (from === 'unclear' || to === 'unclear')
    return wrong('--from and --to are dates: 2026-11-21 or 2026-11-21T14:00:00Z');
  return await exportActs({ ...(from && { from }), ...(to && { to }) }, format);
}

async function forgetActors(): Promise<number> {
  const { forgetActors } = await import('#upkeep.ts');
  const [before, person] = [moment('before'), given('person')];
  if (before === 'unclear' || (before === undefined) === (person === undefined)) {
    return wrong('audit forget needs either --before DATE or --person ID');
  }
  return await forgetActors(before ? { before } : { person: person ?? '' });
}

function given(name: 'in' | 'out' | 'from' | 'to' | 'before' | 'person' | 'format'): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function moment(name: 'from' | 'to' | 'before'): Date | undefined | 'unclear' {
  const text = given(name);
  if (text === undefined) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? 'unclear' : at;
}

function wrong(what: string): number {
  process.stderr.write(`${what}\n`);
  return 2;
}

async function evalDrift(): Promise<number> {
  const [cases, out] = [given('in'), given('out')];
  if (!cases || !out) return wrong('eval drift needs --in CASES.jsonl and --out PREDICTIONS.jsonl');
  const { evaluateDrift } = await import('#reviewer/evaluate.ts');
  await evaluateDrift(cases, out, values.model === true ? await predictByModel() : undefined);
  return 0;
}

/** What a case is predicted by when the model of the environment is asked too; the rules alone where it is silent. */
async function predictByModel(): Promise<(recorded: Case) => Promise<Prediction>> {
  const { readModelConfig } = await import('#config.ts');
  const { openModel, usualModel } = await import('#reviewer/model/chat-model.ts');
  const { openLocalSpend } = await import('#reviewer/model/spend.ts');
  const { openReviewer } = await import('#reviewer/model/review.ts');
  const { predictCase } = await import('#reviewer/model/predict.ts');
  const { name, baseUrl, apiKey, budget } = readModelConfig();
  const house = { spend: openLocalSpend(), budget, now: () => new Date(), log: openLog('warn') };
  const reviewer = openReviewer(openModel({ ...usualModel, baseUrl, apiKey, model: name }, house));
  return async (recorded) => (await predictCase(reviewer, recorded)).prediction;
}

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process as the system does. */
function signalled(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  return stop.signal;
}

process.exitCode = await run(positionals.join(' '));
