// What the agent may propose. A proposal does nothing: code makes the confirm card of it, for the one who asked, and names
// exactly what would end. Still nobody else's words may put one before people, so it has to be the person's own wish: their
// words ask for such an act, and they point to the mission. Text in a log can do neither.
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import { weigh } from '#reviewer/vocabulary.ts';
import { stem } from '#reviewer/words.ts';
import { shortId } from './match.ts';
import { fold } from './spelling.ts';
import { missionTitle } from './title.ts';

export type Proposal = { readonly act: 'stop' | 'hold'; readonly mission: MissionSummary };

const stopping =
  /\b(?:stop(?:s|ped|ping)?|(?<!the )end(?:ing)? (?:it|this|that|the|my|our)|terminate|terminating|kill|killing|halt|halting|cancel|cancelling|abort|aborting|shut|quit|revoke|finish off|get rid of|pull the plug|call (?:it |that |this )?off)\b/i;
const holding =
  /\b(?:hold|holding|pause|pausing|freeze|freezing|suspend|suspending|block|blocking|on ice)\b/i;
const turned =
  /\b(?:not|never|no|none|nothing|cannot|without|unless|instead of|rather than|dont|doesnt|didnt|wont|cant|shouldnt)\b|n['’]t\b/i;
/** A question about an act is no wish for it. */
const asking =
  /^(?:why|when|who|whose|what|which|where|how|did|does|do|has|have|had|is|are|was|were|will|would it|if)\b/i;

/** Whether the person's own words ask for this act. Whatever turns, doubts or only asks is no wish. */
export function wishes(act: Proposal['act'], said: string): boolean {
  const text = said.replace(/\s+/g, ' ').trim();
  if (turned.test(text) || asking.test(text)) return false;
  return stopping.test(text) || (act === 'hold' && holding.test(text));
}

/** Words of the act, of talk, and of any mission; they point to none. */
const pointless = new Set(
  fold(
    `stop stopped stopping end ending terminate kill halt cancel abort shut down quit revoke pause hold freeze suspend block finish off
    please mission missions agent agents one ones thing things task tasks job want wants need needs like think now right away immediately
    something somebody someone anything everything whatever whichever all them these those could can you get rid pull plug call log`,
  )
    .split(' ')
    .map(stem),
);

const tellingWords = (text: string): string[] =>
  fold(text)
    .split(' ')
    .filter((word) => word.length > 2 && !pointless.has(stem(word)))
    .map((word) => ({ word, stemmed: stem(word) }))
    .filter(({ word }) => weigh(word) > 0)
    .map(({ stemmed }) => stemmed);

/**
 * Whether what the person said points to this mission: by its short id, by a telling word of its description or its
 * agent, or by a telling word of its own log entries that were looked at. Another mission's log points nowhere.
 */
export function pointsTo(said: string, mission: MissionSummary, entries: readonly LogEntry[]): boolean {
  if (said.includes(shortId(mission.s256))) return true;
  const told = new Set(
    [
      missionTitle(mission.description),
      mission.description.slice(0, 4_000),
      mission.agent.id,
      ...entries.map(wordsOf),
    ].flatMap((text) => fold(text).split(' ').map(stem)),
  );
  return tellingWords(said).some((word) => told.has(word));
}

const wordsOf = ({ action, resource, description, parameters }: LogEntry): string =>
  [action, resource, description, parameters === undefined ? '' : JSON.stringify(parameters)]
    .join(' ')
    .slice(0, 2_000);
