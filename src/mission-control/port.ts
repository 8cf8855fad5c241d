// The door to whichever Person Server oversees the missions: the few verbs the bot needs, in its own words.
import type {
  BoundAgent,
  Change,
  DecidedBy,
  Description,
  LogEntry,
  Mission,
  MissionSummary,
  Request,
  TerminationReport,
} from '#mission-control/facts.ts';

export type Page = { readonly after?: string; readonly limit?: number };

export type RequestFilter = Page & {
  readonly state?: 'open' | 'closed';
  readonly missionS256?: string;
  readonly agent?: string;
  readonly person?: string;
};

/** `q` searches descriptions and agent ids. */
export type MissionFilter = Page & {
  readonly status?: 'active' | 'terminated';
  readonly agent?: string;
  readonly person?: string;
  readonly q?: string;
};

/** Approving may narrow what was asked, never widen it. */
export type Narrowing = {
  readonly scope?: string;
  readonly description?: string;
  readonly approvedTools?: readonly { readonly name: string; readonly description?: string }[];
  readonly approvedResources?: readonly string[];
  readonly expiresAt?: Date;
};

export type Decision = { readonly digest: string; readonly decidedBy: DecidedBy } & (
  | {
      readonly action: 'approve';
      readonly narrow?: Narrowing;
      readonly apply?: 'once' | 'mission' | 'always';
    }
  | { readonly action: 'deny'; readonly reason?: string }
  | {
      readonly action: 'ask';
      readonly question: string;
      readonly options?: readonly string[];
      readonly timeoutSeconds?: number;
    }
  | { readonly action: 'answer'; readonly answer: string }
);

/** What became of a decision. Everything but `decided` changed nothing; the request is shown as it now is. */
export type Outcome =
  | { readonly kind: 'decided'; readonly request: Request }
  | {
      readonly kind:
        | 'already_decided'
        | 'request_changed'
        | 'mission_terminated'
        | 'expired'
        | 'too_many_rounds';
      readonly request: Request;
    }
  | { readonly kind: 'request_not_found' }
  | { readonly kind: 'invalid_request'; readonly detail: string };

export type Termination = {
  /** `completed` only where the server has the capability `complete`. */
  readonly reason: 'completed' | 'revoked' | 'superseded' | 'administrative';
  readonly note?: string;
  readonly decidedBy: DecidedBy;
};

/**
 * Every verb throws MissionControlError when the server cannot be asked; `undefined` means it knows no such thing.
 * Lists are bounded pages: `after` of an answer is the cursor of the next page, absent on the last.
 */
export type MissionControl = {
  describe(): Promise<Description>;
  /** Oldest first. */
  listRequests(filter: RequestFilter): Promise<{ requests: Request[]; after?: string }>;
  readRequest(id: string): Promise<Request | undefined>;
  decide(id: string, decision: Decision): Promise<Outcome>;
  /** Newest first. */
  listMissions(filter: MissionFilter): Promise<{ missions: MissionSummary[]; after?: string }>;
  readMission(s256: string): Promise<Mission | undefined>;
  /** Entries with `seq` greater than `after`, in order; `after` of the answer is the last one's seq when there are more. */
  readLog(
    s256: string,
    page: { after?: number; limit?: number },
  ): Promise<{ entries: LogEntry[]; after?: number }>;
  /** Ends a mission. Saying it again returns the same report. */
  terminate(s256: string, termination: Termination): Promise<TerminationReport | undefined>;
  readTermination(s256: string): Promise<TerminationReport | undefined>;
  listAgents(filter: { person?: string }): Promise<BoundAgent[]>;
  /** Ends an agent's binding to its person. Saying it again changes nothing; false when there never was one. */
  revokeAgent(id: string, decidedBy: DecidedBy): Promise<boolean>;
  /** Yields changes after `after` (or from now) until the signal aborts. Never the only way to learn of one: readers reconcile. */
  watch(options: { after?: string; signal: AbortSignal }): AsyncIterable<Change>;
};
