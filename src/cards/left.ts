// How long something still lasts, as a card counts it down.

const minuteMs = 60_000;

/** By the hour, the last two by five minutes, the last ten minutes each: a card painted anew every minute would crowd out others. */
const stepAt = (minutes: number) => (minutes <= 10 ? 1 : minutes <= 120 ? 5 : 60);

/** Minutes until a moment, rounded up to the next step, so that a card painted a little late is still right to say "at most". */
export function minutesLeft(until: Date, now: Date): number {
  const minutes = Math.max(0, Math.ceil((until.getTime() - now.getTime()) / minuteMs));
  const step = stepAt(minutes);
  return Math.ceil(minutes / step) * step;
}

/** When `minutesLeft` says less; undefined when the moment has come. */
export function nextStep(until: Date, now: Date): Date | undefined {
  const minutes = minutesLeft(until, now);
  return minutes === 0 ? undefined : new Date(until.getTime() - (minutes - stepAt(minutes)) * minuteMs);
}
