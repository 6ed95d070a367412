-- Months that are retired, and tables whose rows change.

-- ---------------------------------------------------------------- what was retired

-- True when a row's month was retired, by a sealed record. Whoever asks whether a row is missing
-- asks this first.
create index evidence_change_retired on evidence_change (table_name, row_id)
  where kind = 'retired';
create function is_retired(table_name text, row_id uuid) returns boolean
language sql stable parallel safe as $$
  select exists (select 1 from evidence_change c where c.kind = 'retired'
    and c.table_name = $1 and c.row_id <= $2 and $2 < c.upto_id)
$$;

-- ---------------------------------------------------------------- rows that change

-- A row's new version that stays on its page needs no index entry, if no indexed column changed.
-- That takes room on the page. Measured over 60,000 documents from intake to confirmation, a
-- backlog of 12,000 before each: of the updates stay on their page
--   object_head  14 % at 100, 74 % at 70, 91 % at 60
--   effect       12 % at 100, 51 % at 80, 69 % at 70; its indexes end a quarter smaller
--   handoff       0 % at 100, 85 and 50 alike: nearly all of its indexes name the state, which is
--                what changes. Room there would be space and nothing else.
-- Tables of a few rows stay on their page anyway.
do $$
declare
  child text;
begin
  for child in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'object_head'::regclass loop
    execute format('alter table %I set (fillfactor = 60)', child);
  end loop;
  for child in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'effect'::regclass loop
    execute format('alter table %I set (fillfactor = 70)', child);
  end loop;
end
$$;

-- What is dead must go before claims and releases have to step over it. The server in the box is
-- told so as a whole; a server of the customer's own waits until a fifth of a table is dead.
do $$
declare
  child text;
begin
  for child in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent in ('handoff'::regclass, 'object_head'::regclass, 'effect'::regclass)
    union all select unnest(array['handoff_need', 'object_fetch', 'exception_case', 'observation'])
  loop
    execute format('alter table %I set (autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_scale_factor = 0.02)', child);
  end loop;
end
$$;
