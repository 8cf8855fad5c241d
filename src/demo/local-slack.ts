// A Slack on this machine: workspace, people, one channel, a web page, and verbs that do what a person there would do.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

const require = createRequire(import.meta.url);

export type SlackPerson = { readonly id: string; readonly name: string };

/** What the workspace holds before anybody speaks. Ids look like Slack's own. */
export type Workspace = {
  readonly name: string;
  readonly team: string;
  readonly app: string;
  readonly bot: string;
  readonly people: readonly SlackPerson[];
  readonly channel: { readonly id: string; readonly name: string; readonly topic: string };
};

const Button = z.object({
  type: z.literal('button'),
  action_id: z.string(),
  value: z.string().optional(),
  text: z.object({ text: z.string() }),
});

const Message = z.object({
  ts: z.string(),
  thread_ts: z.string().optional(),
  user: z.string().optional(),
  text: z.string().default(''),
  blocks: z.array(z.looseObject({ type: z.string(), block_id: z.string().optional() })).default([]),
});

export type SlackMessage = z.infer<typeof Message>;

export type LocalSlack = AsyncDisposable & {
  /** The workspace's page, for a browser. */
  readonly page: string;
  /** What an app needs to live here by Socket Mode. */
  readonly credentials: {
    readonly apiUrl: string;
    readonly botToken: string;
    readonly appToken: string;
    readonly signingSecret: string;
  };
  /** Everything said in the channel, oldest first, replies included. */
  messages(): Promise<SlackMessage[]>;
  /** Presses the button with this label on a message, as a person would. Throws when the message has no such button. */
  press(person: string, message: SlackMessage, label: string): Promise<void>;
  /** Says something in the channel, or in the thread under `thread`. */
  say(person: string, text: string, thread?: string): Promise<void>;
};

/** Everything a reader of the message sees: every text of every block, and the button labels. */
export function textOf(message: SlackMessage): string {
  if (message.blocks.length === 0) return message.text;
  const texts: string[] = [];
  collect(message.blocks, (thing) => {
    if (typeof thing['text'] === 'string') texts.push(thing['text']);
  });
  return texts.join('\n');
}

/** The labels of the buttons a message carries, in order. */
export const buttonsOf = (message: SlackMessage) => buttons(message).map(({ text }) => text.text);

function buttons(message: SlackMessage) {
  return message.blocks.flatMap((block) => {
    const found: (z.infer<typeof Button> & { readonly block_id: string })[] = [];
    collect(block, (thing) => {
      const button = Button.safeParse(thing);
      if (button.success) found.push({ ...button.data, block_id: block.block_id ?? '' });
    });
    return found;
  });
}

function collect(value: unknown, visit: (thing: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(value)) for (const item of value) collect(item, visit);
  else if (typeof value === 'object' && value !== null) {
    visit({ ...value });
    for (const inner of Object.values(value)) collect(inner, visit);
  }
}

/**
 * Starts the local Slack on a free port with its files in `folder`; undefined when npm has none for this kind of machine.
 * It listens on every interface and checks no token: it is for this machine and this hour.
 */
export async function openLocalSlack(workspace: Workspace, folder: string): Promise<LocalSlack | undefined> {
  const binary = findBinary();
  if (!binary) return undefined;
  const credentials = {
    botToken: 'xoxb-local-chaperone',
    appToken: 'xapp-local-chaperone',
    signingSecret: 'local-signing-secret',
  };
  const config = join(folder, 'local-slack.json');
  await writeFile(config, JSON.stringify(configOf(workspace, credentials)));
  const child = spawn(
    binary,
    ['--config', config, '--port', '0', '--files-dir', join(folder, 'slack-files')],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const page = await addressOf(child);

  async function control(path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${page}/_control/${path}`, {
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    if (!response.ok) throw new Error(`local Slack answered ${response.status} to ${path}`);
    return await response.json();
  }

  const channel = workspace.channel.id;
  return {
    page,
    credentials: { ...credentials, apiUrl: `${page}/api/` },
    async messages() {
      const { messages } = z
        .object({ messages: z.array(Message) })
        .parse(await control(`messages/${channel}`));
      return messages;
    },
    async press(person, message, label) {
      const button = buttons(message).find(({ text }) => text.text === label);
      if (!button)
        throw new Error(`the Slack message has no button "${label}", only ${buttonsOf(message).join(', ')}`);
      await control('interact', { channel, messageTs: message.ts, user: person, action: button });
    },
    async say(person, text, thread) {
      await control('message', { channel, user: person, text, ...(thread && { thread_ts: thread }) });
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

function findBinary(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = process.platform === 'win32' ? 'local-slack.exe' : 'local-slack';
  try {
    return require.resolve(`local-slack-${platform}-${process.arch}/bin/${name}`);
  } catch {
    return undefined;
  }
}

function configOf(
  { name, team, app, bot, people, channel }: Workspace,
  credentials: { botToken: string; appToken: string; signingSecret: string },
) {
  return {
    workspace: { name, domain: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'), teamId: team },
    app: { appId: app, botUserId: bot, botName: 'chaperone', mode: 'socket', ...credentials },
    users: people.map((person) => ({
      id: person.id,
      name: person.name.toLowerCase(),
      real_name: person.name,
    })),
    channels: [{ ...channel, members: [...people.map(({ id }) => id), bot] }],
  };
}

/** It prints its address once it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  let complained = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complained = (complained + text).slice(-2_000);
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    const [, address] = /Web UI:\s+(http:\/\/\S+)/.exec(said) ?? [];
    if (address) resolve(address);
  });
  child.once('error', reject);
  child.once('exit', (code) =>
    reject(new Error(`local Slack ended at once (${code}): ${said}${complained}`.trim())),
  );
  return await promise;
}
