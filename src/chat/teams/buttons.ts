// The buttons of a card. What comes back from one is the press and nothing else; whether it counts is decided elsewhere.

import type { Button, Press } from '#cards/card.ts';
import * as words from '#cards/words/drawing.ts';
import { verbPrefix } from '#chat/teams/activity.ts';
import { type Action, type Element, rich, run } from '#chat/teams/elements.ts';
import { drawForm, formId } from '#chat/teams/form.ts';
import { plain, shorten } from '#chat/teams/inert-text.ts';
import { cardVersion, maxActions } from '#chat/teams/limits.ts';

const maxButtons = 24;
const labelChars = 80;
/** The id of the hidden container that holds the full text. */
export const fullTextId = 'full-text';

/** One `read` opens what stands behind the card itself; several, or one with a choice, choose between other things. */
export const opensItself = (buttons: readonly Button[]) => {
  const [only, another] = buttons.filter(({ press }) => press.verb === 'read');
  return only !== undefined && another === undefined && only.press.choice === undefined;
};

/**
 * The buttons in rows, at the card's foot where one row is enough. `expander` says that the full text stands hidden in the
 * card, so that a button only has to show it. `chars` is how much of a form's labels may stand. Without `forms` there is
 * no room for any: a press that counts without one stays, every other is left out.
 */
export function drawButtons(buttons: readonly Button[], expander: boolean, chars: number, forms: boolean) {
  const toggles = expander && opensItself(buttons);
  const drawn = buttons
    .slice(0, maxButtons)
    .flatMap((button, at) =>
      forms || !button.form
        ? [drawButton(button, at, toggles, chars)]
        : button.form.optional
          ? [pressed(button)]
          : [],
    );
  const more = Math.max(0, buttons.length - drawn.length);
  if (expander && !toggles) drawn.push(toggle(words.fullText));
  if (drawn.length <= maxActions && more === 0) return { foot: drawn, rows: [] };
  const rows: Element[] = [];
  for (let at = 0; at < drawn.length; at += maxActions) {
    rows.push({ type: 'ActionSet', actions: drawn.slice(at, at + maxActions) });
  }
  if (more > 0) rows.push(rich([run(words.moreChoices(more), { isSubtle: true })]));
  return { foot: [], rows };
}

const toggle = (title: string): Action => ({
  type: 'Action.ToggleVisibility',
  title,
  targetElements: [fullTextId],
});

const styled = ({ style }: Button) =>
  style === 'primary'
    ? { style: 'positive' as const }
    : style === 'danger'
      ? { style: 'destructive' as const }
      : {};

const titleOf = ({ label }: Button) => plain(shorten(label, labelChars));

const pressed = (button: Button): Action => ({
  ...execute(titleOf(button), button.press),
  ...styled(button),
});

function drawButton(button: Button, at: number, toggles: boolean, chars: number): Action {
  const { press, form } = button;
  const title = titleOf(button);
  if (press.verb === 'read') return toggles ? toggle(title) : execute(title, press, { page: 1 });
  if (!form) return pressed(button);
  const id = formId(at);
  const go = {
    ...execute(plain(shorten(form.submit, labelChars)), press, { form: id }),
    ...styled(button),
  };
  const body = drawForm(form, id, chars);
  const card = { type: 'AdaptiveCard', version: cardVersion, body, actions: [go] } as const;
  return { type: 'Action.ShowCard', title, card, ...styled(button) };
}

/** A button that comes back as an invoke; its data is the press and nothing else. */
export function execute(
  title: string,
  { verb, subject, digest, choice }: Press,
  more: Readonly<Record<string, string | number>> = {},
): Action {
  const press = { subject, ...(digest !== undefined && { digest }), ...(choice !== undefined && { choice }) };
  return { type: 'Action.Execute', title, verb: verbPrefix + verb, data: { ...press, ...more } };
}
