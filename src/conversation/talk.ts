// What is kept of a conversation in a thread, so that "and since then?" is understood: a plain value for the ledger to keep,
// bounded, handed in with the next question and out with its answer.
import { z } from 'zod';

const Turn = z.object({
  asked: z.string().max(300),
  answered: z.string().max(600),
  /** The missions the answer looked at, by `s256`. */
  missions: z.array(z.string()).max(3),
});
const maxTurns = 4;
const Talk = z.object({ turns: z.array(Turn).max(maxTurns) });

export type Turn = {
  readonly asked: string;
  readonly answered: string;
  readonly missions: readonly string[];
};
export type Talk = { readonly turns: readonly Turn[] };

export const noTalk: Talk = { turns: [] };

/** A talk as it was kept. One that cannot be read is none: the next question stands by itself. */
export function readTalk(kept: unknown): Talk {
  const read = Talk.safeParse(kept);
  return read.success ? read.data : noTalk;
}

/** The talk with one more turn; the oldest one goes. */
export function addTurn(talk: Talk, { asked, answered, missions }: Turn): Talk {
  const turn = { asked: cut(asked, 300), answered: cut(answered, 600), missions: missions.slice(0, 3) };
  return { turns: [...talk.turns, turn].slice(-maxTurns) };
}

const cut = (text: string, max: number) =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
