// How much the reviewer lets pass, and how often people agree with it where they are asked all the same.
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Block } from './card.ts';
import { section } from './home-card.ts';
import { code, time } from './line.ts';
import { fact, factsOf, note } from './parts.ts';
import { aboutAsk } from './rows.ts';
import * as words from './words/let-through.ts';
import { subjects } from './words.ts';

/** What was counted over one time. */
export type Passed = {
  /** The asks that passed, the latest first. */
  readonly passed: readonly Request[];
  /** Asks it would have let pass that people were asked, how many of them people answered, and how many with yes. */
  readonly sampled: number;
  readonly answered: number;
  readonly agreed: number;
  /** Older ones of the time were left out. */
  readonly more: boolean;
  /** Why nothing passes, where that is so. */
  readonly off: 'no_model' | 'no_record' | undefined;
};

const rows = 3;
/** With fewer answers a disagreement or two say little. */
const fewest = 10;
const leastAgreement = 0.9;

/** The figures. */
export function passedFacts({ passed, sampled, answered, agreed, more, off }: Passed): Block[] {
  const doubtful = answered >= fewest && agreed / answered < leastAgreement;
  return [
    ...factsOf(
      fact(words.section, words.counted(passed.length, sampled)),
      sampled === 0 ? undefined : fact(words.agreement, words.agreed(agreed, answered)),
    ),
    ...(doubtful ? [note(words.doubtful)] : []),
    ...(off ? [note(words.off[off])] : []),
    ...(more ? [note(words.latestOnly(passed.length + sampled))] : []),
  ];
}

/** The latest of what passed, in rows. */
export const passedRows = (
  { passed, more }: Passed,
  missionOf: (request: Request) => MissionSummary | undefined,
): Block[] =>
  section(words.section, words.none, { all: passed, more }, rows, (request) => ({
    name: subjects[request.type],
    value: words.passed(
      code(request.agent.id, 80),
      aboutAsk(request, missionOf(request)),
      time(request.decision?.decidedAt ?? request.openedAt),
    ),
  }));
