// What a Person Server tells about asks and missions, in the bot's words.
//
//   request   one ask waiting for a person, and what became of it
//   digest    names exactly what a person is shown; a decision repeats it
//   mission   an approved, written intent; active or terminated
//   log       the numbered record of what was asked, granted and done under a mission
//   source    who vouches for a log entry: the server saw it, the agent said it, a person did it
//
// The shapes follow MISSION-CONTROL's members, in camelCase; `wire.ts` turns one into the other.
import { z } from 'zod';

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Opaque members: what an agent or a resource put there is kept to the letter. */
const opaque = z.record(z.string(), z.unknown());

export const requestTypes = [
  'mission',
  'mission_update',
  'mission_completion',
  'person_token',
  'auth_token',
  'permission',
  'interaction',
  'payment',
  'question',
  'claims',
] as const;

export const requestStates = [
  'open',
  'clarifying',
  'approved',
  'denied',
  'answered',
  'expired',
  'withdrawn',
  'voided',
  'failed',
] as const;

/** Who decided, by which surface, and the proof's own name there (`slack:T1:U1`). */
export const DecidedBy = z.object({ person: z.string(), via: z.string(), id: z.string() });

/** The way in by which the reviewer decides what the operator lets it pass. Nobody's account is known there. */
export const reviewerVia = 'reviewer';

/** In whose name it decides; no person is called so. */
export const reviewerName = 'reviewer';

/** Whether a decision, or a line of a log, is the reviewer's and no person's. */
export const isReviewer = (who: Readonly<Record<string, unknown>>): boolean => who['via'] === reviewerVia;

const NamedThing = z.object({ name: z.string(), description: z.string().optional() });
const Scope = z.object({ value: z.string(), description: z.string().optional() });

/**
 * Money of one mission at one resource, in integers of `unit` times 10^-decimals: what a person approved, what the resource
 * says was used, what tokens still out (or never reported on) may have used, and what is left.
 */
export const Spending = z.object({
  unit: z.string(),
  decimals: z.int(),
  allowed: z.number(),
  used: z.number(),
  held: z.number(),
  left: z.number(),
  /** When the resource last said what was used. */
  reportedAt: instant.optional(),
});

export const Clarification = z.object({
  question: z.string(),
  askedBy: z.string(),
  askedAt: instant,
  options: z.array(z.string()).optional(),
  answer: z.string().optional(),
  answeredAt: instant.optional(),
});

export const Request = z.object({
  id: z.string(),
  type: z.enum(requestTypes),
  state: z.enum(requestStates),
  digest: z.string(),
  person: z.string(),
  missionS256: z.string().optional(),
  openedAt: instant,
  expiresAt: instant,
  agent: z.object({ id: z.string(), iss: z.string(), parent: z.string().optional(), new: z.boolean() }),
  /** What the server checked itself. */
  verified: z.object({
    provider: z
      .object({ issuer: z.string(), name: z.string().optional(), logoUri: z.string().optional() })
      .optional(),
    resource: z.object({ issuer: z.string(), known: z.boolean() }).optional(),
    chain: z.array(z.object({ agent: z.string(), resource: z.string() })).optional(),
    granted: z.array(z.string()).optional(),
    /** What a yes tells about the person, and whom: names of claims, never their values. */
    told: z.object({ party: z.string(), claims: z.array(z.string()) }).optional(),
    /** How the money stands that a yes would add to. */
    spending: Spending.optional(),
  }),
  /** What the resource says of itself and of the access. */
  resourceAsserted: z.object({
    issuer: z.string().optional(),
    name: z.string().optional(),
    description: z.string().optional(),
    /** The credential it expects; `person-token` serves whoever it knows, without further leave. */
    accessMode: z.string().optional(),
    scope: z.array(Scope).optional(),
    account: z.string().optional(),
    interaction: z.string().optional(),
    budget: opaque.optional(),
    /** What an access server says about being paid. */
    payment: opaque.optional(),
  }),
  /** What the agent says. Never the sole basis of a decision (-11 §7.4). */
  agentAsserted: z.object({
    justification: z.string().optional(),
    description: z.string().optional(),
    tools: z.array(NamedThing).optional(),
    resources: z.array(z.string()).optional(),
    action: z.string().optional(),
    parameters: opaque.optional(),
    summary: z.string().optional(),
    question: z.string().optional(),
    /** Answers the agent offers to its question. */
    options: z.array(z.string()).optional(),
    url: z.string().optional(),
    platform: z.string().optional(),
    device: z.string().optional(),
  }),
  rounds: z.object({ used: z.int(), max: z.int() }),
  clarifications: z.array(Clarification),
  previous: z.object({ digest: z.string() }).loose().optional(),
  /** Why nobody was asked, where the server granted it by the person's own policy. */
  policy: z.string().optional(),
  decision: z
    .object({
      action: z.string(),
      decidedBy: DecidedBy,
      decidedAt: instant,
      reason: z.string().optional(),
      /** What a question of the agent was answered with. */
      answer: z.string().optional(),
      apply: z.enum(['once', 'mission', 'always']).optional(),
    })
    .optional(),
});

