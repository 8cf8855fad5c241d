// Runs the detector over recorded cases, one JSON object per line in, one prediction per line out.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type Entry, type MissionFacts, observe, openTrail, verdict } from './drift.ts';
import { ReviewerError } from './error.ts';

const text = z.string().nullish();
const mode = z.enum(['add', 'replace']).catch('add');

/** The members a detector may read; everything else of a case is a label. */
export const Case = z.object({
  id: z.string(),
  mission: z.object({
    description: z.string(),
    approved_tools: z.array(z.object({ name: z.string() })).nullish(),
    accepted_updates: z.array(z.object({ description: z.string(), mode: mode.optional() })).nullish(),
  }),
  log: z.array(
    z.object({
      seq: z.int(),
      kind: z.enum(['audit', 'permission', 'token_request', 'update', 'interaction']),
      action: text,
      description: text,
      parameters: z.unknown(),
      result: z.unknown(),
    }),
  ),
});
export type Case = z.infer<typeof Case>;

/** One prediction: `score` 0 to 1, the entry at which the line was crossed, and whether it was. */
export type Prediction = {
  readonly id: string;
  readonly score: number;
  readonly flagged_at: number | null;
  readonly drift: boolean;
};

/**
 * Reads cases from `inPath` and writes predictions to `outPath`, both JSON Lines, holding one case at a time; by the rules
 * alone unless another `predict` is given, and then the same input gives the same output. Throws ReviewerError `bad_case` with the line's number when a line is no case; what was written until then stays.
 */
export async function evaluateDrift(
  inPath: string,
  outPath: string,
  predict: (recorded: Case) => Prediction | Promise<Prediction> = predictByRules,
): Promise<{ cases: number; entries: number }> {
  await using out = await open(outPath, 'w');
  const lines = createInterface({
    input: createReadStream(inPath, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let line = 0;
  let cases = 0;
  let entries = 0;
  for await (const json of lines) {
    line++;
    if (json.trim() === '') continue;
    const recorded = parseCase(json, line);
    await out.write(`${JSON.stringify(await predict(recorded))}\n`);
    cases++;
    entries += recorded.log.length;
  }
  return { cases, entries };
}

function parseCase(json: string, line: number): Case {
  try {
    return Case.parse(JSON.parse(json));
  } catch (cause) {
    throw new ReviewerError('bad_case', `line ${line} is not a drift case`, { cause });
  }
}

function predictByRules(recorded: Case): Prediction {
  const mission = openTrail(caseMission(recorded));
  for (const entry of recorded.log) observe(mission, caseEntry(entry));
  const found = verdict(mission);
  return {
    id: recorded.id,
    score: Number(found.score.toFixed(6)),
    flagged_at: found.kind === 'drifting' ? found.flaggedAt : null,
    drift: found.kind === 'drifting',
  };
}

/** A case's mission in the reviewer's words. */
export function caseMission({ mission }: Case): MissionFacts {
  return {
    description: mission.description,
    approvedTools: (mission.approved_tools ?? []).map(({ name }) => name),
    approvedResources: [],
    acceptedUpdates: (mission.accepted_updates ?? []).map(({ description, mode }) => ({
      description,
      mode: mode ?? 'add',
    })),
  };
}

/** A case's log entry in the reviewer's words. Who granted a permission is not recorded, so nobody is taken to have looked. */
export function caseEntry(entry: Case['log'][number]): Entry {
  const { seq } = entry;
  const justification = entry.description ?? '';
  const answer = memberOf(entry.result, 'decision') === 'denied' ? 'denied' : 'granted';
  switch (entry.kind) {
    case 'audit':
      return {
        seq,
        kind: 'act',
        action: entry.action ?? '',
        justification,
        answer: 'granted',
        parameters: entry.parameters,
        result: entry.result,
      };
    case 'permission':
      return {
        seq,
        kind: 'ask',
        action: entry.action ?? '',
        justification,
        answer,
        parameters: entry.parameters,
        result: undefined,
      };
    case 'token_request':
      return { seq, kind: 'token', scope: memberOf(entry.parameters, 'scope') ?? '', justification, answer };
    case 'update': {
      const status = memberOf(entry.parameters, 'status');
      return {
        seq,
        kind: 'update',
        description: justification,
        outcome: status === 'accepted' || status === 'declined' ? status : 'open',
        mode: mode.parse(memberOf(entry.parameters, 'mode')),
      };
    }
    case 'interaction':
      return { seq, kind: 'message', text: justification };
  }
}

function memberOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const member = (value as Record<string, unknown>)[name];
  return typeof member === 'string' ? member : undefined;
}
