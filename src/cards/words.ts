// Every word the bot says to people, in English. A translation is the folder `words/` and nothing else: card makers
// choose, and the wording is there. This is its door for what is said in many places.
export * from './words/alarm.ts';
export * from './words/answers.ts';
export * from './words/common.ts';
export * from './words/holding.ts';
export * from './words/left.ts';
export * from './words/outcomes.ts';
export * from './words/refusals.ts';
export * from './words/stale.ts';
export * from './words/stopping.ts';
export * from './words/waiting.ts';
