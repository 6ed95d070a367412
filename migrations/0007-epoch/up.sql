-- Epochs: the lives of one ledger.
--
-- A ledger that was restored has forgotten what was sent after its copy was made, and the ledger
-- that it is a copy of may still run. Each restore begins an epoch: sending is off until a person
-- says that the original is dead, and everything that happened before is asked for in its target
-- before it is sent.
--
-- ledger      the same in every copy of a ledger: what the marker in a target is known by
-- instance    one life of it: two copies restored from one backup are two instances
-- server      which server, timeline and database the ledger was last seen on
-- ask_before  events that occurred up to then may have been sent by an earlier instance

alter table sending_permission
  add column ledger uuid not null default gen_random_uuid(),
  add column instance uuid not null default gen_random_uuid(),
  add column server text,
  add column raised_at timestamptz,
  add column confirmed_at timestamptz,
  add column ask_before timestamptz;

-- Every epoch there was. Not sealed: a person's confirmation is, in the audit log.
create table epoch (
  number integer primary key,
  instance uuid not null,
  began_at timestamptz not null default clock_timestamp(),
  why text not null,
  server text
);
insert into epoch (number, instance, why)
  select epoch, instance, 'the first' from sending_permission;

-- The epoch in which the target was last asked for this handoff and had nothing.
alter table handoff add column asked_epoch integer;

-- When a stream was last read to its end.
alter table stream_cursor add column completed_at timestamptz;

-- The server's own number, its timeline and the database: any of them differs on a copy that was
-- restored, rewound, promoted, dumped or cloned. Null where the server does not tell.
create function server_mark() returns text language plpgsql stable as $$
begin
  return (select system_identifier from pg_control_system()) || '/'
    || left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/'
    || (select oid from pg_database where datname = current_database());
exception when others then
  return null;
end
$$;

-- Begins an epoch and switches sending off. Sessions end: they were signed in to another instance.
create function raise_epoch(reason_given text) returns integer language plpgsql as $$
declare
  begun sending_permission;
begin
  update sending_permission set epoch = epoch + 1, allowed = false, reason = reason_given,
    instance = gen_random_uuid(), server = server_mark(), raised_at = clock_timestamp(),
    confirmed_at = null, ask_before = null
  returning * into begun;
  insert into epoch (number, instance, why, server)
    values (begun.epoch, begun.instance, reason_given, begun.server);
  delete from session;
  return begun.epoch;
end
$$;

-- Asked by each hub at its start; true when the ledger is not where it was.
create function notice_server() returns boolean language plpgsql as $$
declare
  here text := server_mark();
  known text;
begin
  select server into known from sending_permission for update;
  if here is null or here = known then return false; end if;
  if known is null then
    update sending_permission set server = here;
    return false;
  end if;
  perform raise_epoch(format('restored or promoted: the ledger was on %s and is on %s', known,
    here));
  return true;
end
$$;
