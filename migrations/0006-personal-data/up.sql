-- Personal data: keys, a search over names that holds no name, and the one way in which a body of
-- evidence may be replaced.

-- ---------------------------------------------------------------- keys

-- A key for each party, for the bodies of each day, and for the ledger itself. `wrapped` is the key
-- ciphered under the master key that `master` names; null once the key is destroyed, for good.
-- `owner`: the party's object key, the day, or what the ledger uses it for.
create table data_key (
  id integer generated always as identity primary key,
  use text not null check (use in ('party', 'inbound', 'call', 'ledger')),
  owner text not null,
  wrapped bytea,
  master text not null,
  made_at timestamptz not null default now(),
  destroyed_at timestamptz,
  unique (use, owner),
  check ((wrapped is null) = (destroyed_at is not null))
);
create index data_key_master on data_key (master, id) where wrapped is not null;

-- A destroyed key never comes back under its old number or its old owner.
create function refuse_key_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.id = old.id and new.use = old.use and new.owner = old.owner
    and new.made_at = old.made_at and old.destroyed_at is null then
    return new;
  end if;
  raise exception 'keys are wrapped anew or destroyed, nothing else'
    using errcode = 'restrict_violation';
end
$$;
create trigger data_key_kept before update or delete on data_key
  for each row execute function refuse_key_change();

-- ---------------------------------------------------------------- search

-- Beginnings of the words of a party's name, each as a keyed hash cut to eight bytes.
create table party_word (
  word bytea not null,
  party text not null,
  primary key (word, party)
);
create index party_word_party on party_word (party);

drop function search_party(text, integer);
drop index event_customer_words;
drop function customer_words(bytea);

-- Parties with all of the words. Keys only, and of rows that the asker may not see as well: whoever
-- calls this must drop the keys whose events the asker cannot see (src/store/search-party.ts does).
create function search_party(words bytea[], most integer)
returns table (customer text, object text)
language sql stable security definer
set search_path = pg_catalog, public
as $$
  with named as materialized (
    select w.party as customer from party_word w where w.word = any(words)
    group by w.party having count(*) = cardinality(words) order by w.party limit most
  ), documents as (
    select n.customer, d.subject as object, d.id from named n cross join lateral (
      select e.subject, e.id from event e
      where e.refs like '%/customer/%'
        and substring(e.refs from '"key":"([^"]*/customer/[^"]*)"') = n.customer
      order by e.id desc limit most) d
  )
  select customer, customer from named
  union all
  select customer, object from documents group by 1, 2
$$;

-- ---------------------------------------------------------------- what may be replaced

-- A row of evidence is never deleted and never changed, with one exception: its body (what
-- evidence_content is taken over) may give way to another one in the same transaction that writes
-- a row of evidence_change saying so, with the hash of what lies there now. `row_hash` and all
-- other columns stay, so every chain still verifies.
create or replace function refuse_change() returns trigger language plpgsql as $$
declare
  bodies constant text[] := array['body', 'data', 'request', 'message', 'answer', 'reason', 'before',
    'after'];
  was jsonb;
  now_is jsonb;
  content bytea;
begin
  if tg_op = 'UPDATE' then
    was := to_jsonb(old);
    now_is := to_jsonb(new);
    content := case
      when now_is ? 'body' then decode(substr(now_is ->> 'body', 3), 'hex')
      when now_is ? 'data' then decode(substr(now_is ->> 'data', 3), 'hex')
      when now_is ? 'request' then decode(substr(now_is ->> 'request', 3), 'hex')
      when now_is ? 'answer' then convert_to(evidence_field(now_is ->> 'message')
        || evidence_field(now_is ->> 'answer'), 'UTF8')
      when now_is ? 'second_actor' then convert_to(evidence_field(now_is ->> 'reason')
        || evidence_field(nullif(now_is -> 'before', 'null')::text)
        || evidence_field(nullif(now_is -> 'after', 'null')::text), 'UTF8')
    end;
    if content is not null and was - bodies = now_is - bodies and exists (
      select from evidence_change c
      where c.row_id = (was ->> 'id')::uuid and c.kind = 'replaced' and c.tx = ledger_tx()
        and c.new_hash = sha256(content)) then
      return new;
    end if;
  end if;
  raise exception 'rows of % are never changed: corrections are new rows', tg_table_name
    using errcode = 'restrict_violation';
end
$$;
