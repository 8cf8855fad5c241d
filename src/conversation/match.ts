// Which mission is meant, and which ask.
//
// A name is exact, and may be acted on at once, when it is
//   - the mission's `s256`, or its first eight characters (the short id), to the letter; or
//   - its whole title, apart from case, accents of form, punctuation, spacing and invisible characters.
// Everything less is near, and asks for a click: "the cake mission" is near "Buy the ingredients for the cake".
// One exception: in a mission's own thread, words of its title together with "mission" or "agent" are exact, because place
// and words both name it: "stop the cake mission". Without that word they may mean a part only: "stop the flour".
// Whatever fits two missions, or looks as if it did, is several: a title that borrows another's looks gains nothing.

import { fold, oneSlipApart, shape } from './spelling.ts';
import { missionTitle, titleLength } from './title.ts';

export type Named = {
  readonly s256: string;
  readonly description: string;
  readonly agent: { readonly id: string };
};

export type Match<T> =
  | { readonly kind: 'exact' | 'near'; readonly mission: T }
  | { readonly kind: 'several'; readonly missions: readonly T[] }
  | { readonly kind: 'none' };

const shortIdLength = 8;

/** What people type and read in place of the whole `s256`: its first eight characters. */
export const shortId = (s256: string) => s256.slice(0, shortIdLength);

/** Words that say "a mission is meant" without saying which. */
const empty = new Set(
  'the a an my our your that this mission missions agent agents of for on one'.split(' '),
);

/** Those of them that stand around nearly every name, and are mistyped as often. */
const frame = ['the', 'mission'] as const;

/** Finds the one of `missions` that `words` mean. `here` is the mission in whose thread they were said. */
export function findMission<T extends Named>(words: string, missions: readonly T[], here?: string): Match<T> {
  const said = words.trim();
  const wanted = new Set([said, withoutFrame(said)]);
  const looks = new Set([...wanted].map((each) => shape(bounded(each))).filter(Boolean));
  const sayings = new Set([...wanted].map((each) => fold(bounded(each))).filter(Boolean));

  const byId = missions.filter(({ s256 }) => wanted.has(s256) || wanted.has(shortId(s256)));
  const byLooks = missions.filter(({ description }) => looks.has(shape(missionTitle(description))));
  const alike = [...new Set([...byId, ...byLooks])];
  if (alike.length > 1) return { kind: 'several', missions: alike };
  const meant = wordsOf(said).filter((word) => word && !empty.has(word));
  const title = ({ description }: T) => wordsOf(missionTitle(description));
  const anywhere = ({ description, agent }: T) => wordsOf(`${description} ${agent.id}`);
  const titled = (mission: T, want: readonly string[]) =>
    want.length > 0 && covers(title(mission), want, (a, b) => a === b || `${a}s` === b || a === `${b}s`);
  const byTitle = (mission: T) => titled(mission, meant);

  const [only] = alike;
  const place = missions.find(({ s256 }) => s256 === here);
  if (only) {
    // The thread's own mission answers to these words too: which one is meant is for the person to say.
    if (byId.length === 0 && place && place !== only && byTitle(place)) {
      return { kind: 'several', missions: [place, only] };
    }
    const named = byId.length === 1 || sayings.has(fold(missionTitle(only.description)));
    return { kind: named ? 'exact' : 'near', mission: only };
  }

  if (meant.length === 0) return { kind: 'none' };
  // "teh cake mission": a slip in a word that names nothing is no part of the name, and never exact.
  const unslipped = meant.filter((word) => !frame.some((each) => oneSlipApart(each, word)));
  const tiers: ((mission: T) => boolean)[] = [
    ({ s256 }) => said.length >= 4 && s256.startsWith(said),
    byTitle,
    (mission) =>
      covers(title(mission), meant, (a, b) => a.length > 3 && (b.startsWith(a) || oneSlipApart(a, b))),
    (mission) => covers(anywhere(mission), meant, (a, b) => a === b),
    (mission) => titled(mission, unslipped),
  ];
  for (const fits of tiers) {
    const found = missions.filter(fits);
    const [mission] = found;
    if (found.length > 1) return { kind: 'several', missions: found };
    if (mission) {
      const framed = fits === byTitle && mission === place && /\b(?:mission|agent)\b/i.test(said);
      return { kind: framed ? 'exact' : 'near', mission };
    }
  }
  return { kind: 'none' };
}

/** The asks whose id is `ask`, or begins with it when at least eight characters are given. */
export function findAsks<T extends { readonly id: string }>(ask: string, asks: readonly T[]): readonly T[] {
  const whole = asks.filter(({ id }) => id === ask);
  if (whole.length > 0) return whole;
  return ask.length < shortIdLength ? [] : asks.filter(({ id }) => id.startsWith(ask));
}

const wordsOf = (text: string) => fold(text).split(' ');

const covers = (
  have: readonly string[],
  want: readonly string[],
  same: (want: string, have: string) => boolean,
) => want.every((word) => have.some((other) => other !== '' && same(word, other)));

const bounded = (text: string) => Array.from(text).slice(0, titleLength).join('');

/** "the cake mission" also says "cake". */
const withoutFrame = (text: string) =>
  text
    .replace(/^(?:the|my|our|that)\s+/i, '')
    .replace(/^(?:mission|agent)\s+/i, '')
    .replace(/\s+(?:mission|agent)$/i, '')
    .trim();
