// The store's shape, as this room sees it. `migrations/` makes it; nothing outside the room reads it.
import { CamelCasePlugin, type ColumnType, type Generated, type Kysely, type Transaction } from 'kysely';
import type { PublicJwk } from '#aauth/key.ts';
import type { Database } from '#database/database.ts';
import type { Federation } from '#person-server/access-server.ts';
import type { Budget } from '#person-server/budget.ts';

/** Written as text, because the drivers disagree about what a JavaScript array is; read back as what it says. */
type Json<T> = ColumnType<T, string, string>;
type MaybeJson<T> = ColumnType<T | null, string | null, string | null>;

export type DecidedBy = { readonly person: string; readonly via: string; readonly id: string };
export type Tool = { readonly name: string; readonly description?: string | undefined };

export type RequestType =
  | 'mission'
  | 'mission_update'
  | 'mission_completion'
  | 'person_token'
  | 'auth_token'
  | 'permission'
  | 'interaction'
  | 'payment'
  | 'question'
  | 'claims';

export type RequestState =
  | 'open'
  | 'clarifying'
  | 'approved'
  | 'denied'
  | 'answered'
  | 'expired'
  | 'withdrawn'
  | 'voided'
  | 'failed';

/** What a person is shown of a request, kept apart by who vouches for it (draft §consent-presentation). */
export type Asserted = {
  readonly verified: {
    readonly provider?: { readonly issuer: string; readonly name?: string; readonly logoUri?: string };
    readonly resource?: { readonly issuer: string; readonly known: boolean };
    readonly chain?: { readonly agent: string; readonly resource: string }[];
    readonly granted?: string[];
    /** What a yes tells about the person, and whom: names of claims, never their values. */
    readonly told?: { readonly party: string; readonly claims: string[] };
    /** How the money stands that a yes would add to. */
    readonly spending?: {
      readonly unit: string;
      readonly decimals: number;
      readonly allowed: number;
      readonly used: number;
      readonly held: number;
      readonly left: number;
      readonly reportedAt?: string;
    };
  };
  readonly resource: {
    readonly issuer?: string;
    readonly name?: string;
    readonly description?: string;
    /** The credential it expects, as its metadata says (draft §resource-metadata). */
    readonly accessMode?: string;
    readonly scope?: { readonly value: string; readonly description?: string }[];
    readonly account?: string;
    readonly interaction?: string;
    readonly budget?: Record<string, unknown>;
    /** What an access server says about being paid. */
    readonly payment?: Record<string, unknown>;
  };
  readonly agent: {
    readonly justification?: string;
    readonly description?: string;
    readonly tools?: { readonly name: string; readonly description?: string }[];
    readonly resources?: string[];
    readonly action?: string;
    readonly parameters?: Record<string, unknown>;
    readonly summary?: string;
    readonly question?: string;
    readonly options?: string[];
    readonly url?: string;
    readonly platform?: string;
    readonly device?: string;
  };
};

/** For whose key a token is made, and the moment no token of this request may outlive. Times are ISO 8601. */
export type TokenTerms = {
  readonly jwk: PublicJwk;
  readonly notAfter: string;
  readonly subagent?: string;
  readonly tenant?: string;
  readonly upstream?: { readonly iss: string; readonly jti: string };
};

/** What follows when the answer is yes. */
export type Wanted =
  | ({
      readonly type: 'mission';
      readonly description: string;
      readonly tools?: readonly Tool[];
      readonly resources?: readonly string[];
    } & TokenTerms)
  | { readonly type: 'mission_update'; readonly description: string }
  | { readonly type: 'mission_completion'; readonly summary: string }
  | ({ readonly type: 'person_token'; readonly resource: string } & TokenTerms)
  | ({
      readonly type: 'auth_token';
      readonly resource: string;
      readonly scope: readonly string[];
      readonly account?: string;
      readonly budget?: Budget;
      /** Why nobody was asked, where the person's policy granted it and the access server has yet to. */
      readonly policy?: string;
      /** What is told about the person with it, as far as its scope is granted. */
      readonly claims?: readonly string[];
      /** The directed identifier the resource token carries. */
      readonly sub: string;
      readonly presentedJti: string;
      readonly agentJkt: string;
      readonly resourceTokenJti: string;
      /** `notAfter` without the presented token's end, for a request that is updated with another one. */
      readonly partiesNotAfter: string;
      /** Four-party: who issues the token, and what the agent brought for it to look at. */
      readonly federated?: {
        readonly accessServer: string;
        readonly tokens: Readonly<Record<string, string>> & { readonly agent_token: string };
      };
    } & TokenTerms)
  | { readonly type: 'permission'; readonly action: string }
  | { readonly type: 'interaction'; readonly url?: string; readonly code?: string }
  | ({
      readonly type: 'payment';
      readonly url?: string;
      readonly code?: string;
      /** The access server that wants to be paid, where it is one and not the agent that asks. */
      readonly party?: string;
    } & Pick<TokenTerms, 'upstream'>)
  | { readonly type: 'question'; readonly question: string }
  /** What the access server of a granted request wants to know; the answer goes to it, when the agent comes for its token. */
  | ({
      readonly type: 'claims';
      readonly party: string;
      readonly claims: readonly string[];
    } & Pick<TokenTerms, 'upstream'>);

