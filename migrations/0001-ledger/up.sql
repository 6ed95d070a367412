-- The ledger. The order follows the way of one event: in, log, handoff, attempt, outcome.
--
-- Ids are UUIDs whose first 48 bits are milliseconds, so range partitions on the id are partitions
-- by month and the primary key holds over all of them. Partitions are made by the store.
-- row_hash is SHA-256 over the row's stored bytes; key_id names the key a body is ciphered under,
-- null while it is clear. Both stand from the first day: sealing and ciphering need no rewrite.

-- ---------------------------------------------------------------- in

create table inbound (
  id uuid not null,
  connection text not null,
  fact_id text not null,
  kind text not null,
  origin text not null check (origin in ('webhook', 'sweep', 'list')),
  received_at timestamptz not null,
  body bytea not null,
  key_id integer,
  row_hash bytea not null,
  primary key (id)
) partition by range (id);

-- One row per fact, for good: what makes the second telling of a fact a duplicate. `verdict` may
-- improve from dead to events (a failed first try never hides a later success), never back.
create table event_identity (
  identity uuid primary key,
  stable_hash bytea not null,
  inbound_id uuid not null,
  verdict text not null check (verdict in ('events', 'ignored', 'dead')),
  rule text
) partition by hash (identity);

create table dead_letter (
  inbound_id uuid primary key,
  identity uuid,
  connection text not null,
  kind text not null,
  code text not null,
  reason text not null,
  state text not null default 'open' check (state in ('open', 'resolved')),
  tries integer not null default 1,
  opened_at timestamptz not null default now(),
  resolved_at timestamptz
);
create index dead_letter_open on dead_letter (code, opened_at) where state = 'open';

-- ---------------------------------------------------------------- log

create table event (
  id uuid not null,
  type text not null,
  contract_version smallint not null,
  connection text not null,
  subject text not null,
  version bigint not null,
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  correlation_id uuid not null,
  causation_id uuid,
  inbound_id uuid not null,
  origin text not null,
  region text,
  legal_entity text,
  amount_minor numeric,
  currency char(3),
  refs text not null,
  data bytea not null,
  key_id integer,
  row_hash bytea not null,
  primary key (id)
) partition by range (id);
create index event_subject on event (subject);
create index event_correlation on event (correlation_id);

-- Any other id by which a person may look for an object.
create table mention (
  key text not null,
  object text not null,
  primary key (key, object)
);

create table route_skip (
  event_id uuid not null,
  flow text not null,
  target text not null,
  rule text not null,
  primary key (event_id, flow, rule)
);

-- ---------------------------------------------------------------- handoffs

create table handoff (
  id uuid not null,
  event_id uuid not null,
  correlation_id uuid not null,
  target text not null,
  budget text not null,
  flow text not null,
  flow_version integer not null,
  operation text not null,
  effect text not null check (effect in ('fact', 'state')),
  object text not null,
  version bigint not null,
  -- False where the target merges by version itself, so that no order among handoffs is needed.
  ordered boolean not null default true,
  reference text not null,
  generation integer not null default 0,
  class smallint not null,
  deadline_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'ready', 'sent', 'awaiting',
    'unknown', 'confirmed', 'excepted', 'excluded', 'superseded')),
  reason text,
  not_before timestamptz,
  lane_seat smallint,
  fence bigint,
  attempts integer not null default 0,
  probes integer not null default 0,
  last_attempt uuid,
  external_id text,
  legal_entity text,
  amount_minor numeric,
  currency char(3),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (id)
) partition by range (id);
-- The oldest open handoff of an object, in source order.
create index handoff_open on handoff (target, object, version, id)
  where ordered and state not in ('confirmed', 'excluded', 'superseded');
-- What a seat may claim, in the order in which it claims.
create index handoff_ready on handoff (budget, class, deadline_at, id) where state = 'ready';
create index handoff_due on handoff (budget, not_before)
  where state in ('unknown', 'waiting') and not_before is not null;
-- What waits without a head to be released by.
create index handoff_unordered on handoff (id) where state = 'waiting' and not ordered;
-- What waits for a need or behind another, for the sweeper's walk.
create index handoff_waiting on handoff (id)
  where state = 'waiting' and ordered and not_before is null;
create index handoff_event on handoff (event_id);
-- Taking a lane over must find what its last holder left behind.
create index handoff_sent on handoff (budget, lane_seat) where state = 'sent';

create table handoff_need (
  target text not null,
  object text not null,
  handoff_id uuid not null,
  primary key (target, object, handoff_id)
);
create index handoff_need_of on handoff_need (handoff_id);

-- One row per business object and target: who may go now, and the newest state that is there.
create table object_head (
  target text not null,
  object text not null,
  open_handoff uuid,
  confirmed_version bigint,
  primary key (target, object)
) partition by hash (target, object);

-- This object is that external id in that system.
create table link (
  target text not null,
  object text not null,
  external_id text not null,
  number text,
  reference text not null,
  linked_at timestamptz not null default now(),
  primary key (target, object)
) partition by hash (target, object);
create index link_external on link (external_id);
create index link_number on link (number) where number is not null;

