// A card: what people read and press, free of any platform. Cards hold words that are already safe to show;
// the platform's renderer escapes every string it is given, so nothing here is ever markup.
//
//   safe text   a string that went through `inert()`: no control, bidi or zero-width characters, of bounded length
//   quote       somebody else's words, attributed, never mixed with ours
//   expansion   the full text behind a card: nothing that a cut hid stays out of reach
//   mark        an opaque id a posted card carries, by which an orphaned copy is found again
//   form        what a button asks for before its press counts; opening one decides nothing
//   picture     figures drawn for the eye; its `alt` says them in words wherever the drawing is not seen
//   panel       one drawing of a picture: bars, a course over the log, or what happened in the log's order

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
  | { readonly kind: 'divider' }
  | { readonly kind: 'picture'; readonly picture: Picture };

/**
 * What a platform draws in its own way. Every meaning stands in a label, a shape or the `alt`; none in a colour alone.
 * Nothing an agent wrote stands in one: its words are ours, people's names the operator's.
 */
export type Picture = {
  readonly title: SafeText;
  /** Every figure that matters, as sentences; at most `pictureLimits.alt` characters. */
  readonly alt: SafeText;
  readonly panels: readonly Panel[];
};

export type Panel = { readonly heading: SafeText } & (
  | {
      readonly kind: 'bars';
      readonly bars: readonly Bar[];
      /** A value that no bar should pass. */
      readonly line?: { readonly at: number; readonly label: SafeText };
    }
  /** A level from entry to entry of a log, the line it may cross, and the entries that are cited. */
  | {
      readonly kind: 'course';
      readonly points: readonly { readonly entry: number; readonly level: number }[];
      readonly line: { readonly at: number; readonly label: SafeText };
      readonly cited: { readonly entries: readonly number[]; readonly label: SafeText };
      readonly crossed?: { readonly entry: number; readonly label: SafeText };
    }
  /** What happened, in the order of a log: a lane for each kind of thing, a flag for what changes everything after it. */
  | {
      readonly kind: 'events';
      readonly from: { readonly entry: number; readonly at: Date };
      readonly to: { readonly entry: number; readonly at: Date };
      readonly lanes: readonly { readonly label: SafeText; readonly entries: readonly number[] }[];
      readonly flags: readonly { readonly entry: number; readonly label: SafeText }[];
    }
);

/** `shown` is the value as it is read. A `marked` bar is one to look at: it is drawn with a sign, not by its colour alone. */
export type Bar = {
  readonly label: SafeText;
  readonly value: number;
  readonly shown: SafeText;
  readonly marked?: true;
};

/** What every platform can draw so that it can be read on a phone. */
export const pictureLimits = { alt: 1_500, label: 18, bars: 8, points: 120, entries: 400, lanes: 6 } as const;

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

/**
 * `read` opens the full text. `ask` puts a question to the agent, `answer` answers one of its own. `pair` is pressed on the
 * page of an ask by a visitor who wants to be asked in chat who they are; `vouch` and `disown` answer that.
 */
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
  | 'claim'
  /** Draws how a mission went so far. */
  | 'timeline'
  | 'pair'
  | 'vouch'
  | 'disown';

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
