// What a button of ours carries, and how it is read back from Slack.
import { z } from 'zod';
import type { Button, Press } from '#cards/card.ts';

/** Every verb of the port: a new one does not compile before it is written here. */
const Verb = z.enum({
  approve: 'approve',
  deny: 'deny',
  read: 'read',
  stop: 'stop',
  confirm_stop: 'confirm_stop',
  cancel: 'cancel',
  hold: 'hold',
  release: 'release',
} satisfies { [V in Press['verb']]: V });

/** `ask` is the label and placeholder of the line of text to ask for along with the press. */
const Carried = z.object({
  verb: Verb,
  subject: z.string(),
  digest: z.string().optional(),
  ask: z.tuple([z.string(), z.string()]).optional(),
});

export type Carried = {
  readonly press: Press;
  readonly ask?: { readonly label: string; readonly placeholder: string };
};

/** The button's `value`: opaque ids, and the words of the question it asks. */
export function carry(press: Press, input?: Button['input']): string {
  return JSON.stringify({
    verb: press.verb,
    subject: press.subject,
    digest: press.digest,
    ask: input && [input.label.slice(0, 150), input.placeholder.slice(0, 150)],
  } satisfies z.input<typeof Carried>);
}

/** What a `value` says, or undefined when it is not one of ours. */
export function carried(value: string): Carried | undefined {
  const parsed = Carried.safeParse(jsonOf(value));
  if (!parsed.success) return undefined;
  const { verb, subject, digest, ask } = parsed.data;
  return {
    press: digest === undefined ? { verb, subject } : { verb, subject, digest },
    ...(ask && { ask: { label: ask[0], placeholder: ask[1] } }),
  };
}

/** Where a press was made, as a modal remembers it in `private_metadata`. */
export const Origin = z.object({
  value: z.string(),
  channel: z.string(),
  message: z.string(),
  thread: z.string().optional(),
  page: z.number().int().nonnegative().optional(),
});

export type Origin = Readonly<z.infer<typeof Origin>>;

/** The origin a modal of ours was opened from, or undefined when the modal is not ours. */
export function originOf(metadata: string): Origin | undefined {
  const parsed = Origin.safeParse(jsonOf(metadata));
  return parsed.success ? parsed.data : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