export type DecidingAction = 'approve' | 'deny' | 'answer';
export type Reach = 'once' | 'mission' | 'always';

/** How a request ended by a person's word. The narrowing is kept: the tokens are made from it when the agent comes. */
export type Decided = {
  readonly action: DecidingAction;
  readonly decidedBy: DecidedBy;
  readonly decidedAt: string;
  readonly reason?: string;
  readonly answer?: string;
  readonly apply?: Reach;
  readonly scope?: readonly string[];
  readonly approvedResources?: readonly string[];
};

/** A closed request's answer to its agent, where the state alone does not say it. */
export type Answer =
  | { readonly kind: 'body'; readonly body: Record<string, unknown> }
  | { readonly kind: 'problem'; readonly status: number; readonly error: string; readonly detail: string };

export type LogKind =
  | 'mission_approved'
  | 'person_token'
  | 'auth_token'
  | 'permission'
  | 'audit'
  | 'interaction'
  | 'payment'
  | 'question'
  | 'clarification'
  | 'update'
  | 'completion'
  | 'terminated'
  | 'revoked'
  | 'withdrawn'
  | 'refused';

export type TerminationReason = 'completed' | 'revoked' | 'expired' | 'superseded' | 'administrative';

export type Tables = {
  signingKey: {
    kid: string;
    privateJwk: Json<Record<string, unknown>>;
    createdAt: Date;
    signsFrom: Date;
    publishedUntil: Date | null;
  };
  agentBinding: {
    id: string;
    iss: string;
    sub: string;
    person: string;
    boundAt: Date;
    requestId: string | null;
    revokedAt: Date | null;
    revokedBy: MaybeJson<DecidedBy>;
  };
  directedSubject: { person: string; resource: string; sub: string; createdAt: Date };
  namedResource: { agentIss: string; agentSub: string; resource: string; namedAt: Date };
  mission: {
    s256: string;
    number: Generated<number>;
    person: string;
    agentIss: string;
    agentSub: string;
    blob: Uint8Array;
    description: string;
    approvedTools: MaybeJson<{ name: string; description?: string }[]>;
    approvedResources: MaybeJson<string[]>;
    requestId: string;
    approvedAt: Date;
    expiresAt: Date | null;
    terminatedAt: Date | null;
    terminationReason: TerminationReason | null;
    terminationNote: string | null;
    terminatedBy: MaybeJson<DecidedBy>;
    terminatedSeq: number | null;
    agentToldAt: Date | null;
    logSeq: Generated<number>;
    updates: Generated<number>;
    lastActivityAt: Date;
  };
  missionUpdate: {
    s256: string;
    missionS256: string;
    number: number;
    bytes: Uint8Array;
    description: string;
    acceptedAt: Date;
    requestId: string;
  };
  request: {
    id: string;
    number: Generated<number>;
    /** The unguessable last part of the pending URL. */
    pending: string;
    /** The interaction code, folded. */
    code: string;
    type: RequestType;
    state: RequestState;
    digest: string;
    person: string;
    missionS256: string | null;
    agentIss: string;
    agentSub: string;
    /** The sub-agent this is for; the agent above is its parent, who asks and polls. */
    subagent: string | null;
    agentNew: boolean;
    asserted: Json<Asserted>;
    wanted: Json<Wanted>;
    previous: MaybeJson<{ digest: string } & Record<string, unknown>>;
    openedAt: Date;
    /** The end of the request as it was opened. */
    deadline: Date;
    /** When it ends as things stand: the deadline, or the earlier moment a clarification has to be answered by. */
    expiresAt: Date;
    rounds: Generated<number>;
    /** When the person was first seen at it: the agent then reads `interacting`. */
    arrivedAt: Date | null;
    decision: MaybeJson<Decided>;
    answer: MaybeJson<Answer>;
    closedAt: Date | null;
    deliveredAt: Date | null;
    /** Where it waits at its access server. */
    federation: MaybeJson<Federation>;
    /** The end of the address a resource sends the person back to, and when it did. */
    callback: string | null;
    returnedAt: Date | null;
    /** What its agent signed, as one digest; null where it was opened by none. */
    signed: string | null;
  };
  clarification: {
    requestId: string;
    round: number;
    question: string;
    askedBy: Json<DecidedBy>;
    askedAt: Date;
    options: MaybeJson<string[]>;
    answerBy: Date | null;
    answer: string | null;
    answeredAt: Date | null;
  };
  consent: {
    id: Generated<number>;
    person: string;
    agentIss: string;
    agentSub: string;
    /** Null: a standing consent, in every mission and in none. */
    missionS256: string | null;
    kind: 'person_token' | 'auth_token' | 'permission' | 'claim';
    resource: string | null;
    account: string | null;
    /** One scope value, the action, or the name of a claim. */
    value: string | null;
    requestId: string;
    givenAt: Date;
  };
  logEntry: {
    id: Generated<number>;
    missionS256: string | null;
    seq: number | null;
    at: Date;
    kind: LogKind;
    source: 'person_server' | 'agent' | 'person';
    outcome: string | null;
    decidedBy: MaybeJson<Record<string, unknown>>;
    requestId: string | null;
    agent: string;
    resource: string | null;
    scope: string | null;
    action: string | null;
    description: string | null;
    parameters: MaybeJson<Record<string, unknown>>;
    result: MaybeJson<unknown>;
  };
  token: {
    jti: string;
    kind: 'person' | 'auth';
    person: string;
    agentIss: string;
    agentSub: string;
    subagentSub: string | null;
    missionS256: string | null;
    resource: string;
    directedSub: string;
    scope: string | null;
    requestId: string | null;
    presentedJti: string | null;
    upstreamIss: string | null;
    upstreamJti: string | null;
    /** Who issued it, where that is not this server. */
    accessServer: string | null;
    issuedAt: Date;
    expiresAt: Date;
    revokedAt: Date | null;
    revocation: 'acknowledged' | 'sent' | 'failed' | 'no_endpoint' | null;
    acknowledgedAt: Date | null;
    /** When its resource has to be told of the revocation, and how often that was tried. */
    announceAt: Date | null;
    announced: Generated<number>;
    /** What it may spend and for which account, and what its resource metered against it, once it has said so. */
    budget: MaybeJson<Budget & { readonly account?: string }>;
    consumed: Generated<number | null>;
    consumedAt: Generated<Date | null>;
  };
  allowance: {
    missionS256: string;
    resource: string;
    /** Empty where the resource names none. */
    account: string;
    unit: string;
    decimals: number;
    allowed: number;
    total: number | null;
    totalAt: Date | null;
  };
  revocation: {
    iss: string;
    jti: string;
    revokedAt: Date;
    until: Date;
    /** The unguessable last part of the URL its cascade is asked after at, where it takes longer. */
    pending: Generated<string | null>;
    answeredAt: Generated<Date | null>;
  };
  agentToken: { iss: string; jti: string; sub: string; until: Date };
  signedRequest: { signed: string; until: Date };
  event: {
    id: Generated<number>;
    kind: 'request' | 'mission' | 'log';
    requestId: string | null;
    missionS256: string | null;
    at: Date;
  };
};

/** The store, or a transaction on it. */
export type Store = Kysely<Tables>;
export type Within = Transaction<Tables>;

/** This room's own view of the database: its schema, its tables, members in camelCase (what is inside JSON is left alone). */
export function openStore(database: Database): Store {
  return database
    .as<Tables>()
    .withSchema('person_server')
    .withPlugin(new CamelCasePlugin({ maintainNestedObjectKeys: true }));
}
