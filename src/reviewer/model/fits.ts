// The one question whose answer may stand in for a person's: does this ask plainly serve the mission? A yes counts only
// with words that stand in the mission, and with the ask's own entry; everything else asks people.
import type { Entry, MissionFacts } from '#reviewer/entry.ts';
import { type AskFacts, askRecord, checkBrief, inForce, newest, WrittenBrief } from './brief.ts';
import type { Model, Silence } from './chat-model.ts';
import { fence } from './fence.ts';
import { askFor } from './form.ts';
import { type Accepted, acceptedBlock, missionBlock, record } from './lines.ts';
import { openPrompt } from './prompt.ts';
import { sentence } from './said.ts';

const messagesOf = openPrompt('fits', ['mission', 'accepted', 'entries', 'ask']);

/** A yes has its words of the mission and its entries; anything else says nothing that counts. */
export type Fit =
  | {
      readonly kind: 'fits';
      readonly why: string;
      readonly entries: readonly number[];
      readonly missionWords: string;
    }
  | {
      readonly kind: 'does_not_fit' | 'cannot_tell';
      readonly why: string;
      readonly entries: readonly number[];
    };

export type FitAsked = {
  readonly s256: string;
  readonly mission: MissionFacts;
  readonly ask: AskFacts;
  /** The newest entries, in order, and the number of the ask's own. */
  readonly entries: readonly Entry[];
  readonly own: number;
  readonly accepted: readonly Accepted[];
  readonly signal: AbortSignal;
};

const fewestWords = 3;

/** One model call, repaired once at most and over when `signal` says so; charged to the mission's account. */
export async function judgeFit(
  model: Model,
  asked: FitAsked,
): Promise<({ readonly kind: 'judged'; readonly fit: Fit } | Silence) & { readonly tokens: number }> {
  const { s256, mission, ask, accepted, own, signal } = asked;
  const messages = messagesOf({
    mission: missionBlock(mission),
    accepted: acceptedBlock(accepted),
    entries: fence(
      'entries',
      shownOf(asked).map((entry) => record(entry)),
    ),
    ask: fence('ask', [{ n: own, ...askRecord(ask) }]),
  });
  const question = { messages, account: `mission:${s256}`, signal };
  const answer = await askFor(model, question, 'fit', WrittenBrief);
  if (answer.kind === 'silent') return answer;
  return { kind: 'judged', fit: checkFit(answer.value, asked), tokens: answer.tokens };
}

/** The ask's own entry is always among them, however many came after it. */
function shownOf({ entries, own }: Pick<FitAsked, 'entries' | 'own'>): readonly Entry[] {
  const others = entries.filter(({ seq }) => seq !== own).slice(1 - newest);
  return [...others, ...entries.filter(({ seq }) => seq === own)].toSorted((a, b) => a.seq - b.seq);
}

/**
 * What an answer is worth: what a brief that says the same is worth, whose every check it has to pass, and then more. It can
 * only lose by this: nothing here turns another answer into a yes.
 */
export function checkFit(
  written: WrittenBrief,
  asked: Pick<FitAsked, 'mission' | 'ask' | 'entries' | 'own'>,
): Fit {
  const entries = shownOf(asked);
  // Line breaks are shown to the model as a sign of their own.
  const words = spaced(written.mission_words.replaceAll('⏎', ' ')).replace(
    /^["'“”«»…\s]+|["'“”«»…\s]+$/g,
    '',
  );
  const brief = checkBrief({ ...written, mission_words: words }, { ...asked, entries });
  const { why, entries: cited } = brief;
  if (brief.kind !== 'fits') return { kind: brief.kind, why, entries: cited };
  const stands =
    words.split(' ').length >= fewestWords &&
    inForce(asked.mission).some((text) => spaced(text).includes(words));
  return stands && cited.includes(asked.own)
    ? { kind: 'fits', why, entries: cited, missionWords: sentence(words, 300) }
    : { kind: 'cannot_tell', why, entries: cited };
}

const spaced = (text: string) => text.replace(/\s+/g, ' ').trim();
