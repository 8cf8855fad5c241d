// Buttons and forms as a person of a story uses them, on either platform.
import type { SlackMessage } from './fake-slack.ts';
import type { TeamsMessage } from './fake-teams.ts';
import type { Office } from './office.ts';

/** What stands on the buttons of a Slack card, in order. */
export const labelsOf = (message: SlackMessage) =>
  message.blocks
    .filter(({ type }) => type === 'actions')
    .flatMap(({ elements }) => (elements as { text: { text: string } }[]).map(({ text }) => text.text));

/** Maria presses a button that opens a form in Slack, fills it in and sends it. */
export async function fillInSlack(
  { slack, people }: Office,
  card: SlackMessage,
  button: string,
  typed: Readonly<Record<string, string | readonly string[]>>,
) {
  await slack.press(card, button, people.maria);
  const view = slack.views(people.maria).at(-1);
  if (!view) throw new Error(`no form opened behind ${button}`);
  await slack.submit(view.id, typed, people.maria);
}

/** Maria presses a button in Teams, with what she filled in around it. */
export const pressInTeams = (
  { teams, teamsPeople }: Office,
  card: TeamsMessage,
  verb: string,
  how: NonNullable<Parameters<Office['teams']['press']>[3]> = {},
) => teams.press(card.id, `chaperone.${verb}`, teamsPeople.alice, how);
