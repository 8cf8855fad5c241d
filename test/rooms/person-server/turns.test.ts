import { describe, expect, test } from 'vitest';
import { inTurns } from '#person-server/turns.ts';

/** A worker whose turns the test lets go one by one. */
function openTurns(most = 100) {
  const turns: {
    readonly asks: readonly number[];
    readonly answer: PromiseWithResolvers<readonly number[]>;
  }[] = [];
  const ask = inTurns<number, number>(
    (asks) => {
      const answer = Promise.withResolvers<readonly number[]>();
      turns.push({ asks, answer });
      return answer.promise;
    },
    { most },
  );
  const turn = async (number: number) => {
    await expect.poll(() => turns.length).toBeGreaterThan(number);
    const found = turns[number];
    if (!found) throw new Error('no such turn');
    return found;
  };
  return { ask, turn, turns };
}

const refusal = (code: string) => Object.assign(new Error('refused'), { code });

describe('many who ask', () => {
  test('together are answered together, each with its own answer', async () => {
    const { ask, turn } = openTurns();
    const answers = Promise.all([1, 2, 3].map(ask));
    const { asks, answer } = await turn(0);
    expect(asks).toEqual([1, 2, 3]);
    answer.resolve([10, 20, 30]);
    expect(await answers).toEqual([10, 20, 30]);
  });

  test('during a turn have the next one: what was asked before them is not their answer', async () => {
    const { ask, turn, turns } = openTurns();
    const first = ask(1);
    const { answer } = await turn(0);
    const later = [ask(2), ask(3)];
    expect(turns).toHaveLength(1);
    answer.resolve([10]);
    expect(await first).toBe(10);
    const next = await turn(1);
    expect(next.asks).toEqual([2, 3]);
    next.answer.resolve([20, 30]);
    expect(await Promise.all(later)).toEqual([20, 30]);
  });

  test('are served in turns of a bounded size', async () => {
    const { ask, turn } = openTurns(2);
    const answers = Promise.all([1, 2, 3].map(ask));
    (await turn(0)).answer.resolve([10, 20]);
    expect((await turn(1)).asks).toEqual([3]);
    (await turn(1)).answer.resolve([30]);
    expect(await answers).toEqual([10, 20, 30]);
  });

  test('do not suffer for one whose ask the store refuses', async () => {
    const { ask, turn } = openTurns();
    const answers = Promise.allSettled([1, 2].map(ask));
    (await turn(0)).answer.reject(refusal('22P05'));
    const alone = await turn(1);
    expect(alone.asks).toEqual([1]);
    alone.answer.reject(refusal('22P05'));
    (await turn(2)).answer.resolve([20]);
    expect(await answers).toMatchObject([
      { status: 'rejected', reason: { code: '22P05' } },
      { status: 'fulfilled', value: 20 },
    ]);
  });

  test('all fail where nobody knows what was done, and none of it is done again', async () => {
    const { ask, turn, turns } = openTurns();
    const answers = Promise.allSettled([1, 2].map(ask));
    (await turn(0)).answer.reject(refusal('ECONNRESET'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = ask(3);
    (await turn(1)).answer.resolve([30]);
    expect(await next).toBe(30);
    expect(turns).toHaveLength(2);
  });
});
