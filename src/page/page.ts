// The page of one ask, for people who are not in chat: a door like the chats. What it shows are cards; it decides nothing.
//
//   visit      one browser that opened the page of one ask; it lasts some minutes
//   token      what only that browser holds: its cookie
//   proof      how a visitor showed who they are: vouched for in their own chat, or signed in at the operator's issuer
//   press      what they did about the ask, as on a card
import type { Card, Press } from '#cards/card.ts';
import type { Actor, Filled, Place } from '#chat/chat.ts';

/** Who came in by a sign-in. `email` is there only where the issuer says that it is verified. */
export type SignedIn = {
  readonly issuer: string;
  readonly sub: string;
  readonly email?: string;
  /** When they last proved who they are there; absent where the issuer does not say. */
  readonly authenticatedAt?: Date;
};

export type Proof =
  /** A verified account in chat said that it is them; `place` is where they said so. */
  | { readonly kind: 'chat'; readonly actor: Omit<Actor, 'standing'>; readonly place: Place }
  /** `fresh`: they had to prove it for this very page. A session of theirs at the issuer, however young, is not that. */
  | ({ readonly kind: 'sign-in'; readonly fresh: boolean } & SignedIn);

/** Something sent from the page. `id` is the same for every redelivery of one form. */
export type Submitted = {
  readonly kind: 'submitted';
  readonly id: string;
  readonly visit: string;
  readonly at: Date;
  readonly press: Press;
  readonly values: Filled;
  /** Under which name the proof stands in the record. */
  readonly actor: { readonly platform: string; readonly tenant: string; readonly user: string };
};

/** What a visitor sees: the page itself, above it what became of what they did last, and the way back to their agent. */
export type Shown = {
  readonly card: Card;
  readonly told: Card | undefined;
  /** Pages of ours, or of the agent's and the resource's own, that stand below the card. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
};

/** What the page calls into. A visit whose token is not the right one is `undefined` throughout, as one that never was. */
export type Visitors = {
  /** Shows a visit to the browser that holds its token. */
  show(visit: string, token: string): Promise<Shown | undefined>;
  /** Whether a visit waits for a first browser: what a private link leads to. */
  awaits(visit: string): Promise<boolean>;
  /** The first browser takes a visit: its token, and until when it lasts. Nobody takes it twice. */
  arrive(visit: string): Promise<{ readonly token: string; readonly expiresAt: Date } | undefined>;
  /** Keeps what was sent, and does it. Whether it counted is shown, not returned. */
  submit(visit: string, token: string, sent: Sent): Promise<void>;
  /** Where to sign in, once; undefined where nobody can. */
  signIn(visit: string, token: string): Promise<URL | undefined>;
  /** The visit that a sign-in of this state belongs to. */
  visitOf(state: string): Promise<string | undefined>;
  /** Somebody comes back from signing in; `answer` is the address they came back to. */
  signedIn(visit: string, token: string, answer: URL): Promise<void>;
  /** A token or a form that is not this visit's. Several of them end it. */
  wasWrong(visit: string): Promise<void>;
};

/** `act` is the one-time name of the form that was sent. */
export type Sent = { readonly act: string; readonly press: Press; readonly values: Filled };
