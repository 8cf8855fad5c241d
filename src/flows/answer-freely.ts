import { modelAnswerCard } from '#cards/model-answer-card.ts';
import type { Act, Question } from '#conversation/intent.ts';
import type { LogSearch, Sight } from '#conversation/sight.ts';
import { readTalk } from '#conversation/talk.ts';
import { keyOf } from '#ledger/wall.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import { readMemo } from '#reviewer/model/memo.ts';
import type { Review } from '#reviewer/model/review.ts';
import { type Bot, proofOf } from './bot.ts';
import { numberedEntries } from './finding.ts';
import type { Reply, Said } from './said.ts';
import { proposeStop, stopVerdict } from './stop.ts';
import { asksSeen, type Here, missionNamed, missionSeen, missionsSeen } from './where.ts';

/** How much of a log one search reads, in entries. */
const searched = 2_000;
const pageSize = 200;
const readAtOnce = 20;

/**
 * What the grammar left unclear goes to the model, which looks at what the one who asks may see here and at nothing
 * else. A stop it proposes becomes the confirm card, and a hold a button on its answer, if the person's own words ask for it
 * and they may stop it.
 */
export async function answerFreely(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  offer: Question | Act | undefined,
): Promise<Reply> {
  const { agent } = bot;
  if (!agent) return undefined;
  const thread = `${keyOf(said.place)}/${said.thread ?? said.message}`;
  const answer = await agent.answer({
    text: said.text,
    account: `person:${proofOf(said.actor)}`,
    sight: sightOf(bot, said),
    ...(spot.mission && { here: spot.mission.s256 }),
    talk: readTalk(await bot.ledger.talks.read(thread)),
    now: bot.now(),
  });
  bot.log.info({ happening: said.id, kind: answer.kind, tokens: answer.tokens }, 'answered by a model');
  // A silent model is no reason to keep back what the words resemble.
  if (answer.kind === 'unanswered') return offer ? undefined : { public: modelAnswerCard(answer) };
  await bot.ledger.talks.keep(thread, answer.talk, bot.now());
  // Whoever may stop a mission may hold it, and nobody else.
  const proposals = answer.proposals.filter(({ mission }) => stopVerdict(bot, said, shared, mission).allowed);
  const stops = proposals.filter(({ act }) => act === 'stop').map(({ mission }) => mission);
  if (stops.length > 0) await proposeStop(bot, said, stops, { said: said.text });
  return { public: modelAnswerCard({ ...answer, proposals }) };
}

/** What whoever speaks may see where they speak, closed over for this one question. */
function sightOf(bot: Bot, said: Said): Sight {
  return {
    async findMissions(words, status, limit) {
      const found =
        words.trim() === '' && status !== 'ended'
          ? await missionsSeen(bot, said, limit)
          : { missions: await missionNamed(bot, said, words), more: false };
      const wanted = found.missions.filter(
        (mission) => status === 'any' || (mission.status === 'active') === (status === 'active'),
      );
      return { missions: wanted.slice(0, limit), more: found.more || wanted.length > limit };
    },
    readMission: (s256) => missionSeen(bot, said, s256),
    searchLog: (s256, search) => searchLog(bot, s256, search),
    readEntries: (s256, numbers) => numberedEntries(bot, s256, numbers.slice(0, readAtOnce)),
    async waiting(s256, limit) {
      const asks = (await asksSeen(bot, said)).filter(
        (ask) => s256 === undefined || ask.missionS256 === s256,
      );
      return { asks: asks.slice(0, limit), more: asks.length > limit };
    },
    async latestReview(s256) {
      const { review, memo, reviewedAt } = await bot.ledger.reviews.read(s256);
      if (!review || !reviewedAt) return undefined;
      return {
        review: { ...(review as Omit<Review, 'memo'>), memo: readMemo(memo) } as Review,
        at: reviewedAt,
      };
    },
  };
}

/** The newest entries that hold one of the words, among the last `searched`. */
async function searchLog(bot: Bot, s256: string, { words, since, after = 0, limit }: LogSearch) {
  const mission: MissionSummary | undefined = await bot.missionControl.readMission(s256);
  if (!mission) return { entries: [], more: false };
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (entry: LogEntry) =>
    (since === undefined || entry.at >= since) &&
    (wanted.length === 0 || wanted.some((word) => JSON.stringify(entry).toLowerCase().includes(word)));
  const found: LogEntry[] = [];
  let from = Math.max(after, mission.logEntries - searched);
  const skipped = from > after;
  for (;;) {
    const page = await bot.missionControl.readLog(s256, { after: from, limit: pageSize });
    found.push(...page.entries.filter(fits));
    const last = page.entries.at(-1)?.seq;
    if (last === undefined || page.after === undefined) break;
    from = last;
  }
  return { entries: found.slice(-limit), more: skipped || found.length > limit };
}
