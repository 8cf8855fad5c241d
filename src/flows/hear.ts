import {
  helpCard,
  missionStatusCard,
  missionsCard,
  notFoundCard,
  nothingToDecideCard,
  nothingToStopCard,
  statusCard,
  unclearCard,
  waitingCard,
  whichAskCard,
  whichMissionCard,
} from '#cards/answers.ts';
import type { Card } from '#cards/card.ts';
import { refusalCard } from '#cards/refusals.ts';
import type { Happening } from '#chat/chat.ts';
import { understand } from '#conversation/grammar.ts';
import type { Act, Target } from '#conversation/intent.ts';
import { findAsks, findMission } from '#conversation/match.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import { type Bot, peopleOf } from './bot.ts';
import { decide } from './decide.ts';
import { proposeStop, stopMission, stopVerdict } from './stop.ts';
import { asksSeen, type Here, here, missionNamed, missionsSeen } from './where.ts';

export type Said = Extract<Happening, { kind: 'said' }>;

/** How much of a mission's log an answer quotes. */
const latest = 5;

/** What comes of words: an answer everybody in the thread reads, or words for the one who spoke alone. */
export type Reply = { readonly public: Card } | { readonly private: Card } | undefined;

/** Somebody said something to the bot: answer it, or do it if it is plain and they may. */
export async function hear(bot: Bot, said: Said, shared: boolean): Promise<Reply> {
  const spot = await here(bot, said);
  if (!spot) return { private: refusalCard('may_not_see') };
  const intent = understand(said.text, {
    thread: spot.mission || spot.proposal ? 'mission' : spot.ask ? 'ask' : 'none',
  });
  switch (intent.kind) {
    case 'help':
      return { public: helpCard() };
    case 'unclear':
      return { public: unclearCard(intent.offer) };
    case 'missions': {
      const { missions, more } = await missionsSeen(bot, said);
      return { public: missionsCard(missions, more) };
    }
    case 'waiting':
    case 'status': {
      const { missions, more } = await missionsSeen(bot, said);
      const standing = { missions, asks: await asksSeen(bot, said), more };
      return { public: intent.kind === 'status' ? statusCard(standing) : waitingCard(standing) };
    }
    case 'mission-status':
      return await missionStatus(bot, said, spot, intent.target);
    case 'stop':
      return await stop(bot, said, shared, spot, intent);
    case 'approve':
    case 'deny':
      return await answerAsk(bot, said, shared, spot, intent);
  }
}

async function missionStatus(bot: Bot, said: Said, spot: Here, target: Target): Promise<Reply> {
  const { missions, more } = await missionsSeen(bot, said);
  if (target.of === 'named') {
    const candidates = await missionNamed(bot, said, target.words);
    const match = findMission(target.words, candidates, spot.mission?.s256);
    if (match.kind === 'none') return { public: notFoundCard(target.words, missions, more) };
    if (match.kind === 'several') {
      return {
        public: whichMissionCard({ said: target.words, missions: match.missions, more: false, to: 'read' }),
      };
    }
    return { public: await statusOf(bot, match.mission) };
  }
  return spot.mission
    ? { public: await statusOf(bot, spot.mission) }
    : { public: whichMissionCard({ missions, more, to: 'read' }) };
}

async function statusOf(bot: Bot, mission: MissionSummary): Promise<Card> {
  const after = Math.max(0, mission.logEntries - latest);
  const { entries } = await bot.missionControl.readLog(mission.s256, { after, limit: latest });
  const { requests } = await bot.missionControl.listRequests({ state: 'open', missionS256: mission.s256 });
  return missionStatusCard({ mission, people: peopleOf(bot.oversight), asks: requests, entries });
}

/** An exact name acts at once; anything less asks for one click first, and nothing is ever stopped by guess. */
async function stop(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  { target, reason }: Extract<Act, { kind: 'stop' }>,
): Promise<Reply> {
  const now = (mission: MissionSummary) => stopMission(bot, said, shared, mission, reason).then(alone);
  switch (target.of) {
    case 'this':
    case 'unsaid': {
      if (spot.mission) return await now(spot.mission);
      const { missions, more } = await missionsSeen(bot, said);
      if (missions.length === 0) return { public: nothingToStopCard() };
      return { public: whichMissionCard({ missions, more, to: 'stop' }) };
    }
    case 'everything': {
      const { missions } = await missionsSeen(bot, said, Number.POSITIVE_INFINITY);
      if (missions.length === 0) return { public: nothingToStopCard() };
      const mine = missions.filter((mission) => stopVerdict(bot, said, shared, mission).allowed);
      const [any] = missions;
      if (mine.length === 0 && any) return await now(any);
      await proposeStop(bot, said, mine);
      return undefined;
    }
    case 'named': {
      const candidates = await missionNamed(bot, said, target.words);
      const active = candidates.filter(({ status }) => status === 'active');
      const match = findMission(target.words, active, spot.mission?.s256);
      switch (match.kind) {
        case 'exact':
          return await now(match.mission);
        case 'near': {
          if (!stopVerdict(bot, said, shared, match.mission).allowed) return await now(match.mission);
          await proposeStop(bot, said, [match.mission], target.words);
          return undefined;
        }
        case 'several':
          return {
            public: whichMissionCard({
              said: target.words,
              missions: match.missions,
              more: false,
              to: 'stop',
            }),
          };
        case 'none': {
          const ended = findMission(target.words, candidates, spot.mission?.s256);
          if (ended.kind === 'exact') return await now(ended.mission);
          const { missions, more } = await missionsSeen(bot, said);
          return { public: notFoundCard(target.words, missions, more) };
        }
      }
    }
  }
}

/** "approve" and "deny" answer the one ask that is open here, as it is shown here. */
async function answerAsk(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  intent: Extract<Act, { kind: 'approve' | 'deny' }>,
): Promise<Reply> {
  const open = spot.asks;
  const meant = intent.ask === undefined ? open : findAsks(intent.ask, open);
  const [request, another] = meant;
  if (!request) return { public: nothingToDecideCard(intent.ask) };
  if (another) return { public: whichAskCard(meant) };
  const digest = await shownDigest(bot, said, request.id);
  if (!digest) return { private: refusalCard('stale') };
  const reason = intent.kind === 'deny' && intent.reason ? { reason: intent.reason } : {};
  return alone(
    await decide(bot, said, shared, { action: intent.kind, requestId: request.id, digest, ...reason }),
  );
}

/** The digest of what hangs here, not of what the ask became meanwhile: words answer what could be read. */
async function shownDigest(bot: Bot, { place }: Said, requestId: string): Promise<string | undefined> {
  for (const subject of [`request:${requestId}`, `mission:${requestId}`]) {
    const hanging = await bot.ledger.wall.hangingAt(place, subject);
    const press = hanging?.shown?.buttons.find((button) => button.press.verb === 'approve')?.press;
    if (press?.digest) return press.digest;
  }
  return undefined;
}

const alone = (card: Card | undefined): Reply => card && { private: card };
