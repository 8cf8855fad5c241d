import {
  missionStatusCard,
  missionsCard,
  notFoundCard,
  nothingToDecideCard,
  nothingToStopCard,
  notKeptCard,
  statusCard,
  unclearCard,
  waitingCard,
  whichAskCard,
  whichMissionCard,
} from '#cards/answers.ts';
import type { Card } from '#cards/card.ts';
import { helpCard } from '#cards/help-card.ts';
import { refusalCard } from '#cards/refusals.ts';
import { understand } from '#conversation/grammar.ts';
import { type Act, type Intent, isAct, type Question, type Target } from '#conversation/intent.ts';
import { findAsks, findMission } from '#conversation/match.ts';
import { keyOf } from '#ledger/wall.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import type { Why } from '#policy/policy.ts';
import { answerFreely } from './answer-freely.ts';
import { seatsOf } from './batch.ts';
import { type Bot, peopleOf, proofOf, surfaceOf } from './bot.ts';
import { claimSaid } from './claim.ts';
import { decide } from './decide.ts';
import { decideShown } from './decide-batch.ts';
import { handOverSaid } from './delegate.ts';
import { digestAnswer } from './digest.ts';
import { entryAnswer } from './entry.ts';
import { isAboutHere } from './gone.ts';
import { happenedAnswer } from './happened.ts';
import { healthAnswer } from './health.ts';
import { holdSaid } from './hold.ts';
import { sayHome } from './home.ts';
import { completeSaid, keepSaid } from './keep.ts';
import { approvedSinceCard, missionsNamedThen, replyAt } from './meant.ts';
import { reachOf } from './press.ts';
import { reviewAnswer } from './review.ts';
import type { Reply, Said } from './said.ts';
import { scopeOfWords } from './scope.ts';
import { shownPresses, speak, speakPlainly } from './speak.ts';
import { isPrivate, proposeStop, stopMission, stopVerdict } from './stop.ts';
import { timelineAnswer } from './timeline.ts';
import {
  asksSeen,
  type Here,
  here,
  mayNotSpeak,
  missionNamed,
  missionsSeen,
  namesWhatIsGone,
  nowhere,
} from './where.ts';

/** How much of a mission's log an answer quotes. */
const latest = 5;

/** Somebody said something to the bot: answer it, or do it if it is plain and they may. */
export async function hear(bot: Bot, said: Said, shared: boolean): Promise<Reply> {
  const refused = mayNotSpeak(bot, said);
  const spot = refused ? nowhere : await here(bot, said);
  const thread = spot.gone ?? (spot.mission || spot.proposal ? 'mission' : spot.ask ? 'ask' : 'none');
  const intent = understand(said.text, { thread });
  if (refused) return await refuse(bot, said, intent, refused);
  if (spot.gone && isAboutHere(intent)) return { public: notKeptCard() };
  switch (intent.kind) {
    case 'help':
      return { public: helpCard({ thread, asks: spot.asks.length, private: isPrivate(said) }) };
    case 'ask':
    case 'answer':
      return await speak(bot, said, shared, spot.asks, intent);
    case 'unclear':
      return await unclear(bot, said, shared, spot, intent.offer);
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
    case 'home':
      return await sayHome(bot, said);
    case 'health':
      return { public: await healthAnswer(bot, scopeOfWords(bot, said)) };
    case 'digest':
      return { public: await digestAnswer(bot, scopeOfWords(bot, said)) };
    case 'mission-status':
      return await aboutMission(bot, said, spot, intent.target, statusOf);
    case 'review':
      return await aboutMission(bot, said, spot, intent.target, reviewAnswer);
    case 'happened':
      return await aboutMission(bot, said, spot, intent.target, (_, mission) =>
        happenedAnswer(bot, said.place, mission, intent.period),
      );
    case 'entry':
      return await aboutMission(bot, said, spot, intent.target, (_, mission) =>
        entryAnswer(bot, mission, intent.number),
      );
    case 'timeline':
      return await aboutMission(bot, said, spot, intent.target, timelineAnswer);
    case 'stop':
      return await stop(bot, said, shared, spot, intent);
    case 'hold':
    case 'release':
      return await holdSaid(bot, said, shared, spot, intent);
    case 'keep':
      return await keepSaid(bot, said, shared, spot, intent);
    case 'complete':
      return await completeSaid(bot, said, shared, spot, intent);
    case 'claim':
      return await claimSaid(bot, said, shared, spot, intent);
    case 'delegate':
    case 'reclaim':
      return await handOverSaid(bot, said, shared, intent);
    case 'approve':
    case 'deny':
      return await answerAsk(bot, said, shared, spot, intent);
  }
}

/** Words that are no command: meant for an agent, answered by the model where there is one, or given back. */
async function unclear(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  offer?: Question | Act,
): Promise<Reply> {
  const spoken = await speakPlainly(bot, said, shared, spot, offer);
  if (spoken !== 'not-meant') return spoken;
  return (await answerFreely(bot, said, shared, spot, offer)) ?? { public: unclearCard(offer) };
}

/** Whoever may not be answered hears why, alone. A bot hears nothing: two bots would talk for ever. */
async function refuse(bot: Bot, said: Said, intent: Intent, why: Why): Promise<Reply> {
  if (isAct(intent)) {
    const verb = intent.kind;
    const subject = `place:${keyOf(said.place)}`;
    await bot.ledger.acts.append({
      source: `${said.id}/${verb}/${subject}`,
      at: bot.now(),
      verb,
      actor: proofOf(said.actor),
      person: undefined,
      surface: surfaceOf(said.place),
      subject,
      digest: undefined,
      outcome: `refused:${why}`,
      answer: {},
    });
  }
  bot.log.info({ actor: proofOf(said.actor), place: said.place, intent: intent.kind, why }, 'words refused');
  return said.actor.standing === 'bot' ? undefined : { private: refusalCard(why) };
}

