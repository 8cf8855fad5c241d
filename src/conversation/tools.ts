// The agent's tools: five that look and two that propose. None takes a person, a workspace, a channel or a mission's id.
import { z } from 'zod';
import type { MissionSummary } from '#mission-control/facts.ts';
import type { ToolCall, ToolForm } from '#reviewer/model/chat-model.ts';
import { fence, tame } from '#reviewer/model/fence.ts';
import type { Review } from '#reviewer/model/review.ts';
import { type Proposal, pointsTo, wishes } from './proposals.ts';
import { askRecord, entryRecord, mostPoints, reviewRecords, summary, whole } from './records.ts';
import type { Seen } from './seen.ts';
import type { Sight } from './sight.ts';

/** One question while it is being answered. */
export type Errand = {
  readonly sight: Sight;
  readonly seen: Seen;
  /** What the person said now, and earlier in the thread. */
  readonly said: string;
  readonly saidBefore: readonly string[];
  /** The mission whose thread it is. */
  readonly here: MissionSummary | undefined;
  readonly now: Date;
  readonly proposals: Proposal[];
};

const limits = { missions: 8, entries: 15, asks: 10 };

const handle = z.string().describe('a handle such as m1, from find_missions or from what was given');

type Tool = ToolForm & { use(args: unknown, errand: Errand): Promise<string> };

function tool<T extends z.ZodType>(
  name: string,
  description: string,
  args: T,
  use: (args: z.infer<T>, errand: Errand) => Promise<string>,
): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(args) as Record<string, unknown>;
  return {
    name,
    description,
    parameters,
    use: async (given, errand) => {
      const read = args.safeParse(given);
      return read.success ? await use(read.data, errand) : 'These arguments do not fit the tool.';
    },
  };
}

const unknown = 'There is no such mission here. Use find_missions first, and a handle it gave.';

const tools: readonly Tool[] = [
  tool(
    'find_missions',
    'Finds missions by words of their description or their agent. Without words: the newest.',
    z.object({ words: z.string(), status: z.enum(['active', 'ended', 'any']) }),
    async ({ words, status }, { sight, seen }) => {
      const wanted = tame(words, 200);
      const { missions, more } = await sight.findMissions(wanted, status, limits.missions);
      const shown = missions.slice(0, limits.missions);
      seen.look({ kind: 'searched', words: wanted, found: shown.length, more });
      return fence('missions', [
        ...shown.map((mission) => summary(mission, seen)),
        ...(more ? [{ more: true }] : []),
      ]);
    },
  ),
  tool(
    'read_mission',
    'What was approved for a mission, and how it stands.',
    z.object({ mission: handle }),
    async (args, { sight, seen }) => {
      const known = seen.mission(args.mission);
      const mission = known && (await sight.readMission(known.s256));
      if (!mission) return unknown;
      seen.look({ kind: 'mission', mission });
      return fence('mission', [whole(mission, seen)]);
    },
  ),
  tool(
    'search_log',
    'Log entries of a mission that hold one of the words, the newest ones in order; without words, the newest of all. after is an entry number and hours how far back to look; 0 for no bound.',
    z.object({ mission: handle, words: z.string(), after: z.number(), hours: z.number() }),
    async (args, errand) => await searchLog(args, errand),
  ),
  tool(
    'waiting',
    'Asks that wait for a person. mission is a handle, or empty for all missions.',
    z.object({ mission: z.string() }),
    async (args, { sight, seen }) => {
      const mission = args.mission === '' ? undefined : seen.mission(args.mission);
      if (args.mission !== '' && !mission) return unknown;
      const { asks, more } = await sight.waiting(mission?.s256, limits.asks);
      const shown = asks.slice(0, limits.asks);
      seen.look({ kind: 'waiting', ...(mission && { mission }), asks: shown.length, more });
      return fence('asks', [...shown.map(askRecord), ...(more ? [{ more: true }] : [])]);
    },
  ),
  tool(
    'latest_review',
    'What the last review of a mission found: its verdict, what it rests on, and a summary of the log.',
    z.object({ mission: handle }),
    async (args, errand) => await latestReview(args.mission, errand),
  ),
  tool(
    'propose_stop',
    'Offers the person a card to stop a mission. Only when the person asked for that. It stops nothing.',
    z.object({ mission: handle }),
    (args, errand) => Promise.resolve(propose('stop', args.mission, errand)),
  ),
  tool(
    'propose_hold',
    'Offers the person a card to hold a mission, so that nothing is approved under it. Only when the person asked for that. It holds nothing.',
    z.object({ mission: handle }),
    (args, errand) => Promise.resolve(propose('hold', args.mission, errand)),
  ),
];

