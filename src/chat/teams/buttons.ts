// The buttons of a card. What comes back from one is the press and nothing else; whether it counts is decided elsewhere.
import type { Button, Press } from '#cards/card.ts';
import { inputLimit, verbPrefix } from '#chat/teams/activity.ts';
import { type Action, type Element, rich, run } from '#chat/teams/elements.ts';
import { plain, shorten } from '#chat/teams/inert-text.ts';
import { cardVersion, maxActions } from '#chat/teams/limits.ts';

const maxButtons = 24;
const labelChars = 80;
/** The id of the hidden container that holds the full text. */
export const fullTextId = 'full-text';

/** One `read` opens what stands behind the card itself; several choose between other things. */
export const opensItself = (buttons: readonly Button[]) =>
  buttons.filter(({ press }) => press.verb === 'read').length === 1;

/**
 * The buttons in rows, at the card's foot where one row is enough. `expander` says that the full text stands hidden in the
 * card, so that a button only has to show it.
 */
export function drawButtons(buttons: readonly Button[], expander: boolean) {
  const toggles = expander && opensItself(buttons);
  const drawn = buttons.slice(0, maxButtons).map((button, at) => drawButton(button, at, toggles));
  if (expander && !toggles) drawn.push(toggle('Full text'));
  if (drawn.length <= maxActions) return { foot: drawn, rows: [] };
  const rows: Element[] = [];
  for (let at = 0; at < drawn.length; at += maxActions) {
    rows.push({ type: 'ActionSet', actions: drawn.slice(at, at + maxActions) });
  }
  const more = buttons.length - maxButtons;
  if (more > 0) rows.push(rich([run(`${more} more choices do not fit here.`, { isSubtle: true })]));
  return { foot: [], rows };
}

const toggle = (title: string): Action => ({
  type: 'Action.ToggleVisibility',
  title,
  targetElements: [fullTextId],
});

function drawButton({ label, press, style, input }: Button, at: number, toggles: boolean): Action {
  const title = plain(shorten(label, labelChars));
  const look =
    style === 'primary'
      ? { style: 'positive' as const }
      : style === 'danger'
        ? { style: 'destructive' as const }
        : {};
  if (press.verb === 'read') return toggles ? toggle(title) : execute(title, press, { page: 1 });
  if (!input) return { ...execute(title, press), ...look };
  const id = `input-${at}`;
  const ask = {
    type: 'Input.Text',
    id,
    label: plain(shorten(input.label, labelChars)),
    placeholder: plain(shorten(input.placeholder, labelChars)),
    isMultiline: true,
    maxLength: inputLimit,
  } as const;
  const go = { ...execute(title, press, { input: id }), ...look };
  const card = { type: 'AdaptiveCard', version: cardVersion, body: [ask], actions: [go] } as const;
  return { type: 'Action.ShowCard', title, card, ...look };
}

/** A button that comes back as an invoke; its data is the press and nothing else. */
export function execute(
  title: string,
  press: Press,
  more: Readonly<Record<string, string | number>> = {},
): Action {
  const { verb, subject, digest } = press;
  const data = { subject, ...(digest !== undefined && { digest }), ...more };
  return { type: 'Action.Execute', title, verb: verbPrefix + verb, data };
}
