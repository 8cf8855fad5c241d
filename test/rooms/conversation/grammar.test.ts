import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { understand } from '#conversation/grammar.ts';
import { type Intent, isAct, type Where } from '#conversation/intent.ts';
import type { Period } from '#conversation/moment.ts';

const inMission: Where = { thread: 'mission' };
const nowhere: Where = { thread: 'none' };
const hear = (text: string, where: Where = inMission) => understand(text, where);

const stopThis: Intent = { kind: 'stop', target: { of: 'this' } };
const stopNamed = (words: string): Intent => ({ kind: 'stop', target: { of: 'named', words } });

const happened = (period: Period, words?: string): Intent => ({
  kind: 'happened',
  target: words === undefined ? { of: 'this' } : { of: 'named', words },
  period,
});

describe('plain commands are understood', () => {
  test.each<[string, Intent]>([
    ['help', { kind: 'help' }],
    ['What can you do?', { kind: 'help' }],
    ['missions', { kind: 'missions' }],
    ['show me all the missions', { kind: 'missions' }],
    ['which missions are active?', { kind: 'missions' }],
    ['what is waiting', { kind: 'waiting' }],
    ['what’s waiting?', { kind: 'waiting' }],
    ['Who is waiting?', { kind: 'waiting' }],
    ['is anything still waiting for me?', { kind: 'waiting' }],
    ['what needs my approval?', { kind: 'waiting' }],
    ['status cake', { kind: 'mission-status', target: { of: 'named', words: 'cake' } }],
    [
      'status of the cake mission',
      { kind: 'mission-status', target: { of: 'named', words: 'the cake mission' } },
    ],
    ['how is the cake doing?', { kind: 'mission-status', target: { of: 'named', words: 'the cake' } }],
    ['what is this agent doing?', { kind: 'mission-status', target: { of: 'this' } }],
    ['timeline', { kind: 'timeline', target: { of: 'this' } }],
    ['show me the timeline of this mission', { kind: 'timeline', target: { of: 'this' } }],
    [
      'timeline of the cake mission',
      { kind: 'timeline', target: { of: 'named', words: 'the cake mission' } },
    ],
    ['timeline 12ab-_xY', { kind: 'timeline', target: { of: 'named', words: '12ab-_xY' } }],
    ['what did it do since yesterday?', happened({ from: { of: 'day', back: 1 } })],
    ['What happened today?', happened({ from: { of: 'day', back: 0 } })],
    ['what happened yesterday', happened({ from: { of: 'day', back: 1 }, to: { of: 'day', back: 0 } })],
    ['what has the agent done since monday', happened({ from: { of: 'weekday', weekday: 1, last: false } })],
    ['what happened since 14:00', happened({ from: { of: 'clock', hour: 14, minute: 0 } })],
    ['what did it do in the last 3 hours', happened({ from: { of: 'ago', ms: 10_800_000 } })],
    [
      'what happened in the cake mission since last friday?',
      happened({ from: { of: 'weekday', weekday: 5, last: true } }, 'the cake mission'),
    ],
    ['summarise the cake mission today', happened({ from: { of: 'day', back: 0 } }, 'the cake mission')],
    ['summarise the cake mission', { kind: 'review', target: { of: 'named', words: 'the cake mission' } }],
    ['why did you flag it?', { kind: 'review', target: { of: 'this' } }],
    ['entry 12', { kind: 'entry', number: 12, target: { of: 'this' } }],
    ['show me entry #7', { kind: 'entry', number: 7, target: { of: 'this' } }],
    ['#12', { kind: 'entry', number: 12, target: { of: 'this' } }],
    [
      'entry 3 of the cake mission',
      { kind: 'entry', number: 3, target: { of: 'named', words: 'the cake mission' } },
    ],
    ['stop', stopThis],
    ['Stop!!', stopThis],
    ['🛑 STOP please', stopThis],
    [':octagonal_sign: stop', stopThis],
    ['stop, stop, stop!', stopThis],
    ['stop this mission now', stopThis],
    ['please stop the cake mission.', stopNamed('the cake mission')],
    ['stop 12ab-_xY', stopNamed('12ab-_xY')],
    ['stop “Do not disturb”', stopNamed('Do not disturb')],
    ['stop everything', { kind: 'stop', target: { of: 'everything' } }],
    ['stop all of the missions', { kind: 'stop', target: { of: 'everything' } }],
    [
      'stop the cake mission because it does not listen',
      { kind: 'stop', target: { of: 'named', words: 'the cake mission' }, reason: 'it does not listen' },
    ],
    [
      'stop the cake mission, it buys toys',
      {
        kind: 'stop',
        target: { of: 'named', words: 'the cake mission, it buys toys' },
        parted: { target: { of: 'named', words: 'the cake mission' }, reason: 'it buys toys' },
      },
    ],
    [
      'stop – it buys toys',
      {
        kind: 'stop',
        target: { of: 'named', words: '– it buys toys' },
        parted: { target: { of: 'this' }, reason: 'it buys toys' },
      },
    ],
    ['hold', { kind: 'hold', target: { of: 'this' } }],
    ['hold the cake mission', { kind: 'hold', target: { of: 'named', words: 'the cake mission' } }],
    ['put the cake mission on hold', { kind: 'hold', target: { of: 'named', words: 'the cake mission' } }],
    ['hold it because I look', { kind: 'hold', target: { of: 'this' }, reason: 'I look' }],
    ['keep', { kind: 'keep', target: { of: 'this' } }],
    ['please keep it going', { kind: 'keep', target: { of: 'this' } }],
    ['keep the cake mission', { kind: 'keep', target: { of: 'named', words: 'the cake mission' } }],
    ['complete', { kind: 'complete', target: { of: 'this' } }],
    ['complete “Bake the cake”', { kind: 'complete', target: { of: 'named', words: 'Bake the cake' } }],
    ['mark 12ab-_xY as done', { kind: 'complete', target: { of: 'named', words: '12ab-_xY' } }],
    ['please release it', { kind: 'release', target: { of: 'this' } }],
    ['release “Hold the door”', { kind: 'release', target: { of: 'named', words: 'Hold the door' } }],
    ['I’m on it', { kind: 'claim' }],
    ['looking into it', { kind: 'claim' }],
    ['I’ll take 4fGh81xQ', { kind: 'claim', ask: '4fGh81xQ' }],
    ['Approve', { kind: 'approve' }],
    ['ok, approve it 👍', { kind: 'approve' }],
    ['approve request 4fGh81xQ', { kind: 'approve', ask: '4fGh81xQ' }],
    ['deny', { kind: 'deny' }],
    ['deny because too expensive', { kind: 'deny', reason: 'too expensive' }],
    ['approve all', { kind: 'approve', items: { of: 'all' } }],
    ['approve all of them, please', { kind: 'approve', items: { of: 'all' } }],
    ['Approve all 12', { kind: 'approve', items: { of: 'all', count: 12 } }],
    ['deny all because of the rain', { kind: 'deny', items: { of: 'all' }, reason: 'the rain' }],
    ['deny the second', { kind: 'deny', items: { of: 'number', number: 2 } }],
    ['deny the third one', { kind: 'deny', items: { of: 'number', number: 3 } }],
    ['approve #4', { kind: 'approve', items: { of: 'number', number: 4 } }],
    ['deny number 17, too late', { kind: 'deny', items: { of: 'number', number: 17 }, reason: 'too late' }],
    ['approve “Ann, Bob: both.”', { kind: 'approve', items: { of: 'name', name: 'Ann, Bob: both.' } }],
    ['deny "bob@example.com"', { kind: 'deny', items: { of: 'name', name: 'bob@example.com' } }],
    ['deny – not on the list', { kind: 'deny', reason: 'not on the list' }],
    ['Deny 4fGh81xQ because it isn’t food', { kind: 'deny', ask: '4fGh81xQ', reason: "it isn't food" }],
  ])('%s', (text, intent) => {
    expect(hear(text)).toEqual(intent);
  });

  test('outside a thread "this" names nothing, and status is everybody’s', () => {
    expect(hear('stop', nowhere)).toEqual({ kind: 'stop', target: { of: 'unsaid' } });
    expect(hear('status', nowhere)).toEqual({ kind: 'status' });
    expect(hear('status')).toEqual({ kind: 'mission-status', target: { of: 'this' } });
  });
});

