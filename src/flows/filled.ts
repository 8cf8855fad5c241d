import { z } from 'zod';
import { endsAfterHours, lessQuestion } from '#cards/forms.ts';
import { inertText } from '#cards/inert.ts';
import type { Filled } from '#chat/chat.ts';
import type { Request } from '#mission-control/facts.ts';
import type { Narrowing } from '#mission-control/port.ts';

/** Forms as they come back, field by field as `#cards/forms.ts` names them. A form that is not whole is no form. */
const text = z.string().max(3_000);
const written = text.trim().min(1);
const picked = text.transform((list) => list.split(',').filter((one) => one !== ''));
const Reason = z.object({ reason: text.trim() });
const Question = z.object({ question: written });
const Less = z.object({ question: text.trim() });
const Answer = z.object({ choice: text.optional(), answer: text.trim() });
const Changes = z.object({
  tools: picked.optional(),
  resources: picked.optional(),
  ends: z.enum(['open', ...Object.keys(endsAfterHours)] as ['open', ...(keyof typeof endsAfterHours)[]]),
  at: z.union([z.literal(''), z.iso.datetime({ offset: true })]),
  description: text.trim().optional(),
});

/** The reason for a no; it counts without one. */
export const reasonIn = (values: Filled | undefined): string => Reason.safeParse(values).data?.reason ?? '';

/** The question that was written into a form; undefined where none was. */
export const questionWritten = (values: Filled | undefined) => Question.safeParse(values).data?.question;

/** The question to put to the agent; undefined where none was written. */
export function questionIn(request: Request, choice: string | undefined, values: Filled | undefined) {
  if (choice !== 'less') return questionWritten(values);
  const added = Less.safeParse(values).data?.question;
  return added === undefined ? undefined : lessQuestion(request, added);
}

/** The answer to the agent's question: a button's, an option chosen in the form, or words. Words win over an option. */
export function answerIn(request: Request, choice: string | undefined, values: Filled | undefined) {
  const offered = request.agentAsserted.options ?? [];
  if (choice !== undefined) return offered[Number(choice)];
  const filled = Answer.safeParse(values).data;
  return filled?.answer || (filled?.choice ? offered[Number(filled.choice)] : undefined);
}

/**
 * What a filled-in "approve with changes" narrows; undefined for a form that is not whole or names an end that has passed.
 * What was left as it was proposed is not a change.
 */
export function changesIn(request: Request, values: Filled | undefined, now: Date): Narrowing | undefined {
  const filled = Changes.safeParse(values).data;
  if (!filled) return undefined;
  const { tools = [], resources = [], description = '' } = request.agentAsserted;
  const expiresAt = endOf(filled, now);
  if (expiresAt && expiresAt <= now) return undefined;
  function fewer<T>(all: readonly T[], picked: readonly string[] | undefined) {
    const kept = picked && all.filter((_, at) => picked.includes(String(at)));
    return kept && kept.length < all.length ? kept : undefined;
  }
  const approvedTools = fewer(tools, filled.tools);
  const approvedResources = fewer(resources, filled.resources);
  const said = filled.description;
  // The form shows the description inert, and a platform may tidy its lines: only another text is another description.
  const edited = said && folded(said) !== folded(inertText(description)) ? said : undefined;
  return {
    ...(approvedTools && {
      approvedTools: approvedTools.map(({ name, description: does }) => ({
        name,
        ...(does !== undefined && { description: does }),
      })),
    }),
    ...(approvedResources && { approvedResources }),
    ...(expiresAt && { expiresAt }),
    ...(edited && { description: edited }),
  };
}

const folded = (text: string) => text.replace(/\s+/g, '');

/** An exact time says more than a length. */
function endOf({ ends, at }: z.infer<typeof Changes>, now: Date): Date | undefined {
  if (at !== '') return new Date(at);
  return ends === 'open' ? undefined : new Date(now.getTime() + endsAfterHours[ends] * 3_600_000);
}
