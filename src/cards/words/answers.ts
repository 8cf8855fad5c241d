// Answers to what people ask the bot.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const answerTitles = {
  status: ours`Status`,
  missions: ours`Active missions`,
  waiting: ours`Waiting for a decision`,
  noneWaiting: ours`Nothing is waiting`,
  notFound: ours`No such mission`,
  notKept: ours`Not kept any more`,
  several: ours`Which mission?`,
  unclear: ours`Not understood, nothing was done`,
  nothingToDecide: ours`Nothing to decide here`,
  severalAsks: ours`Which ask?`,
  alreadyEnded: ours`Already ended`,
  nothingToStop: ours`Nothing to stop`,
} as const;

export const counts = (missions: number, asks: number) =>
  line`${amount(missions, ours`active mission`, ours`active missions`)}, ${amount(asks, ours`ask waiting for a person`, ours`asks waiting for a person`)}.`;
const amount = (count: number, one: SafeText, many: SafeText): Span => ({
  kind: 'plain',
  text: count === 1 ? ours`${count} ${one}` : ours`${count} ${many}`,
});
export const nextDeadline = (at: Span) => line`The next ask is denied at ${at} unless somebody decides.`;
export const missionRow = (title: Span, agent: Span, asks: number, at: Span) =>
  line`${title} by ${agent}, ${amount(asks, ours`open ask`, ours`open asks`)}, last active ${at}`;
export const left = (minutes: number): Line =>
  minutes > 120
    ? line`at most ${Math.ceil(minutes / 60)} hours left`
    : line`at most ${amount(minutes, ours`minute`, ours`minutes`)} left`;
export const askRow = (id: Span, agent: Span, what: Line, until: Line) =>
  line`${agent}${what}, decide before ${until} (${id})`;
export const untilIn = (until: Span, minutes: number) => line`${until}, ${left(minutes)}`;
export const at = (thing: Span) => line` at ${thing}`;
export const under = (title: Span) => line` under ${title}`;
export const shownOf = (shown: number, all: number | undefined) =>
  all === undefined
    ? line`The ${shown} newest are listed; there are more.`
    : line`${shown} of ${all} are listed.`;
export const noneFits = (said: Span) => line`No active mission is called ${said}. Nothing was done.`;
export const notKept = line`The Person Server knows nothing of this any more: what is over is forgotten there after a while. The cards stay as they hang. Nothing was done.`;
export const activeOnes = line`These are active:`;
export const noneActive = line`No mission is active.`;
export const severalFit = (said: Span) =>
  line`${said} fits more than one mission. Nothing was done. Say which by its short id:`;
export const approvedSince = (said: Span) =>
  line`When you said so, no active mission was called ${said}. Nothing was done. Approved since then:`;
export const sayWhich = line`Say which by its short id:`;
export const notPlain = line`That was not a plain command, so nothing was done.`;
export const didYouMean = (command: Span) => line`Did you mean ${command}? Then please write just that.`;
export const seeHelp = line`${{ kind: 'code', text: ours`help` }} lists what can be said.`;
export const noOpenAsk = line`There is no open ask in this thread.`;
export const sayWhichAsk = (open: number) =>
  open === 1
    ? line`One ask is open in this thread. Press the button on its card, or say it without “all” or a number:`
    : line`This thread has several open asks. Press the button on the one you mean, or name it:`;
export const noSuchAsk = (id: Span) => line`No open ask in this thread has the id ${id}.`;
export const endedAlready = (title: Span, why: Line) => line`The mission ${title} is over: ${why}.`;
export const did = (action: Span) => line` to ${action}`;
export const proposing = (title: Span) => line`, ${title}`;
export const nobodyWaits = line`No ask waits for a person.`;
export const commandRow = (command: Span, does: SafeText) =>
  line`${command}: ${{ kind: 'plain', text: does }}`;
export const onlyNear = (said: Span) =>
  line`${said} names this mission only roughly. Nothing was done. Say it by its short id, or press:`;
export function doToOne(verb: 'stop' | 'complete' | 'hold' | 'release' | 'read', id: SafeText): SafeText {
  switch (verb) {
    case 'stop':
      return ours`Stop ${id}`;
    case 'complete':
      return ours`End ${id} as done`;
    case 'hold':
      return ours`Hold ${id}`;
    case 'release':
      return ours`Release ${id}`;
    case 'read':
      return ours`Read ${id}`;
  }
}
