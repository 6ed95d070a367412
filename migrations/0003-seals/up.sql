-- Seals: every row of evidence stands in exactly one block, and each block names the one before.
--
-- A row's number (`tx`) is that of the transaction that wrote it. Numbers are given in the order in
-- which transactions begin to write, and rows appear in the order in which they commit: so a block
-- covers a range of numbers below the oldest transaction that still runs. Whatever is below it has
-- ended; nothing can appear there any more. Which block a row belongs to is a function of `tx`.

-- Both are replaced together when a ledger moves to another server: `seal_resume_above`.
create function ledger_tx() returns bigint language sql volatile parallel restricted as $$
  select pg_current_xact_id()::text::bigint
$$;

create function sealable_below() returns bigint language sql stable as $$
  select pg_snapshot_xmin(pg_current_snapshot())::text::bigint
$$;

-- Rows brought from another server keep their numbers, and this server counts from its own. New
-- rows must come above them, or they would fall into ranges that are sealed already.
create function seal_resume_above(above bigint) returns void language plpgsql as $$
begin
  execute format('create or replace function ledger_tx() returns bigint language sql volatile
    parallel restricted as %L', format('select pg_current_xact_id()::text::bigint + %s', above));
  execute format('create or replace function sealable_below() returns bigint language sql stable
    as %L', format('select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + %s', above));
end
$$;

-- Rows written before this migration carry its own number: the first blocks seal them.
alter table inbound add column tx bigint not null default ledger_tx();
alter table event add column tx bigint not null default ledger_tx();
alter table attempt add column tx bigint not null default ledger_tx();
alter table outcome add column tx bigint not null default ledger_tx();
alter table audit add column tx bigint not null default ledger_tx();
create index inbound_tx on inbound (tx);
create index event_tx on event (tx);
create index attempt_tx on attempt (tx);
create index outcome_tx on outcome (tx);
create index audit_tx on audit (tx);

-- What was done on purpose to sealed evidence: `replaced`, a body under which now lies another one
-- (row_id, new_hash); `retired`, the rows of a table from row_id up to, not including, upto_id.
-- It is evidence itself. Without such a row a changed body or a missing row is tampering.
create table evidence_change (
  id uuid primary key,
  at timestamptz not null default clock_timestamp(),
  kind text not null check (kind in ('replaced', 'retired')),
  table_name text not null,
  row_id uuid not null,
  upto_id uuid,
  new_hash bytea,
  reason text not null,
  row_hash bytea not null,
  tx bigint not null default ledger_tx(),
  check (case kind when 'replaced' then new_hash is not null and upto_id is null
    else upto_id is not null and new_hash is null end)
);
create index evidence_change_tx on evidence_change (tx);
create index evidence_change_row on evidence_change (row_id);

-- ---------------------------------------------------------------- what is hashed

-- Form 1. A sealed row never gets another form: a table with a new column gets new functions, and
-- the blocks from then on a new number of form. docs/evidence.md has it in words.

create function evidence_field(value text) returns text language sql immutable parallel safe as $$
  select coalesce(octet_length(value)::text || ':' || value || ';', '~;')
$$;

-- The content: what may be ciphered, replaced or forgotten. `row_hash` is its SHA-256.
create function evidence_content(r inbound) returns bytea language sql immutable parallel safe
  as $$ select r.body $$;
create function evidence_content(r event) returns bytea language sql immutable parallel safe
  as $$ select r.data $$;
create function evidence_content(r attempt) returns bytea language sql immutable parallel safe
  as $$ select coalesce(r.request, ''::bytea) $$;
create function evidence_content(r outcome) returns bytea language sql stable parallel safe
  as $$ select convert_to(evidence_field(r.message) || evidence_field(r.answer), 'UTF8') $$;
create function evidence_content(r audit) returns bytea language sql stable parallel safe as $$
  select convert_to(evidence_field(r.reason) || evidence_field(r.before::text)
    || evidence_field(r.after::text), 'UTF8')
$$;
create function evidence_content(r evidence_change) returns bytea language sql stable parallel safe
  as $$ select convert_to(evidence_field(r.reason), 'UTF8') $$;

-- The line: every other column, and row_hash. Times are UTC, whatever the session's zone.
create function evidence_line(r inbound) returns text language sql stable parallel safe as $$
  select json_build_array('inbound', r.id, r.connection, r.fact_id, r.kind, r.origin,
    r.received_at at time zone 'UTC', r.key_id, r.tx, encode(r.row_hash, 'hex'))::text
$$;
create function evidence_line(r event) returns text language sql stable parallel safe as $$
  select json_build_array('event', r.id, r.type, r.contract_version, r.connection, r.subject,
    r.version, r.occurred_at at time zone 'UTC', r.received_at at time zone 'UTC',
    r.recorded_at at time zone 'UTC', r.correlation_id, r.causation_id, r.inbound_id, r.origin,
    r.region, r.legal_entity, r.amount_minor, r.currency, r.refs, r.key_id, r.tx,
    encode(r.row_hash, 'hex'))::text
$$;
create function evidence_line(r attempt) returns text language sql stable parallel safe as $$
  select json_build_array('attempt', r.id, r.handoff_id, r.batch, r.kind, r.number, r.budget,
    r.lane_seat, r.fence, r.reference, r.send_key, r.guard, encode(r.request_hash, 'hex'),
    r.request is not null, r.key_id, r.send_by at time zone 'UTC',
    r.settles_at at time zone 'UTC', r.created_at at time zone 'UTC', r.tx,
    encode(r.row_hash, 'hex'))::text
$$;
create function evidence_line(r outcome) returns text language sql stable parallel safe as $$
  select json_build_array('outcome', r.id, r.attempt_id, r.handoff_id, r.class, r.code,
    r.external_id, r.duration_ms, r.recorded_at at time zone 'UTC', r.tx,
    encode(r.row_hash, 'hex'))::text
$$;
create function evidence_line(r audit) returns text language sql stable parallel safe as $$
  select json_build_array('audit', r.id, r.at at time zone 'UTC', r.actor, r.second_actor,
    r.operation, r.subject, r.expires_at at time zone 'UTC', r.tx, encode(r.row_hash, 'hex'))::text
$$;
create function evidence_line(r evidence_change) returns text language sql stable parallel safe
  as $$
  select json_build_array('evidence_change', r.id, r.at at time zone 'UTC', r.kind, r.table_name,
    r.row_id, r.upto_id, encode(r.new_hash, 'hex'), r.tx, encode(r.row_hash, 'hex'))::text
$$;

-- Rows from before had hashes over other columns, which could not be made again from what is
-- stored. They were never sealed, so nothing rests on them.
do $$
declare
  name text;
begin
  foreach name in array array['inbound', 'event', 'attempt', 'outcome', 'audit'] loop
    execute format('alter table %I disable trigger %I', name, name || '_immutable');
    execute format('update %I r set row_hash = sha256(evidence_content(r))', name);
    execute format('alter table %I enable trigger %I', name, name || '_immutable');
  end loop;
end
$$;

-- ---------------------------------------------------------------- blocks

-- `manifest`: 48 bytes a row, the id and the line's SHA-256, by table and id. It is what the tree
-- is made of, so that a missing row has a name and a block verifies after its rows were retired.
create table seal_block (
  number bigint primary key,
  form smallint not null,
  from_tx bigint not null,
  upto_tx bigint not null,
  sealed_at timestamptz not null,
  -- [["event", 12], …]: how many rows of each table, in the order of the manifest.
  ranges jsonb not null,
  row_count integer not null,
  manifest bytea not null,
  root bytea not null,
  previous_hash bytea not null unique,
  hash bytea not null unique,
  check (from_tx < upto_tx and octet_length(manifest) = row_count * 48)
);
-- Hashes do not compress; trying costs time.
alter table seal_block alter column manifest set storage external;

create function seal_line(
  number bigint, form smallint, from_tx bigint, upto_tx bigint, sealed_at timestamptz,
  ranges jsonb, row_count integer, root bytea, previous_hash bytea
) returns text language sql stable parallel safe as $$
  select json_build_array('block', number, form, from_tx, upto_tx, sealed_at at time zone 'UTC',
    ranges, row_count, encode(root, 'hex'), encode(previous_hash, 'hex'))::text
$$;

-- The Merkle root of RFC 6962 over the entries of a manifest. Level by level: a last node without
-- a neighbour goes up as it is, which gives the same tree as splitting at powers of two.
create function seal_root(manifest bytea) returns bytea language plpgsql immutable as $$
declare
  nodes integer := octet_length(manifest) / 48;
  level bytea;
begin
  if nodes = 0 then return sha256(''); end if;
  select string_agg(sha256('\x00'::bytea || substr(manifest, i * 48 + 1, 48)), ''::bytea order by i)
    into level from generate_series(0, nodes - 1) i;
  while nodes > 1 loop
    select string_agg(
        case when 2 * i + 1 < nodes then sha256('\x01'::bytea || substr(level, i * 64 + 1, 64))
          else substr(level, i * 64 + 1, 32) end, ''::bytea order by i)
      into level from generate_series(0, (nodes - 1) / 2) i;
    nodes := (nodes + 1) / 2;
  end loop;
  return level;
end
$$;

create trigger seal_block_immutable before update or delete on seal_block
  for each row execute function refuse_change();
create trigger evidence_change_immutable before update or delete on evidence_change
  for each row execute function refuse_change();
create trigger seal_block_kept before truncate on seal_block
  for each statement execute function refuse_change();
create trigger evidence_change_kept before truncate on evidence_change
  for each statement execute function refuse_change();
