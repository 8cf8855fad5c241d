// What is said around the page of an ask: who are you, is this you, sign in again.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

export const arrival = {
  title: ours`Who are you?`,
  show: ours`Show who you are`,
  whose: line`An agent has sent you here with this request. If you do not recognise it, close this page: without an answer nothing is granted.`,
  how: line`To read all of it and to decide, show who you are. The code that brought you here allows nothing.`,
  nobody: line`Nobody can be recognised on this page. The request waits in your oversight channel; decide there.`,
  who: ours`Your name in the operator’s list`,
  whoHint: ours`Leave it empty if the agent acts for you`,
  where: ours`Where you are asked`,
  platforms: { slack: ours`in Slack`, teams: ours`in Teams` },
  askMe: ours`Ask me in chat`,
  signIn: ours`Sign in`,
} as const;

export const whole = {
  title: ours`The full text`,
  whose: line`What others wrote for this request, whole. Whatever it says, it is not from us.`,
  answer: ours`Your answer`,
  toAnswer: ours`To your answer`,
  utc: ours`(in UTC)`,
} as const;

export const page = {
  sorry: ours`Not here`,
  notYours: ours`This page is not open in this browser, or not any more. Decide in your oversight channel.`,
  yours: ours`This link is for one person. Sign in to go on.`,
  foreignForm: ours`That was not sent from this page. Nothing was done. Open the page again.`,
  foreignSignIn: ours`That sign-in did not begin in this browser, or is over. Nothing was done.`,
} as const;

export const ways = {
  back: 'Return to your agent',
  errand: (host: string) => `The resource needs something from you first: go to ${host}`,
} as const;

export const pairing = {
  title: ours`Answer the bot`,
  code: ours`Your code`,
  asked: (where: Line, until: Span) =>
    line`If you may decide this request, the bot has written to you${where}. Press the button with this code there, and then continue here. The code is good until ${until}.`,
  once: line`Give the code to nobody. It is good for this browser alone.`,
  goOn: ours`I have answered; continue`,
} as const;

export const confirmation = {
  title: ours`Sign in to approve`,
  why: line`The operator’s rules ask for a fresh sign-in before an approval of this request counts.`,
} as const;

export const vouch = {
  title: ours`Is this you?`,
  opened: line`Somebody has opened the page of this request in a browser. If it is you, press the code that the page shows. Your press lets that browser decide this request in your name.`,
  warning: line`If you did not open a page just now, or somebody else tells you a code, it is not you.`,
  lapses: (until: Span) => line`Without an answer nothing happens. The codes are good until ${until}.`,
  code: (code: SafeText) => ours`The page shows ${code}`,
  disown: ours`It is not me`,
} as const;

export const vouched: Readonly<
  Record<'vouched' | 'disowned' | 'wrong_code' | 'lapsed', { title: SafeText; text: Line }>
> = {
  vouched: {
    title: ours`It was you`,
    text: line`The browser that showed the code may decide this request in your name for some minutes.`,
  },
  disowned: {
    title: ours`It was not you`,
    text: line`The page is closed, and nothing was decided. Somebody else holds the link to this request: consider denying it.`,
  },
  wrong_code: {
    title: ours`Not that code`,
    text: line`The page shows another code, so it is closed, and nothing was decided. If you did not open a page, somebody else holds the link to this request.`,
  },
  lapsed: { title: ours`Not asked any more`, text: line`Nobody answered in time. Nothing was decided.` },
};

export const ended: Readonly<
  Record<'disowned' | 'wrong_code' | 'wrong_tries' | 'expired', { title: SafeText; text: Line }>
> = {
  disowned: {
    title: ours`This page is closed`,
    text: line`The person who was asked says that it is not them. Nothing was decided.`,
  },
  wrong_code: {
    title: ours`This page is closed`,
    text: line`Another code than the one shown here was pressed. Nothing was decided. Decide in your oversight channel.`,
  },
  wrong_tries: {
    title: ours`This page is closed`,
    text: line`There were too many wrong tries. Nothing was decided by them. Decide in your oversight channel.`,
  },
  expired: {
    title: ours`This page has expired`,
    text: line`It lasts for some minutes only. The request waits in your oversight channel until its own end.`,
  },
};

export const stepUp = {
  title: ours`One more step`,
  why: line`Your approval does not count yet: the operator’s rules ask for a fresh sign-in.`,
  link: ours`Sign in and approve`,
  until: (at: Span) => line`The link is for you alone and is good until ${at}.`,
} as const;
