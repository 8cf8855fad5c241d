// A card at a place of its own: overseen no more, or hanging there twice.
import { line, ours } from '#cards/line.ts';

export const leftTitle = ours`No longer overseen here`;
/** On a card that may hang twice, for people who see both. */
export const maybeTwice = line`The connection broke while this was posted, so it may stand here twice. This copy is kept up to date; an older one beside it is not; a press on that one counts, and takes it away.`;
export const leftHere = line`This channel no longer oversees what this card showed. Nothing can be decided from here.`;