describe('what is not a plain command is never done', () => {
  test.each([
    "don't stop",
    'do not stop the cake mission',
    'should I stop?',
    'stop?',
    'stop the cake mission?',
    'never approve',
    'please do not approve',
    'can someone stop this?',
    'could you stop everything',
    'I would approve',
    'she said "approve"',
    '"stop the cake mission"',
    'approve but not the candles',
    'approve if it is cheap',
    'approve everything',
    'approve the flour',
    'approved',
    'approve?',
    'yes',
    '👍',
    'lgtm',
    'no stop',
    "stop. don't",
    'stop not',
    'stop everything except the cake',
    'stop unless it is done',
    'deny?',
    'deny, no wait',
    'deny the first, approve the second',
    'deny all, then tell me',
    'approve all but the second',
    'approve all or none',
    'approve the first and the second',
    'approve all missions',
    'approve 0',
    'approve 1234',
    'approve ""',
    'deny because why?',
    'deny the rumours',
    '🚫 approve',
    ':x: approve',
    'approve 🤔',
    '❓ stop',
    'stоp', // a Cyrillic о
    'aprove',
    'stp',
    'kill it',
    'pause the cake mission',
    "don't hold it",
    'hold?',
    'hold on',
    'hold off until Friday',
    'release nothing',
    "don't release it",
    'can you release it',
    'release it if it is cheap',
    'resume',
    'I’m on holiday',
    'on it?',
    'I’m not on it',
    'I’ll take the candles',
    'stop\u202e',
    '🛑',
  ])('%s', (text) => {
    expect(hear(text).kind).toBe('unclear');
  });

  test('a slip near a command is offered, not guessed', () => {
    expect(hear('stp the cake mission')).toMatchObject({ offer: stopNamed('the cake mission') });
    expect(hear('aprove')).toMatchObject({ offer: { kind: 'approve' } });
    expect(hear('can you stop the cake mission')).toMatchObject({ offer: stopNamed('the cake mission') });
    expect(hear('end the cake mission')).toMatchObject({ offer: stopNamed('the cake mission') });
    expect(hear('pause it')).toMatchObject({ offer: { kind: 'hold', target: { of: 'this' } } });
    expect(hear('halp')).toMatchObject({ offer: { kind: 'help' } });
    expect(hear('reveiw the cake mission')).toMatchObject({
      offer: { kind: 'review', target: { of: 'named', words: 'the cake mission' } },
    });
    expect(hear('complet it')).toMatchObject({ offer: { kind: 'complete', target: { of: 'this' } } });
    expect(hear('please keep it short')).not.toHaveProperty('offer');
  });

  test('a bare mention asks what can be said', () => {
    for (const text of ['', '  ', '\n']) expect(hear(text)).toEqual({ kind: 'help' });
  });

  test('a negated act is not even offered', () => {
    for (const text of ['never approve', "don't stop", 'please do not approve', '🚫 approve'])
      expect(hear(text)).toEqual({ kind: 'unclear', text });
  });

  const wheres = fc.constantFrom<Where>({ thread: 'mission' }, { thread: 'ask' }, { thread: 'none' });
  const commands = fc.constantFrom(
    'stop',
    'stop everything',
    'stop the cake mission',
    'stop “flour”',
    'stop because it drifts',
    'hold',
    'hold the cake mission',
    'release',
    'release the cake mission',
    'approve',
    'approve 4fGh81xQ',
    'deny',
    'deny because too expensive',
    'deny: no',
  );
  const courtesy = fc.constantFrom('', 'please ', 'ok, ', 'hey ', 'now ', '🛑 ');
  const bend = (text: string, loud: boolean) => (loud ? text.toUpperCase() : text);

  test('a negation or a question before the command never acts', () => {
    const turn = fc.constantFrom(
      "don't",
      'don’t',
      'dont',
      'do not',
      'never',
      'no',
      'not',
      "you can't",
      'nobody may',
      'without a',
      'please not',
      'should I',
      'should we?',
      'can someone',
      'could you',
      'why?',
      'what?',
      'who said',
      'is it time to',
      'what if I',
      'd\u200bo n\u00adot',
      'DON\u2019T',
      '❌',
      '🙅',
      ':no_entry:',
    );
    fc.assert(
      fc.property(
        courtesy,
        turn,
        courtesy,
        commands,
        fc.boolean(),
        wheres,
        (a, b, c, command, loud, where) => {
          expect(isAct(understand(bend(`${a}${b} ${c}${command}`, loud), where))).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a question mark at the end never acts', () => {
    const mark = fc.constantFrom('?', ' ?', '?!', '？', '⁉️', '❓', '؟');
    fc.assert(
      fc.property(courtesy, commands, mark, wheres, (a, command, end, where) => {
        expect(isAct(understand(`${a}${command}${end}`, where))).toBe(false);
      }),
    );
  });

  test('any words at all before the command never act', () => {
    const known =
      /^(?:please|pls|ok|okay|hey|hi|hello|yes|now|just|chaperone|thanks|stop|terminate|halt|abort|hold|put|release|approve|deny|reject|decline)$/i;
    const word = fc.stringMatching(/^[a-z]{1,12}$/).filter((each) => !known.test(each));
    fc.assert(
      fc.property(word, commands, wheres, (before, command, where) => {
        expect(isAct(understand(`${before} ${command}`, where))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('approving bears nothing after it but the ask', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 4 }), wheres, (tail, where) => {
        expect(understand(`approve ${tail}`, where).kind).toBe('unclear');
      }),
    );
  });

  test('nothing anybody types breaks it or takes long', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      commands,
      fc.constantFrom(
        'all the ',
        'please ',
        ' because ',
        '!!!!!!!!',
        ':',
        '-',
        '"',
        '(',
        '[',
        'stop,',
        'missions',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), wheres, (pieces, where) => {
        const began = performance.now();
        understand(pieces.join(''), where);
        expect(performance.now() - began).toBeLessThan(1_000);
      }),
      { numRuns: 500 },
    );
  });
});
