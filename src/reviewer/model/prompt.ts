// Prompts are files in prompts/, one for each model call: instructions, a line of three dashes, and what is looked at.
// The instructions have no slots, so nobody's words ever stand among them; each slot below takes a fenced block.
import { readFileSync } from 'node:fs';
import { type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ReviewerError } from '#reviewer/error.ts';
import type { Fenced } from './fence.ts';

/** Fills the slots and gives the two messages of a call: instructions, and data. */
export type Prompt<Slot extends string> = (blocks: Readonly<Record<Slot, Fenced>>) => BaseMessage[];

const slot = /\{\{([a-z_]+)\}\}/g;

/**
 * Reads `prompts/<name>.md` and checks it against the slots the caller fills. Throws ReviewerError `bad_prompt` when the
 * file is missing, has no dashes, has a slot among its instructions, or has other slots than these.
 */
export function openPrompt<const Slot extends string>(name: string, slots: readonly Slot[]): Prompt<Slot> {
  const [instructions, data, ...rest] = read(name).split(/^---$/m);
  if (instructions === undefined || data === undefined || rest.length > 0) {
    throw new ReviewerError('bad_prompt', `prompts/${name}.md needs one line of three dashes`);
  }
  if (/\{\{|\}\}/.test(instructions)) {
    throw new ReviewerError('bad_prompt', `prompts/${name}.md has a slot among its instructions`);
  }
  const found = new Set([...data.matchAll(slot)].map(([, each]) => each));
  if (found.size !== slots.length || slots.some((each) => !found.has(each))) {
    throw new ReviewerError('bad_prompt', `prompts/${name}.md has to have the slots ${slots.join(', ')}`);
  }
  return (blocks) => [
    new SystemMessage(instructions.trim()),
    new HumanMessage(data.trim().replace(slot, (_, each: string) => blocks[each as Slot])),
  ];
}

function read(name: string): string {
  try {
    return readFileSync(new URL(`../../../prompts/${name}.md`, import.meta.url), 'utf8');
  } catch (cause) {
    throw new ReviewerError('bad_prompt', `prompts/${name}.md cannot be read`, { cause });
  }
}