/** Answers a question about the one mission that is meant, or asks which. */
async function aboutMission(
  bot: Bot,
  said: Said,
  spot: Here,
  target: Target,
  answer: (bot: Bot, mission: MissionSummary) => Promise<Card>,
): Promise<Reply> {
  const { missions, more } = await missionsSeen(bot, said);
  if (target.of === 'named') {
    const candidates = await missionNamed(bot, said, target.words);
    const match = findMission(target.words, candidates, spot.mission?.s256);
    if (match.kind === 'none') {
      const gone = await namesWhatIsGone(bot, said, target.words);
      return { public: gone ? notKeptCard() : notFoundCard(target.words, missions, more) };
    }
    if (match.kind === 'several') {
      return {
        public: whichMissionCard({ said: target.words, missions: match.missions, more: false, to: 'read' }),
      };
    }
    return { public: await answer(bot, match.mission) };
  }
  return spot.mission
    ? { public: await answer(bot, spot.mission) }
    : { public: whichMissionCard({ missions, more, to: 'read' }) };
}

async function statusOf(bot: Bot, mission: MissionSummary): Promise<Card> {
  const after = Math.max(0, mission.logEntries - latest);
  const { entries } = await bot.missionControl.readLog(mission.s256, { after, limit: latest });
  const { requests } = await bot.missionControl.listRequests({ state: 'open', missionS256: mission.s256 });
  const approval = mission.requestId ? await bot.missionControl.readRequest(mission.requestId) : undefined;
  return missionStatusCard({
    mission,
    approval: approval?.decision,
    people: peopleOf(bot.oversight),
    asks: requests,
    entries,
  });
}

/** An exact name acts at once; anything less asks for one click first, and nothing is ever stopped by guess. */
async function stop(
  bot: Bot,
  said: Said,
  shared: boolean,
  spot: Here,
  { target, reason, parted }: Extract<Act, { kind: 'stop' }>,
): Promise<Reply> {
  async function now(mission: MissionSummary, why = reason): Promise<Reply> {
    return replyAt(spot, mission, await stopMission(bot, said, shared, mission, { note: why }));
  }
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
      await proposeStop(bot, said, mine, { note: reason });
      return undefined;
    }
    case 'named': {
      const { candidates, since } = await missionsNamedThen(bot, said, spot, target.words);
      const active = candidates.filter(({ status }) => status === 'active');
      const match = findMission(target.words, active, spot.mission?.s256);
      if (match.kind !== 'exact' && parted?.target.of === 'named') {
        const shorter = findMission(parted.target.words, active, spot.mission?.s256);
        if (shorter.kind === 'exact') return await now(shorter.mission, parted.reason);
      }
      switch (match.kind) {
        case 'exact':
          return await now(match.mission);
        case 'near': {
          if (!stopVerdict(bot, said, shared, match.mission).allowed) return await now(match.mission);
          await proposeStop(bot, said, [match.mission], { said: target.words, note: reason });
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
          // "stop, it buys toys" in a mission's thread: plain enough to ask, and not plain enough to do.
          const here = parted?.target.of === 'this' ? spot.mission : undefined;
          if (here && stopVerdict(bot, said, shared, here).allowed) {
            await proposeStop(bot, said, [here], { said: said.text, note: parted?.reason });
            return undefined;
          }
          const later = approvedSinceCard(target.words, since, 'stop');
          if (later) return { public: later };
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
  const seats = await seatsOf(bot, open);
  const words =
    intent.kind === 'deny'
      ? ({ action: 'deny', ...(intent.reason && { reason: intent.reason }) } as const)
      : ({ action: 'approve' } as const);
  if (intent.items) {
    const [leader, another] = new Set(seats.map(({ batch }) => batch));
    if (open.length === 0) return { public: nothingToDecideCard() };
    // "All" is all that is open here, so it must be all on one card.
    const clear = leader !== undefined && another === undefined;
    if (!clear || (intent.items.of === 'all' && seats.length < open.length))
      return { public: whichAskCard(open, leader !== undefined) };
    return alone(await decideShown(bot, said, shared, leader, intent.items, words));
  }
  const meant = intent.ask === undefined ? open : findAsks(intent.ask, open);
  const [request, another] = meant;
  if (!request) return { public: nothingToDecideCard(intent.ask) };
  if (another) return { public: whichAskCard(meant, seats.length > 0) };
  const seat = seats.find(({ requestId }) => requestId === request.id);
  if (seat) {
    const { batch, number } = seat;
    return alone(await decideShown(bot, said, shared, batch, { of: 'number', number }, words));
  }
  const shown = await shownPresses(bot, said, request.id);
  const digest = shown.find(({ verb }) => verb === 'deny')?.digest;
  if (!digest) return { private: refusalCard('stale') };
  return alone(
    await decide(bot, said, shared, { requestId: request.id, action: intent.kind, digest }, () => {
      if (intent.kind === 'deny')
        return { action: 'deny', digest, ...(intent.reason && { reason: intent.reason }) };
      // "approve" is the card's first button: it reaches as far as that one says.
      return { action: 'approve', digest, ...reachOf(shown.find(({ verb }) => verb === 'approve')?.choice) };
    }),
  );
}

const alone = (card: Card | undefined): Reply => card && { private: card };
