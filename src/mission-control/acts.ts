// The bodies of the acts on the wire: a decision, a termination, the end of an agent's binding.
import { z } from 'zod';
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Decision, Narrowing, Termination } from '#mission-control/port.ts';
import { fromWire, toWire } from '#mission-control/wire.ts';

/** Text a person or an operator's program wrote; Postgres keeps no NUL. */
const words = z
  .string()
  .min(1)
  .max(10_000)
  .refine((text) => !text.includes('\0'), 'holds a NUL character');
const actor = z.object({ person: words, via: words, id: words });
const by = { digest: words, decidedBy: actor };

/** Each action's body. A narrowing's members lie flat beside the others. */
const decisions = {
  approve: z.object({
    action: z.literal('approve'),
    ...by,
    scope: words.optional(),
    description: words.optional(),
    approvedTools: z
      .array(z.object({ name: words, description: words.optional() }))
      .max(1_000)
      .optional(),
    approvedResources: z.array(words).max(1_000).optional(),
    expiresAt: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .optional(),
    apply: z.enum(['once', 'mission', 'always']).optional(),
  }),
  deny: z.object({ action: z.literal('deny'), ...by, reason: words.optional() }),
  ask: z.object({
    action: z.literal('ask'),
    ...by,
    question: words,
    options: z.array(words).max(20).optional(),
    timeout: z.int().positive().optional(),
  }),
  answer: z.object({ action: z.literal('answer'), ...by, answer: words }),
};
const Terminate = z.object({
  action: z.literal('terminate'),
  reason: z.enum(['completed', 'revoked', 'superseded', 'administrative']),
  note: words.optional(),
  decidedBy: actor,
});
const Revoke = z.object({ action: z.literal('revoke'), decidedBy: actor });

type Read<T> = { readonly value: T } | { readonly wrong: string };

export function decisionToWire(decision: Decision): unknown {
  switch (decision.action) {
    case 'approve': {
      const { narrow, ...body } = decision;
      const { approvedTools, approvedResources, ...rest } = narrow ?? {};
      return toWire(decisions.approve, {
        ...body,
        ...rest,
        ...(approvedTools ? { approvedTools: [...approvedTools] } : {}),
        ...(approvedResources ? { approvedResources: [...approvedResources] } : {}),
      });
    }
    case 'deny':
      return toWire(decisions.deny, decision);
    case 'ask': {
      const { timeoutSeconds, options, ...body } = decision;
      return toWire(decisions.ask, {
        ...body,
        ...(options ? { options: [...options] } : {}),
        ...(timeoutSeconds === undefined ? {} : { timeout: timeoutSeconds }),
      });
    }
    case 'answer':
      return toWire(decisions.answer, decision);
  }
}

export function decisionFromWire(body: unknown): Read<Decision> {
  switch (actionOf(body)) {
    case 'approve':
      return reading(fromWire(decisions.approve, body), ({ action, digest, decidedBy, apply, ...rest }) => {
        const narrow: Narrowing = rest;
        return {
          action,
          digest,
          decidedBy,
          ...(Object.values(rest).some((member) => member !== undefined) ? { narrow } : {}),
          ...(apply ? { apply } : {}),
        };
      });
    case 'deny':
      return fromWire(decisions.deny, body);
    case 'ask':
      return reading(fromWire(decisions.ask, body), ({ timeout, ...rest }) => ({
        ...rest,
        ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
      }));
    case 'answer':
      return fromWire(decisions.answer, body);
    default:
      return { wrong: 'action: one of approve, deny, ask, answer' };
  }
}

export function terminationToWire(termination: Termination): unknown {
  return toWire(Terminate, { action: 'terminate', ...termination });
}

export function terminationFromWire(body: unknown): Read<Termination> {
  return reading(fromWire(Terminate, body), ({ reason, note, decidedBy }) => ({
    reason,
    ...(note === undefined ? {} : { note }),
    decidedBy,
  }));
}

export function revocationToWire(decidedBy: DecidedBy): unknown {
  return toWire(Revoke, { action: 'revoke', decidedBy });
}

export function revocationFromWire(body: unknown): Read<DecidedBy> {
  return reading(fromWire(Revoke, body), ({ decidedBy }) => decidedBy);
}

function reading<T, U>(read: Read<T>, turn: (value: T) => U): Read<U> {
  return 'wrong' in read ? read : { value: turn(read.value) };
}

function actionOf(body: unknown) {
  return typeof body === 'object' && body !== null && 'action' in body ? body.action : undefined;
}
