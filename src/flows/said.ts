import type { Card } from '#cards/card.ts';
import type { Happening } from '#chat/chat.ts';

/** Somebody said something to the bot. */
export type Said = Extract<Happening, { kind: 'said' }>;

/** What comes of words: an answer everybody in the thread reads, or words for the one who spoke alone. */
export type Reply = { readonly public: Card } | { readonly private: Card } | undefined;
