// What a button of ours carries, and how it is read back from Slack.
import { z } from 'zod';
import type { Button, Press } from '#cards/card.ts';

/** Every verb of the port: a new one does not compile before it is written here. */
const Verb = z.enum({
  approve: 'approve',
  deny: 'deny',
  ask: 'ask',
  answer: 'answer',
  read: 'read',
  stop: 'stop',
  accept: 'accept',
  inquire: 'inquire',
  pick: 'pick',
  confirm_stop: 'confirm_stop',
  cancel: 'cancel',
  hold: 'hold',
  release: 'release',
  keep: 'keep',
  claim: 'claim',
  timeline: 'timeline',
  pair: 'pair',
  vouch: 'vouch',
  disown: 'disown',
} satisfies { [V in Press['verb']]: V });

/** `form`: the press asks for one first; `optional` where it counts without it too. */
const Carried = z.object({
  verb: Verb,
  subject: z.string(),
  digest: z.string().optional(),
  choice: z.string().optional(),
  form: z.enum(['optional', 'required']).optional(),
});

export type Carried = { readonly press: Press; readonly form?: 'optional' | 'required' };

/** The button's `value`: opaque ids, and whether the press asks for more. */
export function carry({ verb, subject, digest, choice }: Press, form?: Button['form']): string {
  return JSON.stringify({
    verb,
    subject,
    digest,
    choice,
    form: form && (form.optional ? 'optional' : 'required'),
  } satisfies z.input<typeof Carried>);
}

/** What a `value` says, or undefined when it is not one of ours. */
export function carried(value: string): Carried | undefined {
  const parsed = Carried.safeParse(jsonOf(value));
  if (!parsed.success) return undefined;
  const { verb, subject, digest, choice, form } = parsed.data;
  return {
    press: {
      verb,
      subject,
      ...(digest !== undefined && { digest }),
      ...(choice !== undefined && { choice }),
    },
    ...(form && { form }),
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
