// What can be typed, and what it does, by where it means something.
import type { SafeText } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

type Command = readonly [SafeText, SafeText];

export const helpTitle = ours`What you can say`;
export const helpIntro = line`Mention the bot or use ${{ kind: 'code', text: ours`/chaperone` }}. What is not a plain command is never acted on.`;
export const sections = {
  asks: ours`About what is open here`,
  mission: ours`About this mission`,
  anywhere: ours`Anywhere`,
} as const;
export const moreInThreads = line`In the thread of a mission or of an ask you can say more: say ${{ kind: 'code', text: ours`help` }} there.`;
export const decidedElsewhere = line`Asks are decided in their channels, where everybody who watches can see it.`;

/** Where asks are open. */
export const aboutAsks: readonly Command[] = [
  [ours`approve`, ours`approves the one that is open`],
  [ours`deny because ‹reason›`, ours`denies it`],
  [ours`approve all`, ours`where asks share a card: approves each that waits on it, as it is shown`],
  [ours`deny all because ‹reason›`, ours`denies each that waits on it; “deny the second” denies that one`],
  [ours`ask ‹question›`, ours`puts the question to its agent`],
  [ours`ask for less`, ours`asks its agent for a narrower request`],
  [ours`answer ‹words›`, ours`answers a question of an agent`],
  [ours`I’m on it`, ours`shows that you are looking into it`],
];

/** In a mission's thread. */
export const aboutMission: readonly Command[] = [
  [ours`status`, ours`how it stands`],
  [ours`review`, ours`what its log says about it`],
  [ours`timeline`, ours`how it went as a picture: asks, grants, denials, drift, stop`],
  [
    ours`what happened since yesterday`,
    ours`what was done since then, with entries; also “today”, “since monday”, “since 14:00”`,
  ],
  [ours`entry ‹number›`, ours`that entry of its log, whole`],
  [ours`hold`, ours`nothing under it is approved from then on`],
  [ours`release`, ours`ends the hold`],
  [ours`keep`, ours`answers the question whether it should go on`],
  [ours`complete`, ours`ends it at once as done`],
  [ours`stop`, ours`ends it at once; “stop because ‹reason›” puts the reason into its report`],
];

/** In a thread the same word means what the thread is about. */
export const outsideThreads: readonly Command[] = [
  [ours`status`, ours`how many missions run and what waits`],
];

export const anywhere: readonly Command[] = [
  [ours`help`, ours`what can be said where you are`],
  [ours`missions`, ours`the active missions`],
  [
    ours`status ‹mission›`,
    ours`one mission, by its title, words of it, or its short id; likewise “review” and “timeline”`,
  ],
  [ours`what is waiting`, ours`asks that wait for a person`],
  [ours`home`, ours`what waits for you, your missions and your team’s; told to you alone`],
  [
    ours`digest`,
    ours`what waits, what ran and ended, what nobody answered, what drifts, what the reviewer let pass`,
  ],
  [ours`health`, ours`how fast and how carefully asks were answered in the last seven days`],
  [ours`hold ‹mission›`, ours`nothing under it is approved until “release ‹mission›”`],
  [ours`keep ‹mission›`, ours`answers the question whether it should go on`],
  [ours`complete ‹mission›`, ours`ends it at once as done, by exact title or short id`],
  [
    ours`stop ‹mission›`,
    ours`ends it at once by exact title or short id; asks first when the name is only near`,
  ],
  [ours`stop everything`, ours`asks first, then ends every mission you may stop`],
  [
    ours`@colleague decides for me until ‹day›`,
    ours`lets somebody the operator named decide for you, for a while; shown on every card`,
  ],
  [ours`I decide again`, ours`takes that back`],
];
