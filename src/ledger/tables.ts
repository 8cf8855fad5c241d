// The ledger's tables as the query builder sees them; `migrations/` is the truth about their columns.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Press } from '#cards/card.ts';
import type { Happening, Platform } from '#chat/chat.ts';
import type { JudgementState } from '#ledger/judgements.ts';
import type { Acceptance } from '#ledger/reviews.ts';
import type { Ways } from '#ledger/visits.ts';
import type { DecidedBy } from '#mission-control/facts.ts';
import type { Submitted } from '#page/page.ts';

/** Goes in as JSON text and comes out parsed. */
type Json<T> = ColumnType<T, string, string>;

export type WallTable = {
  id: Generated<string>;
  number: GeneratedAlways<number>;
  subject: string;
  platform: Platform;
  tenant: string;
  channel: string;
  root: string | null;
  thread: string | null;
  mission_s256: string | null;
  request_id: string | null;
  wanted: Json<unknown>;
  wanted_digest: string;
  seen_at: Date;
  settled: boolean;
  urgency: number;
  message: string | null;
  posted_thread: string | null;
  shown_digest: string | null;
  shown_at: Date | null;
  presses: ColumnType<readonly Press[] | null, string | null, string | null>;
  attempted_at: Date | null;
  claimed_until: Date | null;
  not_before: Generated<Date>;
  attempts: Generated<number>;
  maybe_twice: Generated<boolean>;
  fault: string | null;
  undrawn: Generated<number>;
};

export type PictureTable = { tenant: string; digest: string; file: string; brought_at: Generated<Date> };

export type PlaceTable = {
  platform: Platform;
  tenant: string;
  channel: string;
  next_at: Generated<Date>;
  quiet_until: Generated<Date>;
  shared: Generated<boolean>;
  checked_at: Generated<Date>;
  route: Json<unknown> | null;
};

export type InboxTable = {
  id: string;
  happening: Json<Happening | Submitted>;
  received_at: Date;
  claimed_until: Date | null;
  attempts: Generated<number>;
  done_at: Date | null;
  outcome: string | null;
};

export type ProposalAnswer = 'confirmed' | 'cancelled';

export type ProposalTable = {
  id: Generated<string>;
  source: string;
  missions: Json<string[]>;
  note: string | null;
  proposed_by: string;
  made_at: Date;
  expires_at: Date;
  answer: ProposalAnswer | null;
  answered_by: Json<DecidedBy> | null;
  answered_at: Date | null;
};

export type VoteTable = {
  id: GeneratedAlways<number>;
  source: string;
  request_id: string;
  digest: string;
  reach: 'once' | 'mission' | 'always' | null;
  person: string;
  say: string;
  delegation: string | null;
  actor: string;
  via: string;
  signed_in: Generated<boolean>;
  cast_at: Date;
  closed: Generated<boolean>;
};

export type DelegationTable = {
  id: Generated<string>;
  source: string;
  principal: string;
  delegate: string;
  made_at: Date;
  until: Date;
  revoked_at: Date | null;
};

export type HoldTable = {
  id: GeneratedAlways<number>;
  mission_s256: string;
  /** One happening may hold several missions; the act's source names both. */
  source: string;
  held_by: Json<DecidedBy>;
  held_at: Date;
  note: string | null;
  released_source: string | null;
  released_by: Json<DecidedBy> | null;
  released_at: Date | null;
};

export type DoneSaidTable = { mission_s256: string; request_id: string; said_at: Date };

export type StaleQuestionTable = {
  mission_s256: string;
  number: number;
  why: 'idle' | 'ending' | 'overdue';
  asked_at: Date;
  kept_source: string | null;
  kept_by: Json<DecidedBy> | null;
  kept_at: Date | null;
};

export type ClaimTable = {
  request_id: string;
  person: string;
  by: Json<DecidedBy>;
  claimed_at: Date;
  until: Date;
};

