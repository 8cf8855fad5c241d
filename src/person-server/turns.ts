import { setImmediate as pause } from 'node:timers/promises';

/** What Postgres says of a statement that it refused for what it was given: nothing of it was done, and saying it again is safe. */
const refusedStatement = /^(?:2[23]|40)/;

/**
 * Does for many at once what each asks for alone: whoever comes while a turn is under way has the next one, together with
 * all who came meanwhile. One statement and one commit then serve them all, and nobody waits for company. `run` answers in
 * the order it was asked. A turn that is refused is taken again one by one, so that nobody suffers for another's ask.
 */
export function inTurns<Ask, Answer>(
  run: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  { most }: { readonly most: number },
): (ask: Ask) => Promise<Answer> {
  type Asked = PromiseWithResolvers<Answer> & { readonly ask: Ask };
  let waiting: Asked[] = [];
  let isUnderWay = false;

  async function take(turn: readonly Asked[]): Promise<void> {
    try {
      const answers = await run(turn.map(({ ask }) => ask));
      if (answers.length !== turn.length) throw new Error('a turn answers everybody in it');
      for (const [at, answer] of answers.entries()) turn[at]?.resolve(answer);
    } catch (error) {
      if (turn.length > 1 && isRefusal(error)) for (const one of turn) await take([one]);
      else for (const { reject } of turn) reject(error);
    }
  }

  async function work(): Promise<void> {
    isUnderWay = true;
    while (waiting.length) {
      // Those who are about to ask in this round of the event loop come along.
      await pause();
      const turn = waiting.slice(0, most);
      waiting = waiting.slice(most);
      await take(turn);
    }
    isUnderWay = false;
  }

  return (ask) => {
    const asked = { ask, ...Promise.withResolvers<Answer>() };
    waiting.push(asked);
    if (!isUnderWay) void work();
    return asked.promise;
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && refusedStatement.test(String(error.code));
}
