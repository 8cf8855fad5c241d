/**
 * `21 Nov 2026, 18:05 UTC`: how a time is said wherever a platform does not say it in the reader's own zone. Slack does,
 * by `<!date^…>`; Teams reads `{{DATE(…)}}` in TextBlocks alone, and has them at the foot of a card.
 */
export function inUtc(at: Date): string {
  if (Number.isNaN(at.getTime())) return 'an unknown time';
  const words = at.toLocaleString('en-GB', { timeZone: 'UTC', dateStyle: 'medium', timeStyle: 'short' });
  return `${words} UTC`;
}
