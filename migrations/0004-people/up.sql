-- People, what proves who they are, and what they may see.
--
-- Secrets are kept as hashes only: passwords by argon2id, sessions and tokens by SHA-256 (both are
-- 256 random bits, which no slow hash makes safer). The role tieout_api and its privileges are
-- made at start by src/store/ensure-api-role.ts, because a migration must not fail where the
-- ledger's owner may not create roles.

-- ---------------------------------------------------------------- people

create table account (
  id uuid primary key,
  person_id uuid not null references person (id),
  kind text not null check (kind in ('local', 'oidc')),
  -- What is typed at sign-in, or the address that the identity provider vouches for; lower case.
  login text not null check (login = lower(login)),
  password_hash text,
  issuer text,
  -- Null until the first sign-in, which binds the account to the provider's own id for good.
  subject text,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  check ((kind = 'local') = (password_hash is not null)),
  check ((kind = 'oidc') = (issuer is not null))
);
create unique index account_login on account (login) where kind = 'local';
create unique index account_address on account (issuer, login) where kind = 'oidc';
create unique index account_subject on account (issuer, subject) where subject is not null;
create index account_person on account (person_id);

-- A role is a person's, not an account's: a second account adds nothing.
create table role_grant (
  id uuid primary key,
  person_id uuid not null references person (id),
  role text not null,
  -- Null: for every legal entity, those of the future included.
  legal_entity text,
  granted_at timestamptz not null default now(),
  granted_by text not null,
  -- Why one person may hold two duties that are meant to watch each other.
  despite text,
  revoked_at timestamptz,
  revoked_by text
);
create unique index role_grant_once on role_grant (person_id, role, coalesce(legal_entity, ''))
  where revoked_at is null;

create table session (
  id uuid primary key,
  secret_hash bytea not null unique,
  account_id uuid not null references account (id),
  address text not null,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- Absolute; the idle limit counts from seen_at.
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index session_account on session (account_id) where ended_at is null;

create table api_token (
  id uuid primary key,
  person_id uuid not null references person (id),
  name text not null,
  -- The first characters, by which a person recognises a token in a list or a leak.
  prefix text not null,
  secret_hash bytea not null unique,
  permissions text[] not null,
  -- Null: wherever its person may.
  legal_entities text[],
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index api_token_person on api_token (person_id);

-- Tries at signing in, by account and by address; here, so that any number of hubs agree.
create table sign_in_try (
  kind text not null check (kind in ('account', 'address')),
  key text not null,
  tries integer not null,
  since timestamptz not null,
  primary key (kind, key)
);

-- A sign-in that is at the identity provider at this moment.
create table oidc_request (
  state_hash bytea primary key,
  browser_hash bytea not null,
  verifier text not null,
  nonce text not null,
  return_to text not null,
  expires_at timestamptz not null
);

-- ---------------------------------------------------------------- acts

-- What one person proposed and another must approve. `content_hash` is over what the approver is
-- shown: when that has changed since, the approval is refused.
create table proposal (
  id uuid primary key,
  operation text not null,
  subject text not null,
  input jsonb not null,
  content jsonb not null,
  content_hash bytea not null,
  legal_entity text,
  author_id uuid not null references person (id),
  proposed_at timestamptz not null default now(),
  expires_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'approved', 'rejected')),
  decided_by uuid references person (id),
  decided_at timestamptz,
  check (state <> 'approved' or decided_by <> author_id)
);
create unique index proposal_open on proposal (operation, subject) where state = 'open';

-- Answers to changing requests, so that the same request again gets the same answer.
create table idempotent_request (
  asker text not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  body text,
  started_at timestamptz not null default now(),
  primary key (asker, key)
);
create index idempotent_request_age on idempotent_request (started_at);

-- ---------------------------------------------------------------- what a person's request may see
--
-- Owners of tables are not bound by row security, so intake and lanes, which use the owner's
-- connection, are not slowed. A request of a person runs as tieout_api, which owns nothing, with
-- three settings of its transaction. Settings that are missing let nothing be seen.

do $$
declare
  rows_of text;
begin
  foreach rows_of in array array['event', 'handoff', 'exception_case', 'proposal'] loop
    execute format('alter table %I enable row level security', rows_of);
    execute format($policy$
      create policy of_legal_entity on %I using (
        case when legal_entity is null
          then (select coalesce(current_setting('tieout.unassigned', true), '') = 'on')
          else (select coalesce(current_setting('tieout.all_entities', true), '') = 'on')
            or legal_entity = any (
              (select nullif(current_setting('tieout.entities', true), '')::text[])::text[])
        end)$policy$, rows_of);
  end loop;
end
$$;

-- What has no legal entity of its own follows what it belongs to.
alter table attempt enable row level security;
create policy of_handoff on attempt using (exists (
  select 1 from handoff h where h.id = attempt.handoff_id
    or (attempt.handoff_id is null and h.id = any (attempt.batch))));
alter table outcome enable row level security;
create policy of_handoff on outcome using (
  case when handoff_id is null
    then exists (select 1 from attempt a where a.id = outcome.attempt_id)
    else exists (select 1 from handoff h where h.id = outcome.handoff_id) end);
alter table mention enable row level security;
create policy of_object on mention using (
  (select coalesce(current_setting('tieout.unassigned', true), '') = 'on')
  or exists (select 1 from event e where e.subject = split_part(mention.object, '#', 1)));
alter table effect enable row level security;
create policy of_object on effect using (
  (select coalesce(current_setting('tieout.unassigned', true), '') = 'on')
  or exists (select 1 from event e where e.subject = split_part(effect.object, '#', 1)));

-- What was never understood has no entity; a raw message has none before it is understood.
alter table dead_letter enable row level security;
create policy of_nobody on dead_letter using (
  (select coalesce(current_setting('tieout.unassigned', true), '') = 'on'));
alter table inbound enable row level security;
create policy of_nobody on inbound using (
  (select coalesce(current_setting('tieout.unassigned', true), '') = 'on'));

-- The raw message of an event, for those who may see the event. The view is its owner's, so it
-- repeats the condition of `event` itself.
create view raw_of_event with (security_barrier) as
select e.id as event_id, i.id as inbound_id, i.connection, i.kind, i.fact_id, i.origin,
  i.received_at, i.body, i.key_id
from event e join inbound i on i.id = e.inbound_id
where not row_security_active('event')
  or case when e.legal_entity is null
    then (select coalesce(current_setting('tieout.unassigned', true), '') = 'on')
    else (select coalesce(current_setting('tieout.all_entities', true), '') = 'on')
      or e.legal_entity = any (
        (select nullif(current_setting('tieout.entities', true), '')::text[])::text[])
  end;
