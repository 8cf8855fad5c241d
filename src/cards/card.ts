// A card: what people read and press, free of any platform. Cards hold words that are already safe to show;
// the platform's renderer escapes every string it is given, so nothing here is ever markup.
//
//   safe text   a string that went through `inert()`: no control, bidi or zero-width characters, of bounded length
//   quote       somebody else's words, attributed, never mixed with ours
//   expansion   the full text behind a card: nothing that a cut hid stays out of reach
//   mark        an opaque id a posted card carries, by which an orphaned copy is found again
//   form        what a button asks for before its press counts; opening one decides nothing

declare const safe: unique symbol;

/** Text that may be shown. `#cards/inert.ts` makes it of others' words, `ours` in `#cards/line.ts` of our own; nothing else does. */
export type SafeText = string & { readonly [safe]: true };

/** A person on one chat platform: `user` is Slack's user id or Teams' aadObjectId. */
export type Mention = {
  readonly platform: 'slack' | 'teams';
  readonly tenant: string;
  readonly user: string;
  readonly name: SafeText;
};

export type Span =
  | { readonly kind: 'plain'; readonly text: SafeText }
  | { readonly kind: 'strong'; readonly text: SafeText }
  | { readonly kind: 'code'; readonly text: SafeText }
  | { readonly kind: 'time'; readonly at: Date }
  /** Shown with its real host beside the label. https, or http on loopback in development. */
  | { readonly kind: 'link'; readonly url: string; readonly label: SafeText }
  | { readonly kind: 'mention'; readonly who: Mention };

export type Line = readonly Span[];

export type Block =
  | { readonly kind: 'text'; readonly line: Line }
  | { readonly kind: 'facts'; readonly facts: readonly { readonly name: SafeText; readonly value: Line }[] }
  /** `whose` says who speaks ("The agent says"); the renderer sets every line of `text` apart so that none passes for ours. */
  | { readonly kind: 'quote'; readonly whose: SafeText; readonly text: SafeText; readonly cut: boolean }
  | { readonly kind: 'note'; readonly line: Line }
  | { readonly kind: 'divider' };

/**
 * What a press names: the verb, what it is about, and the digest of what the card showed. Opaque ids only. `choice` is
 * one of the few a verb has: how far a yes reaches, which answer is meant.
 */
export type Press = {
  readonly verb: Verb;
  readonly subject: string;
  readonly digest?: string;
  readonly choice?: string;
};

/** `read` opens the full text. `ask` puts a question to the agent, `answer` answers one of its own. */
export type Verb =
  | 'approve'
  | 'deny'
  | 'ask'
  | 'answer'
  | 'accept'
  | 'inquire'
  | 'pick'
  | 'read'
  | 'stop'
  | 'confirm_stop'
  | 'cancel'
  | 'hold'
  | 'release'
  | 'keep'
  | 'claim';

/** `value` is a short word of ours without a comma. */
export type Option = { readonly value: string; readonly label: SafeText };

/** One thing a form asks for. `name` is a short word of ours under which the value comes back. */
export type Field = {
  readonly name: string;
  readonly label: SafeText;
  readonly required: boolean;
} & (
  | { readonly kind: 'line' | 'text'; readonly placeholder?: SafeText; readonly value?: SafeText }
  | { readonly kind: 'one-of'; readonly options: readonly Option[]; readonly value?: string }
  | { readonly kind: 'some-of'; readonly options: readonly Option[]; readonly values: readonly string[] }
  /** A date with its time of day. */
  | { readonly kind: 'moment'; readonly at?: Date }
);

/** The most characters a field of text holds, and the most options one offers: what both platforms take. */
export const formLimits = { line: 200, text: 1_500, options: 20 } as const;

export type Form = {
  /** At most 24 characters. */
  readonly title: SafeText;
  readonly submit: SafeText;
  readonly note?: Line;
  readonly fields: readonly Field[];
  /** The press counts without it too: nobody is kept from it by a form that does not open. */
  readonly optional: boolean;
};

export type Button = {
  readonly label: SafeText;
  readonly press: Press;
  readonly style: 'primary' | 'danger' | 'plain';
  /** What is asked for along with the press. */
  readonly form?: Form;
};

export type Card = {
  /** One line; says the state in words, because colour and emoji are not read by everybody. */
  readonly title: SafeText;
  readonly tone: 'waiting' | 'good' | 'bad' | 'neutral' | 'alarm';
  readonly blocks: readonly Block[];
  readonly buttons: readonly Button[];
  readonly expansion: readonly { readonly heading: SafeText; readonly text: SafeText }[];
  /** Who is called when the card is first posted. */
  readonly calls: readonly Mention[];
};