export type VisitTable = {
  id: Generated<string>;
  request_id: string;
  only_person: string | null;
  ways: Json<Ways>;
  token_hash: string | null;
  opened_at: Date;
  expires_at: Date;
  pairing: Json<unknown> | null;
  pairings: Generated<number>;
  state_hash: string | null;
  sign_in: Json<unknown> | null;
  proof: Json<unknown> | null;
  proven_at: Date | null;
  wrong: Generated<number>;
  ended_at: Date | null;
  ended_why: string | null;
  told: Json<unknown> | null;
};

export type BatchItemTable = {
  request_id: string;
  batch: string;
  number: number;
  alike: string;
  apart: Generated<boolean>;
};

export type BatchWaitingTable = {
  request_id: string;
  number: GeneratedAlways<number>;
  alike: string;
};

export type ReminderTable = {
  request_id: string;
  number: number;
  subject: string;
  thread: string;
  given_at: Date;
};

export type ActTable = {
  seq: number;
  source: string;
  at: Date;
  verb: string;
  surface: string;
  subject: string;
  digest: string | null;
  outcome: string;
  answer: Json<unknown>;
  actor: string | null;
  person: string | null;
  said: string | null;
  salt: string | null;
  who: string;
  previous: string;
  hash: string;
  receipt: string;
};

export type ReceiptKeyTable = { kid: string; private_jwk: Json<unknown>; made_at: Date };

export type ReviewTable = {
  mission_s256: string;
  memo: Json<unknown> | null;
  accepted: Json<Acceptance[]>;
  finding: Generated<number>;
  standing: Json<unknown> | null;
  review: Json<unknown> | null;
  reviewed_at: Date | null;
  claimed_until: Date | null;
  acted: Generated<number>;
  guarded: Generated<boolean>;
};

export type BriefTable = {
  request_id: string;
  digest: string;
  mission_s256: string;
  attempts: number;
  claimed_until: Date | null;
  made_at: Date | null;
  word: Json<unknown> | null;
};

export type InquiryTable = {
  id: GeneratedAlways<number>;
  source: string;
  mission_s256: string;
  finding: number;
  question: string;
  asked_by: Json<DecidedBy>;
  asked_at: Date;
  request_id: string | null;
  put_at: Date | null;
  dropped_at: Date | null;
};

export type JudgementTable = {
  request_id: string;
  digest: string;
  mission_s256: string;
  names: Json<string[]>;
  taken_at: Date;
  state: JudgementState;
  reason: string | null;
  fit: Json<unknown> | null;
  proof: string | null;
  settled_at: Date | null;
};

export type SpendTable = { day: string; account: string; tokens: number };

export type TalkTable = { thread: string; talk: Json<unknown>; kept_at: Date };

export type BookmarkTable = { name: string; value: string };

export type LedgerTables = {
  'chaperone.wall': WallTable;
  'chaperone.picture': PictureTable;
  'chaperone.place': PlaceTable;
  'chaperone.inbox': InboxTable;
  'chaperone.proposal': ProposalTable;
  'chaperone.vote': VoteTable;
  'chaperone.delegation': DelegationTable;
  'chaperone.hold': HoldTable;
  'chaperone.claim': ClaimTable;
  'chaperone.visit': VisitTable;
  'chaperone.reminder': ReminderTable;
  'chaperone.batch_item': BatchItemTable;
  'chaperone.batch_waiting': BatchWaitingTable;
  'chaperone.stale_question': StaleQuestionTable;
  'chaperone.done_said': DoneSaidTable;
  'chaperone.act': ActTable;
  'chaperone.receipt_key': ReceiptKeyTable;
  'chaperone.review': ReviewTable;
  'chaperone.brief': BriefTable;
  'chaperone.inquiry': InquiryTable;
  'chaperone.judgement': JudgementTable;
  'chaperone.spend': SpendTable;
  'chaperone.talk': TalkTable;
  'chaperone.bookmark': BookmarkTable;
};
