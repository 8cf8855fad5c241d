import { type Kysely, sql } from 'kysely';

/** The Person Server's truth: who an agent acts for, what was asked, approved, granted and done, and what was signed. */
export async function up(db: Kysely<unknown>) {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'create schema person_server',

  // The secret halves live here and nowhere else. One key signs at a time; the others stay published while tokens live.
  `create table person_server.signing_key (
    kid             text primary key,
    private_jwk     jsonb not null,
    created_at      timestamptz not null,
    signs_from      timestamptz not null,
    published_until timestamptz
  )`,

  `create table person_server.agent_binding (
    id         text primary key,
    iss        text not null,
    sub        text not null,
    person     text not null,
    bound_at   timestamptz not null,
    request_id text,
    revoked_at timestamptz,
    revoked_by jsonb
  )`,
  // One person per agent: this index is the law, whatever the code above it does.
  'create unique index agent_binding_live on person_server.agent_binding (iss, sub) where revoked_at is null',
  'create index agent_binding_person on person_server.agent_binding (person, bound_at)',

  // The name a resource knows a person by: pairwise, random, and never a function of the agent.
  `create table person_server.directed_subject (
    person     text not null,
    resource   text not null,
    sub        text not null unique,
    created_at timestamptz not null,
    primary key (person, resource)
  )`,

  `create table person_server.named_resource (
    agent_iss text not null,
    agent_sub text not null,
    resource  text not null,
    named_at  timestamptz not null,
    primary key (agent_iss, agent_sub, resource)
  )`,
  'create index named_resource_recent on person_server.named_resource (agent_iss, agent_sub, named_at)',

  `create table person_server.mission (
    s256               text primary key,
    number             bigint generated always as identity unique,
    person             text not null,
    agent_iss          text not null,
    agent_sub          text not null,
    blob               bytea not null,
    description        text not null,
    approved_tools     jsonb,
    approved_resources jsonb,
    request_id         text not null unique,
    approved_at        timestamptz not null,
    expires_at         timestamptz,
    terminated_at      timestamptz,
    termination_reason text,
    termination_note   text,
    terminated_by      jsonb,
    terminated_seq     integer,
    agent_told_at      timestamptz,
    log_seq            integer not null default 0,
    updates            integer not null default 0,
    last_activity_at   timestamptz not null
  )`,
  'create index mission_agent on person_server.mission (agent_sub, number)',
  'create index mission_person on person_server.mission (person, number)',
  'create index mission_active on person_server.mission (number) where terminated_at is null',
  'create index mission_overdue on person_server.mission (expires_at) where terminated_at is null and expires_at is not null',

  `create table person_server.mission_update (
    s256         text primary key,
    mission_s256 text not null references person_server.mission (s256),
    number       integer not null,
    bytes        bytea not null,
    description  text not null,
    accepted_at  timestamptz not null,
    request_id   text not null,
    unique (mission_s256, number)
  )`,

  `create table person_server.request (
    id             text primary key,
    number         bigint generated always as identity unique,
    pending        text not null unique,
    code           text not null,
    type           text not null,
    state          text not null,
    digest         text not null,
    person         text not null,
    mission_s256   text references person_server.mission (s256),
    agent_iss      text not null,
    agent_sub      text not null,
    subagent       text,
    agent_new      boolean not null,
    asserted       jsonb not null,
    wanted         jsonb not null,
    previous       jsonb,
    opened_at      timestamptz not null,
    deadline       timestamptz not null,
    expires_at     timestamptz not null,
    rounds         integer not null default 0,
    arrived_at     timestamptz,
    decision       jsonb,
    answer         jsonb,
    closed_at      timestamptz,
    delivered_at   timestamptz
  )`,
  "create index request_open on person_server.request (number) where state in ('open', 'clarifying')",
  "create index request_closed on person_server.request (number) where state not in ('open', 'clarifying')",
  "create index request_overdue on person_server.request (expires_at) where state in ('open', 'clarifying')",
  'create index request_mission on person_server.request (mission_s256, number) where mission_s256 is not null',
  'create index request_agent on person_server.request (agent_sub, number)',
  "create index request_agent_open on person_server.request (agent_iss, agent_sub) where state in ('open', 'clarifying')",
  "create index request_resource_token on person_server.request ((wanted ->> 'resourceTokenJti')) where state in ('open', 'clarifying')",
  'create index request_code on person_server.request (code, number)',
  'create index request_person on person_server.request (person, number)',

  `create table person_server.clarification (
    request_id  text not null references person_server.request (id),
    round       integer not null,
    question    text not null,
    asked_by    jsonb not null,
    asked_at    timestamptz not null,
    options     jsonb,
    answer_by   timestamptz,
    answer      text,
    answered_at timestamptz,
    primary key (request_id, round)
  )`,

  `create table person_server.consent (
    id           bigint generated always as identity primary key,
    person       text not null,
    agent_iss    text not null,
    agent_sub    text not null,
    mission_s256 text references person_server.mission (s256),
    kind         text not null,
    resource     text,
    account      text,
    value        text,
    request_id   text not null,
    given_at     timestamptz not null,
    unique nulls not distinct (agent_iss, agent_sub, person, mission_s256, kind, resource, account, value)
  )`,

  `create table person_server.log_entry (
    id           bigint generated always as identity primary key,
    mission_s256 text references person_server.mission (s256),
    seq          integer,
    at           timestamptz not null,
    kind         text not null,
    source       text not null,
    outcome      text,
    decided_by   jsonb,
    request_id   text,
    agent        text not null,
    resource     text,
    scope        text,
    action       text,
    description  text,
    parameters   jsonb,
    result       jsonb,
    unique (mission_s256, seq)
  )`,

  `create table person_server.token (
    jti             text primary key,
    kind            text not null,
    person          text not null,
    agent_iss       text not null,
    agent_sub       text not null,
    subagent_sub    text,
    mission_s256    text references person_server.mission (s256),
    resource        text not null,
    directed_sub    text not null,
    scope           text,
    request_id      text,
    presented_jti   text,
    upstream_iss    text,
    upstream_jti    text,
    issued_at       timestamptz not null,
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    revocation      text,
    acknowledged_at timestamptz
  )`,
  'create index token_mission on person_server.token (mission_s256, expires_at) where mission_s256 is not null',
  'create index token_agent on person_server.token (agent_iss, agent_sub, expires_at)',
  'create index token_upstream on person_server.token (upstream_jti) where upstream_jti is not null',
  'create index token_expiry on person_server.token (expires_at)',

  // What agent providers and resources withdrew, and the agent tokens that were seen, kept until they would have expired.
  `create table person_server.revocation (
    iss        text not null,
    jti        text not null,
    revoked_at timestamptz not null,
    until      timestamptz not null,
    primary key (iss, jti)
  )`,
  'create index revocation_until on person_server.revocation (until)',
  `create table person_server.agent_token (
    iss   text not null,
    jti   text not null,
    sub   text not null,
    until timestamptz not null,
    primary key (iss, jti)
  )`,
  'create index agent_token_until on person_server.agent_token (until)',

  `create table person_server.signed_request (
    signed text primary key,
    until  timestamptz not null
  )`,
  'create index signed_request_until on person_server.signed_request (until)',

  `create table person_server.event (
    id           bigint generated always as identity primary key,
    kind         text not null,
    request_id   text,
    mission_s256 text,
    at           timestamptz not null
  )`,
  'create index event_at on person_server.event (at)',
];
