// A model's answer: its words in a quote of their own, what it looked at, and the entries it points to, which code has
// checked and each of which opens. Nothing on it decides anything, and what it proposes waits for a click.
import type { Answer } from '#conversation/agent.ts';
import { shortId } from '#conversation/match.ts';
import type { Looked } from '#conversation/seen.ts';
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import type { Block, Button, Card, Line } from './card.ts';
import { referenceButtons, writtenEntry } from './entry-card.ts';
import { holdButton } from './hold-card.ts';
import { inert } from './inert.ts';
import { code, joined, line, time } from './line.ts';
import { fact, factsOf, full, lines, quote, text } from './parts.ts';
import * as words from './words/model.ts';
import { doToOne } from './words.ts';

/** The card of an answer, or of the silence that came instead. */
export function modelAnswerCard(answer: Answer): Card {
  const looked = answer.looked.slice(0, 8).map(lookedLine);
  const seen = looked.length > 0 ? factsOf(fact(words.lookedAt, joined(looked, line`; `))) : [];
  if (answer.kind === 'unanswered') {
    const { silence } = answer;
    const why =
      silence.why === 'budget_spent'
        ? words.spent(silence.of, time(silence.until))
        : (words.silent[silence.why] ?? line``);
    return card(words.noAnswerTitle, [text(why), ...seen, text(words.plainStill)], []);
  }
  const held = answer.proposals.find(({ act }) => act === 'hold');
  const entries = answer.citations.map(({ entry }) => writtenEntry(entry));
  return card(
    words.title,
    [
      ...quote(words.whose, answer.text),
      ...quote(words.cited, lines(entries)),
      ...seen,
      ...(held ? [text(toHold(held.mission))] : []),
      ...(answer.dropped > 0 ? [{ kind: 'note', line: words.dropped(answer.dropped) } as const] : []),
    ],
    full([words.whose, answer.text], [words.cited, lines(entries)]),
    [
      ...(held ? [holdThis(held.mission)] : []),
      ...referenceButtons(
        answer.citations.map(({ mission, entry: { seq } }) => ({ s256: mission.s256, seq })),
      ),
    ],
  );
}

const toHold = ({ s256, description }: MissionSummary): Line =>
  words.toHold(code(missionTitle(description), 80), code(`hold ${shortId(s256)}`));

/** It names its mission: an answer may speak of several. */
const holdThis = ({ s256 }: MissionSummary): Button => ({
  ...holdButton(s256),
  label: doToOne('hold', inert(shortId(s256))),
});

function lookedLine(looked: Looked): Line {
  const titled = (mission: MissionSummary) => code(missionTitle(mission.description), 80);
  switch (looked.kind) {
    case 'searched':
      return looked.words === ''
        ? words.allMissions(looked.found, looked.more)
        : words.searched(code(looked.words, 60), looked.found, looked.more);
    case 'mission':
      return words.mission(titled(looked.mission));
    case 'log':
      return words.log(titled(looked.mission), looked.entries, looked.more);
    case 'waiting':
      return words.waiting(looked.asks);
    case 'review':
      return words.review(titled(looked.mission), looked.found);
  }
}

const card = (
  title: Card['title'],
  blocks: readonly Block[],
  expansion: Card['expansion'],
  buttons: Card['buttons'] = [],
): Card => ({
  title,
  tone: 'neutral',
  blocks,
  buttons,
  expansion,
  calls: [],
});