export const toolForms: readonly ToolForm[] = tools.map(({ name, description, parameters }) => ({
  name,
  description,
  parameters,
}));

/** Does what a call asks for, as far as it may, and says in words what came of it. A call of anything else does nothing. */
export async function useTool(call: ToolCall, errand: Errand): Promise<string> {
  const found = tools.find(({ name }) => name === call.name);
  return found ? await found.use(call.args, errand) : 'There is no such tool.';
}

const maxHours = 24 * 366;

async function searchLog(
  args: { mission: string; words: string; after: number; hours: number },
  { sight, seen, now }: Errand,
): Promise<string> {
  const mission = seen.mission(args.mission);
  if (!mission) return unknown;
  const words = tame(args.words, 200);
  const hours = Math.min(Math.max(args.hours, 0), maxHours);
  const { entries, more } = await sight.searchLog(mission.s256, {
    words,
    limit: limits.entries,
    ...(args.after > 0 && { after: Math.floor(args.after) }),
    ...(hours > 0 && { since: new Date(now.getTime() - hours * 3_600_000) }),
  });
  const shown = entries.slice(-limits.entries);
  seen.showEntries(mission, shown);
  seen.look({ kind: 'log', mission, words, entries: shown.length, more });
  const cite = (seq: number) => `${seen.handle(mission)}#${seq}`;
  return fence('log', [
    ...shown.map((entry) => ({ cite: cite(entry.seq), ...entryRecord(entry) })),
    ...(more ? [{ more: true }] : []),
  ]);
}

async function latestReview(handle: string, { sight, seen }: Errand): Promise<string> {
  const mission = seen.mission(handle);
  if (!mission) return unknown;
  const found = await sight.latestReview(mission.s256);
  seen.look({ kind: 'review', mission, found: found !== undefined });
  if (!found) return 'This mission has not been reviewed yet.';
  await showCited(mission, found.review, { sight, seen });
  return fence('review', reviewRecords(found.review, found.at));
}

/** The entries a review rests on, so that an answer which cites them cites what exists. */
async function showCited(
  mission: MissionSummary,
  review: Review,
  { sight, seen }: Pick<Errand, 'sight' | 'seen'>,
) {
  const cited = review.kind === 'drifting' ? review.entries.slice(0, limits.entries) : [];
  const points = review.memo.points.flatMap(({ entries }) => entries).slice(0, mostPoints);
  const wanted = [...new Set([...cited, ...points])].filter((seq) => !seen.entry(mission, seq));
  if (wanted.length > 0) seen.showEntries(mission, await sight.readEntries(mission.s256, wanted));
}

function propose(
  act: Proposal['act'],
  handle: string,
  { seen, said, saidBefore, here, proposals }: Errand,
): string {
  const mission = seen.mission(handle);
  if (!mission) return unknown;
  if (!wishes(act, said)) return 'Not offered: the person has not asked for that in so many words.';
  const named =
    mission.s256 === here?.s256 ||
    [said, ...saidBefore].some((text) => pointsTo(text, mission, seen.entries(mission)));
  if (!named) return 'Not offered: nothing the person said points to that mission.';
  if (mission.status !== 'active') return 'Not offered: that mission has ended already.';
  if (!proposals.some((each) => each.act === act && each.mission.s256 === mission.s256)) {
    proposals.push({ act, mission });
  }
  return 'A card will be offered to the person.';
}
