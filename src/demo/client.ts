// A chat client as the people of the demo use it: what can be read there, pressed and said, whichever platform it is.
import { z } from 'zod';
import { buttonsOf, type LocalSlack, textOf } from '#demo/local-slack.ts';
import { type PersonId, people, workspace } from '#demo/people.ts';
import type { ClientMessage, TeamsClient } from '#demo/teams-client.ts';

/** A message as a reader sees it. `thread` is the id of the root it answers to. */
export type Seen = {
  readonly id: string;
  readonly thread?: string;
  readonly text: string;
  readonly buttons: readonly string[];
};

export type Client = {
  readonly name: 'Slack' | 'Teams';
  readonly page: string;
  /** What a person at the page does first. */
  readonly howTo: string;
  /** Every message in the channel as it is now, oldest first. */
  read(): Promise<readonly Seen[]>;
  /** Presses a button, with the reason where it takes one. Throws when there is no such button. */
  press(person: PersonId, on: Seen, label: string, reason?: string): Promise<void>;
  /** Says something to the bot, by mention, in the thread of `root`. */
  tell(person: PersonId, root: Seen, words: string): Promise<void>;
};

export function inSlack(slack: LocalSlack): Client {
  return {
    name: 'Slack',
    page: slack.page,
    howTo: `#${workspace.channel.name}; top right you choose whom you act as`,
    async read() {
      return (await slack.messages()).map((message) => ({
        id: message.ts,
        ...(message.thread_ts && message.thread_ts !== message.ts && { thread: message.thread_ts }),
        text: textOf(message),
        buttons: buttonsOf(message),
      }));
    },
    async press(person, on, label) {
      const message = (await slack.messages()).find(({ ts }) => ts === on.id);
      if (!message) throw new Error('the message is gone from Slack');
      await slack.press(people[person].slack, message, label);
    },
    tell: (person, root, words) =>
      slack.say(people[person].slack, `<@${workspace.bot}> ${words}`, root.thread ?? root.id),
  };
}

export function inTeams(teams: TeamsClient): Client {
  const messages = () => teams.messages(teams.channel);
  const find = (on: Seen) => {
    const message = messages().find(({ id }) => id === on.id);
    if (!message) throw new Error('the message is gone from Teams');
    return message;
  };
  return {
    name: 'Teams',
    page: teams.page,
    howTo: `“${teams.channelName}” under Teams Channel; you are Maria there; keep it open, it forgets on reload`,
    read: async () => messages().map(read),
    async press(person, on, label, reason) {
      const message = find(on);
      const press = actionsOf(message).find(({ title }) => title === label);
      if (!press) throw new Error(`the Teams card has no button "${label}"`);
      const typed = press.data.form !== undefined &&
        reason !== undefined && { [`${press.data.form}.reason`]: reason };
      await teams.press(teamsPerson(person), message, press.verb, { ...press.data, ...typed });
    },
    tell: (person, root, words) => teams.say(teamsPerson(person), find(root).thread, words),
  };
}

export const teamsPerson = (person: PersonId) => ({ aad: people[person].teams, name: people[person].name });

function read(message: ClientMessage): Seen {
  const [, root] = message.thread.split(';messageid=');
  const texts = message.text === undefined ? [] : [message.text];
  walk(message.card, ({ text, value }) => {
    if (typeof text === 'string') texts.push(text);
    if (typeof value === 'string') texts.push(value);
  });
  return {
    id: message.id,
    ...(root !== undefined && root !== message.id && { thread: root }),
    text: texts.join('\n'),
    buttons: actionsOf(message).map(({ title }) => title),
  };
}

const Execute = z.object({
  type: z.literal('Action.Execute'),
  title: z.string(),
  verb: z.string(),
  data: z.looseObject({ form: z.string().optional() }),
});

/** Every button that reaches the bot, those in an opened part of the card included. */
function actionsOf({ card }: ClientMessage) {
  const actions: z.infer<typeof Execute>[] = [];
  walk(card, (thing) => {
    const action = Execute.safeParse(thing);
    if (action.success) actions.push(action.data);
  });
  return actions;
}

/** Visits everything in a card that is not hidden. */
function walk(value: unknown, visit: (thing: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    const thing: Readonly<Record<string, unknown>> = { ...value };
    if (thing['isVisible'] === false) return;
    visit(thing);
    for (const inner of Object.values(thing)) walk(inner, visit);
  }
}
