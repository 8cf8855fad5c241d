// Reminders follow the ask's own deadline, never more than were configured, and never after it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultOversight, type Oversight } from '#oversight.ts';
import { nextMoment, reminderDue } from '#policy/waiting.ts';

const openedAt = new Date('2026-11-21T10:00:00Z');
const lifeOf = (seconds: number) => ({ openedAt, expiresAt: new Date(openedAt.getTime() + seconds * 1_000) });
const after = (seconds: number) => new Date(openedAt.getTime() + seconds * 1_000);
const with_ = (more: Partial<Oversight>): Oversight => ({ ...defaultOversight(), ...more });

test('without a word of the operator’s, at half of the time and at four fifths', () => {
  const life = lifeOf(100);
  expect([49, 50, 79, 80, 99].map((at) => reminderDue(defaultOversight(), life, after(at)))).toEqual([
    0, 1, 1, 2, 2,
  ]);
  expect(reminderDue(with_({ reminders: [] }), life, after(99))).toBe(0);
});

test('whatever the deadline and the clock, the moments that are named lead through all of it and end', () => {
  const fractions = fc
    .uniqueArray(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 5 })
    .map((all) => all.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(fractions, fc.integer({ min: 5, max: 86_400 }), (reminders, seconds) => {
      const oversight = with_({ reminders, escalation: { at: 0.9, channel: 'x' } });
      const life = lifeOf(seconds);
      let last = 0;
      let steps = 0;
      for (let now: Date | undefined = openedAt; now; now = nextMoment(oversight, life, now)) {
        const due = reminderDue(oversight, life, now);
        expect(due).toBeGreaterThanOrEqual(last);
        last = due;
        expect((steps += 1)).toBeLessThan(20);
      }
      expect(last).toBe(reminders.length);
      expect(reminderDue(oversight, life, life.expiresAt)).toBe(0);
    }),
  );
});