-- Uniqueness of an effect, for good.
create table effect (
  reference text primary key,
  target text not null,
  object text not null,
  operation text not null,
  external_id text,
  first_sent_at timestamptz not null default now(),
  confirmed_at timestamptz
) partition by hash (reference);

-- ---------------------------------------------------------------- attempts and outcomes

-- One row a call. A bulk call carries many handoffs: handoff_id is null and `batch` names them.
create table attempt (
  id uuid not null,
  handoff_id uuid,
  batch uuid[],
  kind text not null check (kind in ('send', 'probe')),
  number integer not null,
  budget text not null,
  lane_seat smallint not null,
  fence bigint not null,
  reference text,
  send_key text,
  guard text not null,
  request_hash bytea not null,
  request bytea,
  key_id integer,
  send_by timestamptz not null,
  settles_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  row_hash bytea not null,
  primary key (id)
) partition by range (id);
create index attempt_handoff on attempt (handoff_id);

create table outcome (
  id uuid not null,
  attempt_id uuid not null,
  handoff_id uuid,
  class text not null,
  code text,
  message text,
  external_id text,
  answer text,
  duration_ms integer,
  recorded_at timestamptz not null default clock_timestamp(),
  row_hash bytea not null,
  primary key (id)
) partition by range (id);
create index outcome_handoff on outcome (handoff_id);

-- ---------------------------------------------------------------- exceptions

create table exception_case (
  id uuid primary key,
  kind text not null check (kind in ('handoff', 'inbound', 'object')),
  cause text not null,
  code text not null,
  title text not null,
  message text not null,
  handoff_id uuid,
  inbound_id uuid,
  target text,
  object text,
  legal_entity text,
  amount_minor numeric,
  currency char(3),
  owner_role text not null default 'analyst',
  assignee text,
  state text not null default 'open' check (state in ('open', 'resolved', 'excluded')),
  resolution text,
  opened_at timestamptz not null default now(),
  resolved_at timestamptz
);
create index exception_open on exception_case (cause, opened_at) where state = 'open';
create index exception_handoff on exception_case (handoff_id) where handoff_id is not null;

-- ---------------------------------------------------------------- budgets, lanes, hubs

create table budget (
  name text primary key,
  concurrency smallint not null,
  rate_per_second numeric,
  tokens_used_until timestamptz not null default now(),
  paused_until timestamptz,
  pause_code text
);

create table lane (
  budget text not null references budget (name),
  seat smallint not null,
  fence bigint not null default 0,
  holder text,
  lease_until timestamptz,
  asleep boolean not null default true,
  primary key (budget, seat)
) with (fillfactor = 50);

create table hub (
  name text primary key,
  address text,
  version text not null,
  seen_at timestamptz not null
);

-- ---------------------------------------------------------------- sweeps

create table stream_cursor (
  connection text not null,
  stream text not null,
  cursor text,
  swept_at timestamptz,
  primary key (connection, stream)
);

-- An object that something waits for and no event has told us of.
create table object_fetch (
  object text primary key,
  state text not null default 'wanted' check (state in ('wanted', 'done', 'gone')),
  tries integer not null default 0,
  not_before timestamptz not null default now(),
  message text
);

-- ---------------------------------------------------------------- people's acts

create table audit (
  id uuid primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  second_actor text,
  operation text not null,
  subject text not null,
  reason text,
  before jsonb,
  after jsonb,
  expires_at timestamptz,
  row_hash bytea not null
);
create index audit_subject on audit (subject);

-- Two people are two people, not two accounts.
create table person (
  id uuid primary key,
  name text not null unique
);

create table sending_permission (
  only_row boolean primary key default true check (only_row),
  epoch integer not null default 1,
  allowed boolean not null default true,
  reason text
);
insert into sending_permission default values;

-- ---------------------------------------------------------------- what is never changed

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed: corrections are new rows', tg_table_name
    using errcode = 'restrict_violation';
end
$$;

create trigger inbound_immutable before update or delete on inbound
  for each row execute function refuse_change();
create trigger event_immutable before update or delete on event
  for each row execute function refuse_change();
create trigger attempt_immutable before update or delete on attempt
  for each row execute function refuse_change();
create trigger outcome_immutable before update or delete on outcome
  for each row execute function refuse_change();
create trigger audit_immutable before update or delete on audit
  for each row execute function refuse_change();

-- Hash partitions, fixed in number. Four: each one is opened by every set-based update, and costs
-- it about 0.1 ms; more would buy nothing before tens of millions of rows.
do $$
declare
  parent text;
begin
  foreach parent in array array['event_identity', 'object_head', 'link', 'effect'] loop
    for part in 0..3 loop
      execute format(
        'create table %I partition of %I for values with (modulus 4, remainder %s)',
        parent || '_h' || part, parent, part);
    end loop;
  end loop;
end
$$;

-- Heads change with every release and every outcome, and no indexed column does: leave room on
-- the page, so that the new version stays on it.
do $$
begin
  for part in 0..3 loop
    execute format('alter table %I set (fillfactor = 70)', 'object_head_h' || part);
  end loop;
end
$$;
