// Slack, behind the port to chat.
//
//   home        the workspace the bot is installed in; places and people of others are foreign
//   mark        an id in a message's metadata and first block, by which a copy is found again
//   delivery    what Slack sends; answered only after the happening in it is stored, so that it comes again otherwise
//   source      what a picture is shown from: a file of ours that Slack holds
//   trigger     Slack's leave to open a modal, three seconds long, once
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type Chat, type ChatListener, mostMentions } from '#chat/chat.ts';
import type { Log } from '#log.ts';
import { AckLast } from './ack-last.ts';
import { call, slackLogger, slackWord, webClient } from './calls.ts';
import { changedView, formCallback, formView } from './form.ts';
import {
  type Act,
  channelEvents,
  commandOf,
  homeOpenedOf,
  type Pressed,
  placeChangeOf,
  pressedOf,
  submittedOf,
  wordsOf,
} from './inbound.ts';
import { closedView, loadingView, textView } from './modal.ts';
import type { Dates } from './mrkdwn.ts';
import { outbound } from './outbound.ts';
import { type Home, openPeople, type People } from './people.ts';
import { type Files, openPictures } from './pictures.ts';
import { openReplies } from './replies.ts';
import { type SignedRequests, signedRequests } from './signed.ts';
import { openSocket } from './socket.ts';

export type { Files } from './pictures.ts';

export type SlackOptions = {
  /** `xoxb-…`, with the scopes of `manifest.json`. */
  readonly botToken: string;
  /** Another Slack than slack.com, for development and tests. */
  readonly apiUrl?: string;
  /** `native` lets each client show times in its own zone. */
  readonly dates: Dates;
  /** Which drawings the workspace has already. */
  readonly files: Files;
  readonly log: Log;
} & (
  | {
      /** Socket Mode: `xapp-…`, with `connections:write`. */
      readonly appToken: string;
      readonly signingSecret?: undefined;
    }
  | {
      /** HTTP: verifies what arrives at the request URL. */
      readonly signingSecret: string;
      readonly appToken?: undefined;
    }
);

/** One path and what answers there; the HTTP server's table takes it as it is. */
export type Mount = { readonly path: string; readonly answer: (request: Request) => Promise<Response> };

export type Slack = Chat &
  AsyncDisposable & {
    /** The workspace this token belongs to: the `tenant` of every place here. */
    readonly home: Home;
    /** What the token may do, in Slack's words; undefined where Slack does not say. */
    readonly scopes: readonly string[] | undefined;
    /** For HTTP: the request URL's path. Empty in Socket Mode. */
    readonly mounts: readonly Mount[];
  };

/** How long a post or an update may take. */
const callTimeoutMs = 10_000;
/** How long a call may take that stands before Slack's three seconds for an answer. */
const promptTimeoutMs = 1_300;

const AuthTest = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string(),
  enterprise_id: z.string().nullish(),
});

/**
 * Opens Slack: asks whose token it is, then connects (Socket Mode) or stands ready behind `mounts`.
 * Throws ChatError: `gone` for a token Slack does not know, `unavailable` or `ambiguous` when Slack cannot be reached.
 * Disposing closes the connection and waits for modals still being filled.
 */
export async function openSlack(options: SlackOptions, listener: ChatListener): Promise<Slack> {
  const { botToken, apiUrl, dates, files, log } = options;
  const client = webClient(botToken, apiUrl, callTimeoutMs, log);
  const prompt = webClient(botToken, apiUrl, promptTimeoutMs, log);
  const answer = await call('auth.test', () => client.auth.test());
  const said = AuthTest.parse(answer);
  const home: Home = {
    team: said.team_id,
    ...(said.enterprise_id && { enterprise: said.enterprise_id }),
    botUser: said.user_id,
    bot: said.bot_id,
  };

  const replies = openReplies(apiUrl);
  const people = openPeople(prompt, home, log);
  const stopping = new AbortController();
  const tasks = new Set<Promise<void>>();
  const door =
    options.appToken === undefined
      ? signedRequests(options.signingSecret, log)
      : openSocket(options.appToken, apiUrl, log);

  const app = new AckLast({
    receiver: door.receiver,
    authorize: async () => ({ botToken, botId: home.bot, botUserId: home.botUser, teamId: home.team }),
    convoStore: false,
    clientOptions: { ...(apiUrl !== undefined && { slackApiUrl: apiUrl }), retryConfig: { retries: 0 } },
    logger: slackLogger(log),
  });
  listen(app, {
    home,
    people,
    prompt,
    client,
    listener,
    log,
    remember: replies.remember,
    later: (task) => {
      const tracked = task.catch((error: unknown) =>
        log.warn({ err: error }, 'a slack modal was not filled'),
      );
      tasks.add(tracked);
      void tracked.finally(() => tasks.delete(tracked));
    },
  });
  const connection = 'connect' in door ? await door.connect(stopping.signal) : undefined;

  return {
    ...outbound(client, home, dates, openPictures(client, home.team, files), replies.find),
    standingOf: async (_place, user) => (await people({ user })).standing,
    home,
    scopes: answer.response_metadata?.scopes,
    mounts: 'answer' in door ? [mountOf(door)] : [],
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(tasks);
      // A peer that never finishes the closing handshake does not hold the process.
      await Promise.race([connection?.ended, sleep(2_000, undefined, { ref: false })]);
    },
  };
}

