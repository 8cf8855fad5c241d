// Entries of a mission's log: one in a line, one whole, and the buttons that open the entries a card refers to.
import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { LogEntry, MissionSummary } from '#mission-control/facts.ts';
import type { Button, Card } from './card.ts';
import { cutText, inert, inertText } from './inert.ts';
import { code, time } from './line.ts';
import { fact, factsOf, full, pretty, quote, told } from './parts.ts';
import { vouched } from './words/evidence.ts';
import * as words from './words/review.ts';
import * as common from './words.ts';

/** Of each text on the card, and behind it. A Person Server may keep longer ones than anybody reads here. */
const shown = 600;
const whole = 30_000;
/** More buttons would hide the ones that decide something. */
const mostButtons = 5;

/** An entry in one line, as the log has it, with who vouches for it. */
export const writtenEntry = ({
  seq,
  source,
  kind,
  outcome,
  action,
  resource,
  scope,
  description,
}: LogEntry) =>
  `#${seq} (${vouched[source]}) ${inertText([kind, outcome, action, scope, resource, description].filter(Boolean).join(' · ')).slice(0, 300)}`;

/** One button for each entry that is referred to, the first ones; any other is opened by words. */
export const entryButtons = (s256: string, numbers: readonly number[]): Button[] =>
  referenceButtons([...new Set(numbers)].map((seq) => ({ s256, seq })));

/** The same for entries of any missions; where there are several, each says of which it is. */
export function referenceButtons(
  references: readonly { readonly s256: string; readonly seq: number }[],
): Button[] {
  const several = new Set(references.map(({ s256 }) => s256)).size > 1;
  return references.slice(0, mostButtons).map(({ s256, seq }) => ({
    label: several ? words.entry.buttonOf(seq, inert(shortId(s256))) : words.entry.button(seq),
    press: { verb: 'read', subject: s256, choice: String(seq) },
    style: 'plain',
  }));
}

/** One entry with everything in it. */
export function entryCard(mission: MissionSummary, entry: LogEntry): Card {
  const texts = [
    [words.entry.description, entry.description],
    [words.entry.parameters, pretty(entry.parameters)],
    [words.entry.result, typeof entry.result === 'string' ? entry.result : pretty(entry.result)],
  ] as const;
  return {
    title: words.entry.title(entry.seq),
    tone: 'neutral',
    blocks: [
      { kind: 'text', line: [code(missionTitle(mission.description))] },
      ...factsOf(
        fact(words.entry.at, [time(entry.at)]),
        told(words.entry.kind, entry.kind),
        told(words.entry.outcome, entry.outcome),
        fact(words.entry.source, [{ kind: 'plain', text: vouched[entry.source] }]),
        told(words.entry.decidedBy, deciderOf(entry)),
        told(common.facts.agent, entry.agent),
        told(common.facts.action, entry.action),
        told(common.facts.resource, entry.resource),
        told(common.facts.scope, entry.scope),
      ),
      ...texts.flatMap(([heading, text]) => quote(heading, text, shown)),
    ],
    buttons: [],
    expansion: full(
      [words.entry.heading, `${entry.at.toISOString()}\n${writtenEntry(entry)}`],
      ...texts.map(([heading, text]) => [heading, text && cutText(text, whole).text] as const),
    ),
    calls: [],
  };
}

/** There is no such entry. */
export const noEntryCard = (mission: MissionSummary, number: number): Card => ({
  title: words.entry.title(number),
  tone: 'neutral',
  blocks: [
    { kind: 'text', line: [code(missionTitle(mission.description))] },
    { kind: 'text', line: words.entry.gone(number) },
  ],
  buttons: [],
  expansion: [],
  calls: [],
});

/** Who decided, as the log names them: a person, a policy, or the reviewer. */
function deciderOf({ decidedBy }: LogEntry): string | undefined {
  if (!decidedBy) return undefined;
  const { person, policy, reviewer } = decidedBy;
  return person ?? policy ?? (reviewer === undefined ? undefined : `reviewer: ${reviewer}`);
}
