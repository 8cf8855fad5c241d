// One platform as a story uses it that is told on both: cards found by what they say, buttons pressed by what stands on
// them, forms filled in, and what is told to one person alone.
import { executes } from './fake-teams-people.ts';
import { type Office, textInSlack, textInTeams, until } from './office.ts';

export const platforms = ['slack', 'teams'] as const;

/** Who acts: in Teams Maria is Alice, Jonas is Bob, and the guest is Gina. */
export type Who = 'maria' | 'jonas' | 'guest';

/** Text to fill in, by field name. */
type Typed = Readonly<Record<string, string>>;

export type Hanging = {
  readonly text: string;
  /** Everything the platform was sent to draw it, as JSON. */
  readonly drawn: string;
  /** Presses the button that says so; with `typed` its form is filled in and sent. */
  press(label: string, by?: Who, typed?: Typed): Promise<unknown>;
};

export type Wall = {
  /** How people read where somebody decided. */
  readonly name: string;
  /** Waits for a card whose text has all of `words`. */
  card(...words: readonly string[]): Promise<Hanging>;
  /** What the bot told somebody that nobody else saw, oldest first. */
  alone(who: Who): readonly Whisper[];
  /** Waits for what somebody is told alone, with all of `words`, once they have done something. */
  tells(who: Who, act: () => Promise<unknown>, ...words: readonly string[]): Promise<Whisper>;
};

type Whisper = Pick<Hanging, 'text' | 'drawn'>;

export function wallOf(office: Office, platform: (typeof platforms)[number]): Wall {
  const wall = platform === 'slack' ? slackWall(office) : teamsWall(office);
  return {
    ...wall,
    async tells(who, act, ...words) {
      const before = wall.alone(who).length;
      await act();
      return await until(`words to ${who} alone with ${words.join(', ')}`, () =>
        wall
          .alone(who)
          .slice(before)
          .find(({ text }) => words.every((word) => text.includes(word))),
      );
    },
  };
}

function slackWall({ slack, slackCard, channel, people }: Office): Omit<Wall, 'tells'> {
  return {
    name: 'in Slack',
    async card(...words) {
      const message = await slackCard(...words);
      return {
        text: textInSlack(message),
        drawn: JSON.stringify(message.blocks),
        async press(label, by = 'maria', typed) {
          await slack.press(message, label, people[by]);
          if (!typed) return;
          const view = slack.views(people[by]).at(-1);
          if (!view) throw new Error(`no form opened behind ${label}`);
          await slack.submit(view.id, typed, people[by]);
        },
      };
    },
    alone: (who) =>
      slack
        .ephemerals(channel, people[who])
        .map((message) => ({ text: textInSlack(message), drawn: JSON.stringify(message.blocks) })),
  };
}

function teamsWall({ teams, teamsCard, teamsPeople }: Office): Omit<Wall, 'tells'> {
  const persons = { maria: teamsPeople.alice, jonas: teamsPeople.bob, guest: teamsPeople.gina };
  return {
    name: 'in Teams',
    async card(...words) {
      const message = await teamsCard(...words);
      const drawn = message.cards.at(-1);
      return {
        text: textInTeams(message),
        drawn: JSON.stringify(drawn),
        async press(label, by = 'maria', typed) {
          const [action] = executes(labelled(drawn, label));
          if (!action) throw new Error(`there is no button ${label}`);
          const match = { choice: action.data['choice'] };
          await teams.press(message.id, action.verb, persons[by], { match, ...(typed && { typed }) });
        },
      };
    },
    alone: (who) =>
      teams
        .messages(teams.chatOf(persons[who]))
        .map((message) => ({ text: textInTeams(message), drawn: JSON.stringify(message.cards.at(-1)) })),
  };
}

/** The button that says so, or what opens its form. */
function labelled(node: unknown, label: string): unknown {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('type' in node && String(node.type).startsWith('Action.') && 'title' in node && node.title === label)
    return node;
  for (const each of Object.values(node)) {
    const found = labelled(each, label);
    if (found) return found;
  }
  return undefined;
}