export const MissionSummary = z.object({
  s256: z.string(),
  status: z.enum(['active', 'terminated']),
  terminationReason: z.string().optional(),
  terminatedAt: instant.optional(),
  terminatedBy: DecidedBy.optional(),
  agent: z.object({ id: z.string(), iss: z.string() }),
  person: z.string(),
  approvedAt: instant,
  expiresAt: instant.optional(),
  description: z.string(),
  approvedTools: z.array(NamedThing).optional(),
  approvedResources: z.array(z.string()).optional(),
  /** The ask this mission was approved as, where the server knows it. */
  requestId: z.string().optional(),
  updates: z.int(),
  logEntries: z.int(),
  openRequests: z.int(),
  liveTokens: z.int(),
  lastActivityAt: instant,
  /** Where this mission may spend, one for each sum a person set aside. */
  budgets: z.array(Spending.extend({ resource: z.string(), account: z.string().optional() })).optional(),
  /**
   * Resources whose token disagreed with the server's own record of the token it was issued on, each as it was first
   * found: in which claims, brought by which agent, and its entry in the log. Nothing was granted on them.
   */
  tampering: z
    .array(
      z.object({
        seq: z.int(),
        at: instant,
        agent: z.string(),
        resource: z.string(),
        claims: z.array(z.string()),
      }),
    )
    .optional(),
});

export const Token = z.object({
  jti: z.string(),
  resource: z.string(),
  scope: z.string().optional(),
  issuedAt: instant,
  expiresAt: instant,
  revokedAt: instant.optional(),
  acknowledgedAt: instant.optional(),
});

export const Mission = MissionSummary.extend({
  /** The blob's exact bytes, unpadded base64url; their SHA-256 is `s256`. */
  mission: z.string(),
  acceptedUpdates: z.array(z.object({ s256: z.string(), description: z.string(), acceptedAt: instant })),
  tokens: z.array(Token),
});

export const LogEntry = z.object({
  seq: z.int(),
  at: instant,
  kind: z.enum([
    'mission_approved',
    'person_token',
    'auth_token',
    'permission',
    'audit',
    'interaction',
    'payment',
    'question',
    'clarification',
    'update',
    'completion',
    'terminated',
    'revoked',
    'withdrawn',
    'refused',
  ]),
  source: z.enum(['person_server', 'agent', 'person']),
  /** `requested`, `granted`, `denied`, `expired`, `withdrawn`, `voided`, `reported`, … */
  outcome: z.string().optional(),
  decidedBy: z
    .object({ person: z.string().optional(), policy: z.string().optional(), reviewer: z.string().optional() })
    .loose()
    .optional(),
  requestId: z.string().optional(),
  agent: z.string(),
  resource: z.string().optional(),
  scope: z.string().optional(),
  action: z.string().optional(),
  description: z.string().optional(),
  parameters: opaque.optional(),
  result: z.unknown().optional(),
});

export const TerminationReport = z.object({
  s256: z.string(),
  terminatedAt: instant,
  reason: z.string(),
  /** The words whoever ended it gave for it. */
  note: z.string().optional(),
  voided: z.array(z.string()),
  tokens: z.array(
    z.object({
      jti: z.string(),
      resource: z.string(),
      expiresAt: instant,
      revocation: z.enum(['acknowledged', 'sent', 'failed', 'no_endpoint']),
      acknowledgedAt: instant.optional(),
    }),
  ),
  authorityEndsAt: instant,
  agentToldAt: instant.optional(),
  activityAfter: z.array(LogEntry),
});

export const BoundAgent = z.object({
  id: z.string(),
  agent: z.string(),
  iss: z.string(),
  person: z.string(),
  boundAt: instant,
  revokedAt: instant.optional(),
});

/**
 * What a server can do beyond listing and deciding; cards say in words what it cannot. With `complete` a mission can be
 * ended as done though its agent proposed no completion. With `narrow` an approval carries
 * terms: less than was asked, and how far the yes reaches (`apply`).
 */
export const capabilities = [
  'actor',
  'reason',
  'digest',
  'ask',
  'answer',
  'narrow',
  'revoke',
  'log_denials',
  'complete',
  'events',
] as const;

export const Description = z.object({
  issuer: z.string(),
  capabilities: z.array(z.string()),
  limits: z.record(z.string(), z.unknown()),
});

/** Something changed: ids only, the reader looks at the truth. `cursor` resumes a watch after it. */
export const Change = z.object({
  cursor: z.string(),
  kind: z.enum(['request', 'mission', 'log']),
  requestId: z.string().optional(),
  missionS256: z.string().optional(),
});

export type Spending = z.infer<typeof Spending>;
export type DecidedBy = z.infer<typeof DecidedBy>;
export type Clarification = z.infer<typeof Clarification>;
export type Request = z.infer<typeof Request>;
export type MissionSummary = z.infer<typeof MissionSummary>;
export type Token = z.infer<typeof Token>;
export type Mission = z.infer<typeof Mission>;
export type LogEntry = z.infer<typeof LogEntry>;
export type TerminationReport = z.infer<typeof TerminationReport>;
export type BoundAgent = z.infer<typeof BoundAgent>;
export type Description = z.infer<typeof Description>;
export type Change = z.infer<typeof Change>;
