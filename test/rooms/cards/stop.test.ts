// What a stop's report says of what went on after it: deeds first and loudly, attempts as the stop at work.
import { expect, test } from 'vitest';
import { isAlarming, wentOnCard } from '#cards/after-stop.ts';
import { inert } from '#cards/inert.ts';
import { stopReportCard } from '#cards/stop-card.ts';
import { cardText } from '../../support/card-text.ts';
import { entry, mission, report } from '../../support/requests.ts';

const stopped = mission({
  status: 'terminated',
  terminationReason: 'revoked',
  terminatedAt: '2026-11-21T11:00:00Z',
  terminatedBy: { person: 'bob', via: 'slack', id: 'slack:T1:U2' },
});
const after = (seq: number, more: Parameters<typeof entry>[0]) => {
  const each = entry({ seq, resource: undefined, ...more });
  return { ...each, at: '2026-11-21T11:05:00.000Z' };
};
const attempt = (seq: number) =>
  after(seq, { kind: 'refused', outcome: 'mission_terminated', action: `try_${seq}` });
const deed = (seq: number) =>
  after(seq, { kind: 'audit', source: 'agent', outcome: 'reported', action: `do_${seq}` });
const used = (seq: number) =>
  after(seq, { kind: 'refused', outcome: 'token_used', resource: 'https://toys.example' });
const card = (activityAfter: readonly ReturnType<typeof after>[], agentToldAt?: string) =>
  stopReportCard({
    report: report({ activityAfter: [...activityAfter], ...(agentToldAt && { agentToldAt }) }),
    mission: stopped,
    people: (id) => (id === 'bob' ? 'Bob Builder' : undefined),
    capabilities: ['revoke'],
    now: new Date('2026-11-21T11:06:00Z'),
  });

test('what went on after a stop reads so', async () => {
  const cards = {
    'attempts alone': card([attempt(10), attempt(11)]),
    'a token that still served, beside an attempt': card([attempt(10), used(11)]),
    'more than the card lists': card([
      ...Array.from({ length: 12 }, (_, at) => attempt(10 + at)),
      ...Array.from({ length: 12 }, (_, at) => deed(30 + at)),
    ]),
    'a report with which the agent learned of the end': card([deed(10)], '2026-11-21T11:05:00Z'),
    'the alarm': wentOnCard({
      mission: stopped,
      report: report({ activityAfter: [attempt(10), used(11), deed(12)] }),
      callees: [{ platform: 'slack', tenant: 'T1', user: 'U2', name: inert('Bob Builder') }],
    }),
  };
  const texts = Object.entries(cards).map(([name, each]) => `######## ${name}\n\n${cardText(each)}`);
  await expect(texts.join('\n')).toMatchFileSnapshot('goldens/after-a-stop.txt');
});

test('a deed is told and alarms, however many attempts came before it', () => {
  const attempts = Array.from({ length: 100 }, (_, at) => attempt(10 + at));
  expect(card(attempts).tone).toBe('waiting');
  for (const late of [deed(200), used(200)]) {
    const told = card([...attempts, late]);
    expect(told.tone).toBe('alarm');
    expect(told.title).toContain('activity after it');
    expect(cardText({ ...told, expansion: [] })).toContain('#200');
  }
});

test('people are called to a token that still served, and to an agent that goes on though it was told, and to nothing else', () => {
  const told = '2026-11-21T11:05:00Z';
  const alarms = (activityAfter: ReturnType<typeof after>[], agentToldAt: string) =>
    isAlarming(report({ activityAfter, agentToldAt }));
  expect(alarms([attempt(10), deed(11)], told)).toBe(false);
  expect(alarms([attempt(10), deed(11)], '2026-11-21T11:04:00Z')).toBe(true);
  expect(alarms([attempt(10), used(11)], told)).toBe(true);
  expect(isAlarming(report({ activityAfter: [deed(11)] }))).toBe(true);
});
