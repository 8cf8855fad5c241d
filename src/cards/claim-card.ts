// Somebody is looking into an ask: shown to all, binding nobody.
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Block, Button, Card } from './card.ts';
import { time } from './line.ts';
import { decider, type People } from './who.ts';
import * as words from './words.ts';

export type Claim = { readonly by: DecidedBy; readonly until: Date };

/** An open ask with who is looking into it, or with the button that says so. Nothing about deciding changes. */
export function withClaim(ask: Card, requestId: string, claim: Claim | undefined, people: People): Card {
  if (claim) {
    const note: Block = { kind: 'note', line: words.claimedBy(decider(claim.by, people), time(claim.until)) };
    return { ...ask, blocks: [note, ...ask.blocks] };
  }
  const button: Button = {
    label: words.claimLabel,
    press: { verb: 'claim', subject: requestId },
    style: 'plain',
  };
  const read = ask.buttons.findIndex(({ press }) => press.verb === 'read');
  return { ...ask, buttons: ask.buttons.toSpliced(read < 0 ? ask.buttons.length : read, 0, button) };
}

/** Tells somebody that another person looks into it already. */
export const claimedCard = (claim: Claim, people: People): Card => ({
  title: words.alreadyClaimed,
  tone: 'neutral',
  blocks: [{ kind: 'text', line: words.claimedBy(decider(claim.by, people), time(claim.until)) }],
  buttons: [],
  expansion: [],
  calls: [],
});
