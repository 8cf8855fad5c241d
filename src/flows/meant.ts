import { notFoundCard, whichMissionCard } from '#cards/answers.ts';
import type { Card } from '#cards/card.ts';
import type { Target } from '#conversation/intent.ts';
import { findMission } from '#conversation/match.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import type { Bot } from './bot.ts';
import { type Acted, type Reply, type Said, wasApprovedThen } from './said.ts';
import { type Here, missionNamed, missionsSeen } from './where.ts';

/** Does something to the one mission that words name, or says what they may mean. */
export async function doToMeant(
  bot: Bot,
  said: Said,
  spot: Here,
  { target, to }: { readonly target: Target; readonly to: To },
  act: (mission: MissionSummary) => Promise<Acted>,
): Promise<Reply> {
  const meant = await missionMeant(bot, said, spot, target, to);
  return 'card' in meant ? { public: meant.card } : replyAt(spot, meant.mission, await act(meant.mission));
}

/** Whoever gets nowhere hears why alone. In the mission's own thread its new state is the answer. */
export function replyAt(spot: Here, { s256 }: MissionSummary, { done, card }: Acted): Reply {
  if (!done) return { private: card };
  return s256 === spot.mission?.s256 ? undefined : { public: card };
}

type To = Parameters<typeof whichMissionCard>[0]['to'];

/**
 * The one mission that words name: the thread's own, or one by its exact name; an ended one, too, so that whoever acts hears
 * that it is over. Anything less is a card that shows what may be meant, each with a button that names it.
 */
async function missionMeant(
  bot: Bot,
  said: Said,
  spot: Here,
  target: Target,
  to: To,
): Promise<{ readonly mission: MissionSummary } | { readonly card: Card }> {
  if (target.of !== 'named') {
    if (spot.mission && target.of !== 'everything') return { mission: spot.mission };
    const { missions, more } = await missionsSeen(bot, said);
    return { card: whichMissionCard({ missions, more, to }) };
  }
  const which = (missions: readonly MissionSummary[]) => ({
    card: whichMissionCard({ said: target.words, missions, more: false, to }),
  });
  const { candidates, since } = await missionsNamedThen(bot, said, spot, target.words);
  const active = candidates.filter(({ status }) => status === 'active');
  const match = findMission(target.words, active, spot.mission?.s256);
  switch (match.kind) {
    case 'exact':
      return { mission: match.mission };
    case 'near':
      return which([match.mission]);
    case 'several':
      return which(match.missions);
    case 'none': {
      const ended = findMission(target.words, candidates, spot.mission?.s256);
      if (ended.kind === 'exact') return { mission: ended.mission };
      const later = approvedSinceCard(target.words, since, to);
      if (later) return { card: later };
      const { missions, more } = await missionsSeen(bot, said);
      return { card: notFoundCard(target.words, missions, more) };
    }
  }
}

/**
 * Missions that words may mean: those that were approved when the words were said, and the thread's own, which its place
 * names. `since` are active ones that were approved later.
 */
export async function missionsNamedThen(bot: Bot, said: Said, spot: Here, words: string) {
  const all = await missionNamed(bot, said, words);
  const stood = (mission: MissionSummary) =>
    mission.s256 === spot.mission?.s256 || wasApprovedThen(said, mission);
  return {
    candidates: all.filter(stood),
    since: all.filter((mission) => !stood(mission) && mission.status === 'active'),
  };
}

/** Says that what is called so was approved after the words were said, with a button for each; undefined where none is. */
export function approvedSinceCard(words: string, since: readonly MissionSummary[], to: To): Card | undefined {
  const match = findMission(words, since);
  if (match.kind === 'none') return undefined;
  const missions = match.kind === 'several' ? match.missions : [match.mission];
  return whichMissionCard({ said: words, missions, more: false, to, since: true });
}
