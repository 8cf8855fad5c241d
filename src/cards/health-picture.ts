// The health of oversight for the eye: how long asks waited, how fast approvals were, and who decides.
import { type Bar, type Block, type Panel, pictureLimits, type SafeText } from './card.ts';
import type { Health } from './health-card.ts';
import { inert } from './inert.ts';
import type { People } from './who.ts';
import * as words from './words/picture.ts';

/** Where one bar of waiting ends and the next begins, in milliseconds; the last has no end. */
export const waitBounds = [60_000, 600_000, 3_600_000, 4 * 3_600_000] as const;

/** How many people have a bar of their own. */
const deciders = 4;

/** The picture behind the figures of `healthFacts`; nothing where nothing was decided and nothing ran out. */
export function healthPicture(health: Health, people: People): Block[] {
  const panels = [...waits(health), ...approvals(health), ...who(health, people)];
  if (panels.length === 0) return [];
  const alt = inert(
    words.spoken(panels.map(({ heading, bars, line }) => words.barsInWords(heading, bars, line?.label))),
    pictureLimits.alt,
  );
  return [{ kind: 'picture', picture: { title: words.titles.health, alt, panels } }];
}

type Bars = Extract<Panel, { kind: 'bars' }>;

function waits({ waits, expired }: Health): Bars[] {
  if (expired === 0 && waits.every((count) => count === 0)) return [];
  const bars = words.waits.map((label, at) => bar(label, waits[at] ?? 0, false));
  return [
    {
      kind: 'bars',
      heading: words.headings.waits,
      bars: [...bars, bar(words.unanswered, expired, expired > 0)],
    },
  ];
}

function approvals({ approvals, hasty }: Health): Bars[] {
  if (approvals === 0) return [];
  const bars = [bar(words.bars.readable, approvals - hasty, false), bar(words.bars.hasty, hasty, hasty > 0)];
  return [{ kind: 'bars', heading: words.headings.approvals, bars }];
}

/** Shares of all decisions; whoever decides more than anybody alone should is marked. */
function who({ decided, deciders: all, alone, mostShare }: Health, people: People): Bars[] {
  if (decided === 0 || all.length === 0) return [];
  const most = Math.round(mostShare * 100);
  const shareOf = (label: SafeText, count: number, over: boolean): Bar => {
    const percent = Math.round((count / decided) * 100);
    return { label, value: percent, shown: words.share(percent), ...(over && { marked: true }) };
  };
  const shown = all
    .slice(0, deciders)
    .map(({ person, count }) =>
      shareOf(nameOf(person, people), count, person === alone?.person && person !== undefined),
    );
  const left = all.slice(deciders).reduce((sum, { count }) => sum + count, 0);
  return [
    {
      kind: 'bars',
      heading: words.headings.deciders,
      bars: left > 0 ? [...shown, shareOf(words.bars.others, left, false)] : shown,
      line: { at: most, label: words.mostShare(most) },
    },
  ];
}

const bar = (label: SafeText, value: number, look: boolean): Bar => ({
  label,
  value,
  shown: words.figure(value),
  ...(look && { marked: true }),
});

const nameOf = (person: string | undefined, people: People) =>
  person === undefined ? words.bars.forgotten : inert(people(person) ?? person, pictureLimits.label);
