-- Customers by any word of their name, and the documents of a customer.

-- The words of a customer's name: lower case, nothing but letters and digits. By Unicode's rules
-- whatever the ledger's locale is, which in the embedded server is C and knows ASCII alone; servers
-- before 17 know those rules through ICU. Immutable although convert_from is not: a ledger's
-- encoding is UTF-8 for good.
do $migration$
declare
  rules text := (select collname from pg_collation
    where collname in ('pg_c_utf8', 'und-x-icu') order by collname limit 1);
begin
  execute format($define$
create function customer_words(data bytea) returns tsvector
language sql immutable strict parallel safe
set search_path = pg_catalog
as $$ select to_tsvector('pg_catalog.simple', lower(regexp_replace(
  normalize(coalesce(convert_from(data, 'UTF8')::jsonb ->> 'name', ''), NFC) collate %I,
  '[^[:alnum:]]+', ' ', 'g'))) $$
$define$, coalesce(rules, 'default'));
end
$migration$;

create index event_customer_words on event using gin (customer_words(data))
  where key_id is null and type like 'customer.%';

-- The customer whom an event's references name.
create index event_customer on event
  (substring(refs from '"key":"([^"]*/customer/[^"]*)"'), id)
  where refs like '%/customer/%';

-- Keys only, and of rows that the asker may not see as well: row security would keep the planner
-- from both indexes, for their operators are not proven free of leaks. Whoever calls this must drop
-- the keys whose events the asker cannot see (src/store/search-party.ts does).
create function search_party(words text, most integer)
returns table (customer text, object text)
language sql stable security definer
set search_path = pg_catalog, public
as $$
  with named as materialized (
    select e.subject as customer from event e
    where e.key_id is null and e.type like 'customer.%'
      and customer_words(e.data) @@ to_tsquery('pg_catalog.simple', words)
    group by e.subject order by max(e.id::text) desc limit most
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
