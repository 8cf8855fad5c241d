// What is said where several people share the oversight: how many have approved, who has no say, who decides for whom.
import type { Line, SafeText, Span } from '#cards/card.ts';
import { line, ours } from '#cards/line.ts';

const counted = (have: number, of: number): Span => ({
  kind: 'strong',
  text: ours`${have} of ${of} approved`,
});

/** `risk` is what the operator calls these asks; `who` names those who have approved, `reach` how far. */
export const progress = (
  have: number,
  of: number,
  {
    who,
    reach,
    risk,
  }: { who: Line | undefined; reach: keyof typeof reaches | undefined; risk: Span | undefined },
) =>
  line`${counted(have, of)}${who ? line`: ${who}` : line``}${reach ? reaches[reach] : line``}.${risk ? line` The rule is for ${risk}.` : line``}`;
const reaches = {
  once: line`, once`,
  mission: line`, for the rest of this mission`,
  always: line`, from now on`,
} as const;
export const howQuorum = line`It is approved once that many different people have approved what is shown here. One no denies it at once.`;
export const howStepUp = line`A second, different person confirms this approval. One no denies it at once.`;
export const howSignIn = line`Approving this takes a fresh sign-in: whoever approves here is given a link of their own for it.`;
export const everyRule = line`Several rules are for this ask, and each has to be satisfied.`;
export const andOthers = (count: number) => line` and ${count} more`;
export const noSay = (who: Span) => line`${who} has no say in this: the agent acts for them.`;
export const told = (who: Line) => line`Told, without a say: ${who}.`;
export const decidesFor = (delegate: Span, principal: Span, until: Span) =>
  line`${delegate} decides for ${principal} until ${until}.`;
/** "Jonas for Maria in Slack". */
export const onBehalf = (delegate: Span, principal: Span, where: Line) =>
  line`${delegate} for ${principal}${where}`;

export const delegatedTitle = ours`Somebody decides for you`;
export const delegated = (delegate: Span, principal: Span, until: Span) =>
  line`${delegate} decides for ${principal} until ${until}: whatever ${principal} may decide, and nothing else. Asks where both have a say of their own still need both.`;
export const takeBack = line`${{ kind: 'code', text: ours`I decide again` }} takes it back at once.`;
export const reclaimedTitle = ours`You decide again`;
export const reclaimed = (who: Span, count: number) =>
  count > 0 ? line`Nobody decides for ${who} any more.` : line`Nobody decided for ${who}.`;
export const delegateUnclear: Readonly<Record<'whom' | 'until', { title: SafeText; text: Line }>> = {
  whom: {
    title: ours`For whom is that?`,
    text: line`Name exactly one person by a mention that the chat completes, not by typing a name. Nothing was changed.`,
  },
  until: {
    title: ours`Until when?`,
    text: line`Say until when, as in ${{ kind: 'code', text: ours`until Friday` }}, ${{ kind: 'code', text: ours`until 2026-11-30` }} or ${{ kind: 'code', text: ours`for 3 days` }}. Nothing was changed.`,
  },
};