const mountOf = (requests: SignedRequests): Mount => ({ path: '/slack/events', answer: requests.answer });

type Ears = {
  readonly home: Home;
  readonly people: People;
  /** Answers quickly or not at all. */
  readonly prompt: WebClient;
  readonly client: WebClient;
  readonly listener: ChatListener;
  readonly log: Log;
  readonly remember: (channel: string, user: string, responseUrl: string) => void;
  /** Takes work that goes on after the answer to Slack. */
  readonly later: (task: Promise<void>) => void;
};

function listen(app: AckLast, ears: Ears) {
  const { home, people, listener, log } = ears;

  /** Looks the author up and stores the happening; what cannot be read is logged and not asked for again. */
  async function take(act: Act | undefined, what: string) {
    if (!act) return log.warn({ what }, 'a slack delivery that is nothing of ours');
    const { author, named = [], ...rest } = act;
    const [actor, ...others] = await Promise.all(
      [author, ...named.slice(0, mostMentions)].map((each) => people(each)),
    );
    if (!actor) return;
    const mentions = others.map((who, at) => ({ text: named[at]?.text ?? '', who }));
    await listener.accept({ ...rest, actor, ...(mentions.length > 0 && { mentions }) });
  }

  app.event('app_mention', ({ body }) => take(wordsOf(body, home), 'app_mention'));
  app.event('message', async ({ body }) => {
    const words = wordsOf(body, home);
    // Edits, joins and our own words are message events too.
    if (words) await take(words, 'message');
  });
  app.event('app_home_opened', async ({ body }) => {
    const opened = homeOpenedOf(body, home, new Date());
    if (opened) await take(opened, 'app_home_opened');
  });
  for (const type of channelEvents) {
    app.event(type, async ({ body }) => {
      const change = placeChangeOf(body, home, new Date());
      // Somebody else came or went.
      if (change) await take(change, type);
    });
  }
  app.command('/chaperone', async ({ body, ack }) => {
    const command = commandOf(body, home, new Date());
    if (command?.responseUrl) ears.remember(body.channel_id, body.user_id, command.responseUrl);
    await take(command?.act, 'command');
    await ack();
  });
  app.action(/^chaperone:/, async ({ body, ack }) => {
    const pressed = pressedOf(body, home);
    if (pressed) await press(pressed, ears, (act) => take(act, 'press'));
    else log.warn({ what: 'press' }, 'a slack delivery that is nothing of ours');
    await ack();
  });
  app.view(formCallback, async ({ body, ack }) => {
    await take(submittedOf(body, home, new Date()), 'form');
    await ack();
  });
}

/** A press of `read` shows the text, one that asks for more shows its form, every other is an act. */
async function press(pressed: Pressed, ears: Ears, take: (act: Act) => Promise<void>): Promise<void> {
  const { prompt, people, later, log } = ears;
  if (pressed.on === 'view') {
    return later(fill(pressed.view, pressed, ears));
  }
  const { act, carried, origin, trigger } = pressed;
  if (carried.press.verb === 'read') {
    if (!trigger) return;
    try {
      const opened = await call('views.open', () =>
        prompt.views.open({ trigger_id: trigger, view: loadingView(origin) }),
      );
      const view = opened.view?.id;
      if (view) later(fill(view, { carried, origin, author: act.author }, ears));
    } catch (error) {
      // Nothing was to be stored, and a trigger that is used up stays so: the person presses again.
      log.warn({ err: error, press: act.id }, 'the full text did not open');
    }
    return;
  }
  // Whoever cannot decide is not asked for more; they are refused at once, and that is recorded.
  if (!carried.form || (await people(act.author)).standing !== 'member') return await take(act);
  const counts = carried.form === 'optional';
  const form = await ears.listener.form(act.place, carried.press);
  if (!trigger || (!form && counts)) return counts ? await take(act) : undefined;
  try {
    const view = form ? formView(origin, form) : changedView(origin);
    await call('views.open', () => prompt.views.open({ trigger_id: trigger, view }));
  } catch (error) {
    // The same press delivered twice: the form is open already.
    if (slackWord(error) === 'exchanged_trigger_id') return;
    log.warn({ err: error, press: act.id, counts }, 'a form did not open');
    // Nobody is kept from saying no by a form that does not open. Every other decides nothing until it is sent.
    if (counts) await take(act);
  }
}

/** Puts the text behind a press into a view that is open. */
async function fill(
  viewId: string,
  { carried, origin, author }: Pick<Pressed, 'carried' | 'origin'> & { author: Act['author'] },
  { home, people, listener, client }: Ears,
): Promise<void> {
  const actor = await people(author);
  const place = { platform: 'slack', tenant: home.team, channel: origin.channel } as const;
  const read = { ...carried.press, verb: 'read' } as const;
  const card = await listener.read(actor, place, read);
  const view = card ? textView(origin, card) : closedView(origin);
  await call('views.update', () => client.views.update({ view_id: viewId, view }));
}
