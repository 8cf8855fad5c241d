import type { Moment } from '#conversation/moment.ts';
import { clockIn, dayMs, instantAt } from './period.ts';

/** The instant that a moment which lies behind means at `now`, where clocks go by `zone`. */
export function instantOf(moment: Moment, now: Date, zone: string): Date {
  const today = Math.floor(clockIn(now, zone) / dayMs) * dayMs;
  const startOf = (day: number) => instantAt(day, { at: '00:00', zone });
  switch (moment.of) {
    case 'ago':
      return new Date(now.getTime() - moment.ms);
    case 'day':
      return startOf(today - moment.back * dayMs);
    case 'weekday': {
      const back = (new Date(today).getUTCDay() - moment.weekday + 7) % 7;
      return startOf(today - (back === 0 && moment.last ? 7 : back) * dayMs);
    }
    case 'clock': {
      const at = `${String(moment.hour).padStart(2, '0')}:${String(moment.minute).padStart(2, '0')}`;
      const instant = instantAt(today, { at, zone });
      return instant <= now ? instant : instantAt(today - dayMs, { at, zone });
    }
  }
}
