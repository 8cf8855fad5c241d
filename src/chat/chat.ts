// The port to a chat platform, in the flows' words. Slack and Teams each stand behind it.
//
//   place       a channel of one workspace or tenant
//   posted      a message of ours that hangs somewhere
//   happening   something a person did in chat: pressed a button, said something, moved a channel, opened their home
//   home        the page a platform keeps for one person and the bot
//   actor       who did it, as the platform itself vouches for them; never a display name or an e-mail
import type { Card, Form, Press } from '#cards/card.ts';

export type Platform = 'slack' | 'teams';

/** `tenant` is Slack's team id or Microsoft's tenant id; `channel` the platform's own id. */
export type Place = { readonly platform: Platform; readonly tenant: string; readonly channel: string };

/** A picture of the card is not at the platform yet: its figures stand there in words until it is brought and the card hung again. */
export type Lack = { readonly lacks?: 'picture' };

/** `thread` is the root message's id, absent when this message is itself a root. */
export type Posted = { readonly place: Place; readonly thread?: string; readonly message: string };

export type Actor = {
  readonly platform: Platform;
  readonly tenant: string;
  /** Slack Enterprise Grid only. */
  readonly enterprise?: string;
  /** Slack user id, or Teams aadObjectId. */
  readonly user: string;
  readonly name: string;
  /** Only a `member` of the home workspace or tenant can ever decide. */
  readonly standing: 'member' | 'guest' | 'external' | 'bot' | 'unknown';
};

/**
 * A form that was sent: what was filled in, by field name. A field left empty is the empty text; the chosen values of a
 * `some-of` are parted by commas; a moment is in ISO 8601. At most `filledLimits.fields` fields of `filledLimits.chars` each.
 */
export type Filled = Readonly<Record<string, string>>;

/** Somebody mentioned in words: who they are comes from the platform's ids, never from the text. */
export type Mentioned = { readonly text: string; readonly who: Actor };

/** The most mentions that are looked up; words with more are talk. */
export const mostMentions = 5;

export const filledLimits = { fields: 20, chars: 3_000 } as const;

/** `id` is unique for one act and the same for every redelivery of it. */
export type Happening = {
  readonly id: string;
  readonly place: Place;
  readonly actor: Actor;
  readonly at: Date;
} & (
  | { readonly kind: 'pressed'; readonly press: Press; readonly on: Posted; readonly values?: Filled }
  /**
   * `text` has the mention of the bot taken off. `thread` is the root of the thread it was said in.
   * `mentions` are the people it mentions besides the bot: `text` of each is how they stand in the text.
   * `message` is empty for a command, which leaves no message behind: it is answered by a whisper.
   */
  | {
      readonly kind: 'said';
      readonly text: string;
      readonly thread?: string;
      readonly message: string;
      readonly mentions?: readonly Mentioned[];
      readonly by: 'mention' | 'command' | 'direct';
    }
  /**
   * The channel became shared with outsiders, was renamed by id, or the bot was put in or out.
   * Where the platform names nobody, the actor's `user` is empty and their standing `unknown`.
   */
  | {
      readonly kind: 'place-changed';
      readonly change: 'shared' | 'unshared' | 'added' | 'removed' | { readonly to: string };
    }
  /** Their home wants to be shown; the place is their own conversation with the bot. */
  | { readonly kind: 'opened-home' }
);

/** What the platform calls into. Handed in when a chat is opened. */
export type ChatListener = {
  /**
   * Stores the happening durably; the platform is acknowledged only after this resolves.
   * A happening already stored (same id) is accepted again and does nothing. Presses of `read` are not handed in.
   */
  accept(happening: Happening): Promise<void>;
  /**
   * The card as it stands now behind a press of `read`, for a modal or expander; undefined when it is nobody's business or gone.
   * With a `choice` it opens one thing the card refers to; `back` is the message to go back to from there.
   * A shortened card without a button of its own is read by its mark: the press's `subject` is the mark it was posted with.
   */
  read(actor: Actor, place: Place, press: Press, back?: string): Promise<Card | undefined>;
  /** The form behind a press, for a platform that opens it apart from the card; undefined when the card has changed. */
  form(place: Place, press: Press): Promise<Form | undefined>;
};

export type ChatErrorCode =
  /** Nothing was posted; try again after `retryAfterMs`. */
  | 'rate_limited'
  /** The request left and no answer came: it may hang there. Look for its mark before posting again. */
  | 'ambiguous'
  /** Nothing was posted; may work later. */
  | 'unavailable'
  /** The message, channel or installation is gone, or the bot may not write there. */
  | 'gone'
  /** The platform will never take this. */
  | 'refused';

export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ChatErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ChatErrorCode, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Every verb is one call to the platform without retries of its own, but for what it says itself, and throws ChatError. */
export type Chat = {
  readonly platform: Platform;
  /** The least time between two posts to one place that the platform bears. */
  readonly paceMs: number;
  /** Posts a card as a root, or into the thread whose root is `thread`. `mark` travels with the message. */
  post(place: Place, thread: string | undefined, card: Card, mark: string): Promise<Posted & Lack>;
  replace(posted: Posted, card: Card, mark: string): Promise<Lack>;
  /** Brings the pictures of a card to where its platform can show them. It may be several calls, and is safe to say twice. */
  bring(card: Card): Promise<void>;
  /** Shows words to one person only, as close to where they acted as the platform allows. */
  whisper(place: Place, thread: string | undefined, to: Actor, card: Card): Promise<void>;
  /**
   * The conversation between the bot and one person, opened if there is none; `place` is one they both belong to, and
   * `user` the platform's own id of theirs.
   */
  privately(place: Place, user: string): Promise<Place>;
  /** Copies of a mark hanging in a place or thread since a moment; `cannot-tell` where the platform has no way to look. */
  find(
    place: Place,
    thread: string | undefined,
    mark: string,
    since: Date,
  ): Promise<Posted[] | 'cannot-tell'>;
  remove(posted: Posted): Promise<void>;
  /** Shows a card as somebody's home, in place of what stood there. `cannot` where the platform has no such page. */
  showHome(to: Actor, card: Card): Promise<'shown' | 'cannot'>;
  /** An address at which people open a message of ours in their own client; undefined where none can be told. */
  linkTo(posted: Posted): Promise<string | undefined>;
  /** What the platform says of an account, by its id alone; `unknown` for one that is gone, or not to be found there. */
  standingOf(place: Place, user: string): Promise<Actor['standing']>;
  /** What the platform says of a place: whether the bot can write there, and whether outsiders can read. */
  inspect(place: Place): Promise<{
    readonly reachable: boolean;
    readonly shared: boolean;
    readonly name?: string;
    readonly why?: string;
  }>;
};
