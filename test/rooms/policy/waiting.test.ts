// Reminders follow the ask's own deadline, never more than were configured, and never after it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultOversight, type Oversight } from '#oversight.ts';
import { channelsInReach } from '#policy/policy.ts';
import { nextMoment, type Plan, planOf, reminderDue } from '#policy/waiting.ts';

const openedAt = new Date('2026-11-21T10:00:00Z');
const lifeOf = (seconds: number) => ({ openedAt, expiresAt: new Date(openedAt.getTime() + seconds * 1_000) });
const after = (seconds: number) => new Date(openedAt.getTime() + seconds * 1_000);
const with_ = (more: Partial<Oversight>): Oversight => ({ ...defaultOversight(), ...more });
const anybodys = { person: 'person', agent: 'aauth:errand', kind: 'permission' } as const;
const planWith = (more: Partial<Oversight> = {}, matter: Parameters<typeof planOf>[1] = anybodys): Plan =>
  planOf(with_(more), matter);

const channel = (id: string): Oversight['channels'][number] => ({
  id,
  place: { platform: 'slack', tenant: 'T1', channel: `C-${id}` },
  oversees: 'everyone',
});
const kitchen = channel('kitchen');
const bank = channel('bank');

test('a rule has reminders and a way to others of its own; what it leaves out is as for everything else', () => {
  const oversight: Partial<Oversight> = {
    channels: [kitchen, bank],
    reminders: [0.5],
    escalation: { at: 0.9, channel: 'kitchen' },
    rules: [
      {
        for: 'everyone',
        kinds: ['payment'],
        reminders: [0.1, 0.3],
        escalation: { at: 0.4, channel: 'bank' },
      },
      { for: 'everyone', kinds: ['question'], escalation: 'never' },
      { for: 'everyone', approve: ['person'] },
    ],
  };
  const of = (kind: 'payment' | 'question' | 'permission') => planWith(oversight, { ...anybodys, kind });
  expect(of('payment')).toEqual({ reminders: [0.1, 0.3], escalations: [{ at: 0.4, to: bank }] });
  expect(of('question')).toEqual({ reminders: [0.5], escalations: [] });
  expect(of('permission')).toEqual({ reminders: [0.5], escalations: [{ at: 0.9, to: kitchen }] });
});

test('a channel is in reach that oversees somebody, or that their asks may escalate to; no other is', () => {
  const bobs = { ...channel('bobs'), oversees: { people: ['bob'] } };
  const inReach = (more: Partial<Oversight>, person: string) =>
    channelsInReach(with_({ ...more }), { person, agent: 'aauth:errand' }).map(({ id }) => id);
  const alone = { ...bank, oversees: { people: ['carol'] } };
  expect(inReach({ channels: [bobs, alone] }, 'bob')).toEqual(['bobs']);
  expect(inReach({ channels: [bobs, alone] }, 'alice')).toEqual([]);
  const escalation = { at: 0.5, channel: 'bank' };
  expect(inReach({ channels: [bobs, alone], escalation }, 'alice')).toEqual(['bank']);
  const rules = [{ for: { people: ['alice'] }, kinds: ['payment' as const], escalation }];
  expect(inReach({ channels: [bobs, alone], rules }, 'alice')).toEqual(['bank']);
  expect(inReach({ channels: [bobs, alone], rules }, 'dave')).toEqual([]);
});

test('a harmless part takes nothing from a harmful one: people are called for both, and both ways are gone', () => {
  const plan = planWith(
    {
      channels: [kitchen, bank],
      rules: [
        { for: 'everyone', scopes: ['pay:*'], reminders: [0.2], escalation: { at: 0.5, channel: 'bank' } },
        { for: 'everyone', scopes: ['read'], reminders: [], escalation: { at: 0.7, channel: 'bank' } },
      ],
    },
    { ...anybodys, scopes: ['read', 'pay:cake'] },
  );
  expect(plan).toEqual({ reminders: [0.2], escalations: [{ at: 0.5, to: bank }] });
});

test('without a word of the operator’s, at half of the time and at four fifths', () => {
  const life = lifeOf(100);
  expect([49, 50, 79, 80, 99].map((at) => reminderDue(planWith(), life, after(at)))).toEqual([0, 1, 1, 2, 2]);
  expect(reminderDue(planWith({ reminders: [] }), life, after(99))).toBe(0);
});

test('whatever the deadline and the clock, the moments that are named lead through all of it and end', () => {
  const fractions = fc
    .uniqueArray(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 5 })
    .map((all) => all.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(fractions, fc.integer({ min: 5, max: 86_400 }), (reminders, seconds) => {
      const plan = planWith({ reminders, channels: [kitchen], escalation: { at: 0.9, channel: 'kitchen' } });
      const life = lifeOf(seconds);
      let last = 0;
      let steps = 0;
      for (let now: Date | undefined = openedAt; now; now = nextMoment(plan, life, now)) {
        const due = reminderDue(plan, life, now);
        expect(due).toBeGreaterThanOrEqual(last);
        last = due;
        expect((steps += 1)).toBeLessThan(20);
      }
      expect(last).toBe(reminders.length);
      expect(reminderDue(plan, life, life.expiresAt)).toBe(0);
    }),
  );
});
