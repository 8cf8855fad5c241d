import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { understand } from '#conversation/grammar.ts';
import { findAsks, findMission, shortId } from '#conversation/match.ts';
import { oneSlipApart } from '#conversation/spelling.ts';
import { missionTitle } from '#conversation/title.ts';

const mission = (s256: string, description: string, agent = 'aauth:errand@agents.example') => ({
  s256: s256.padEnd(43, 'A'),
  description,
  agent: { id: agent },
});
const cake = mission('aB3dE5fG', '# Buy the ingredients for the cake\n\nFlour, eggs, sugar.');
const party = mission('Zz9_yX-1', 'Plan the summer party', 'aauth:planner@agents.example');
const all = [cake, party];

describe('which mission is meant', () => {
  test.each([
    'aB3dE5fG',
    cake.s256,
    'Buy the ingredients for the cake',
    'buy the INGREDIENTS — for the cake!',
  ])('%s names it exactly', (words) => {
    expect(findMission(words, all)).toEqual({ kind: 'exact', mission: cake });
  });

  test.each([
    'the cake mission',
    'cake',
    'ingredients',
    'cakes',
    'ingredeints',
    'aB3dE',
    'flour',
    'errand agent',
    'teh cake mission',
    'the cake misson',
  ])('%s is only near', (words) => {
    expect(findMission(words, all)).toEqual({ kind: 'near', mission: cake });
  });

  test.each(['birthday', 'ab3de5fg', 'cake party', 'the mission', 'teh mission', 'teh misson', '', '…'])(
    '%s names none',
    (words) => {
      expect(findMission(words, all)).toEqual({ kind: 'none' });
    },
  );

  test('in its own thread "the cake mission" is exact: place and words agree', () => {
    expect(findMission('the cake mission', all, cake.s256)).toEqual({ kind: 'exact', mission: cake });
  });

  test.each(['the cake', 'flour', 'the flour mission', 'ingredeints mission', 'teh cake mission', 'aB3dE'])(
    'in its own thread %s stays near, for it may mean a part only',
    (words) => {
      expect(findMission(words, all, cake.s256)).toEqual({ kind: 'near', mission: cake });
    },
  );

  test('another mission that is called what the thread’s own answers to is not taken for it', () => {
    const short = mission('Ss', 'Cake');
    expect(findMission('the cake mission', [cake, short]).kind).toBe('exact');
    expect(findMission('the cake mission', [cake, short], cake.s256)).toEqual({
      kind: 'several',
      missions: [cake, short],
    });
  });

  test.each([
    'stop worrying about the cake mission',
    'stop buying the cake',
    'stop it from buying candles',
    'stop the cake from burning',
    'stop buying flour',
  ])('%s ends nothing at once, not even in the mission’s own thread', (text) => {
    const intent = understand(text, { thread: 'mission' });
    if (intent.kind !== 'stop' || intent.target.of !== 'named')
      throw new Error('these are stops of something named');
    expect(findMission(intent.target.words, all, cake.s256).kind).not.toBe('exact');
  });

  test('a near name of another mission is still only near', () => {
    expect(findMission('the cake mission', all, party.s256)).toEqual({ kind: 'near', mission: cake });
  });

  test('what fits several names none of them', () => {
    const second = mission('Qq', 'Eat the cake');
    expect(findMission('cake', [cake, second])).toEqual({ kind: 'several', missions: [cake, second] });
    expect(findMission('cake', [cake, second], cake.s256).kind).toBe('several');
  });

  test.each([
    ['the same title', '# Buy the ingredients for the cake'],
    ['other spacing and case', 'BUY  the\u00a0ingredients for the cake.'],
    ['zero-width characters', 'Buy the ingre\u200bdients for the cake'],
    ['Cyrillic letters', 'Вuy the ingrеdients fоr the cаke'],
    ['Greek letters', 'Βuy the ingredients fοr the cake'],
    ['a one for an i', 'Buy the 1ngredients for the cake'],
    ['its short id for a title', 'aB3dE5fG'],
    ['its short id in other case', 'AB3DE5FG'],
  ])('a mission that borrows %s makes the name ambiguous', (_, description) => {
    const twin = mission('Tt', description);
    const words = description.toLowerCase().startsWith('ab3')
      ? 'aB3dE5fG'
      : 'Buy the ingredients for the cake';
    expect(findMission(words, [cake, twin]).kind).toBe('several');
    expect(findMission(words, [twin, cake], cake.s256).kind).toBe('several');
  });

  test('a lookalike alone is not acted on at once', () => {
    const fake = mission('Tt', 'Вuy the cake');
    expect(findMission('Buy the cake', [fake])).toEqual({ kind: 'near', mission: fake });
  });

  test('two missions never share an exact name, whatever their titles hold', () => {
    const letter = fc.constantFrom(
      'a',
      'A',
      'а',
      'o',
      '0',
      'l',
      '1',
      'I',
      ' ',
      '-',
      '\u200b',
      '\u202e',
      'rn',
      'm',
      '́',
    );
    const title = fc.string({ unit: letter, maxLength: 6 });
    fc.assert(
      fc.property(title, title, title, (words, one, two) => {
        const found = findMission(words, [mission('m1', one), mission('m2', two)]);
        const back = findMission(words, [mission('m2', two), mission('m1', one)]);
        expect(back.kind).toBe(found.kind);
        if (found.kind === 'exact' && back.kind === 'exact') expect(back.mission).toEqual(found.mission);
        if (one === two) expect(['several', 'none']).toContain(found.kind);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('which ask is meant', () => {
  const asks = [{ id: '0198aaaa-1111' }, { id: '0198aaaa-2222' }];

  test('a whole id or a beginning of eight characters finds it', () => {
    expect(findAsks('0198aaaa-1111', asks)).toEqual([asks[0]]);
    expect(findAsks('0198aaaa-2', asks)).toEqual([asks[1]]);
    expect(findAsks('0198aaaa', asks)).toEqual(asks);
  });

  test('fewer than eight characters find nothing', () => {
    expect(findAsks('0198aaa', [{ id: '0198aaaa' }])).toEqual([]);
    expect(findAsks('', asks)).toEqual([]);
  });
});

describe('titles', () => {
  test.each([
    ['# Buy the ingredients\n\nfor the cake', 'Buy the ingredients'],
    ['\n\n> **Goal**\n\n- *Sell* the [house](https://evil.example)', 'Sell the house'],
    ['## Intent\n\nHelp the company.', 'Help the company.'],
    ['# Mission', 'Mission'],
    ['---\n***\n', 'untitled mission'],
    ['', 'untitled mission'],
    ['\u200b\u202e\n# Real', 'Real'],
    ['`rm -rf`  the\tcache', 'rm -rf the cache'],
    ['2 eggs', '2 eggs'],
    ['#hashtag cake', '#hashtag cake'],
  ])('%j is called %s', (description, title) => {
    expect(missionTitle(description)).toBe(title);
  });

  test('a title is one line of at most eighty characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (description) => {
        const title = missionTitle(description);
        expect(Array.from(title).length).toBeLessThanOrEqual(80);
        expect(title).not.toMatch(/[\r\n\u2028\u2029\u202e\u200b]/);
      }),
    );
  });

  test('a short id is the first eight characters', () => {
    expect(shortId(cake.s256)).toBe('aB3dE5fG');
  });
});

test('one slip is one change, one addition, one loss or one swap', () => {
  for (const [a, b] of [
    ['stop', 'stpo'],
    ['stop', 'stp'],
    ['stop', 'stoop'],
    ['stop', 'stip'],
  ] as const)
    expect(oneSlipApart(a, b) && oneSlipApart(b, a)).toBe(true);
  for (const [a, b] of [
    ['stop', 'stop'],
    ['stop', 'pots'],
    ['stop', 'st'],
    ['stop', 'sotp1'],
  ] as const)
    expect(oneSlipApart(a, b)).toBe(false);
});
