-- The documents of a customer, found by the customer's id and not by a pattern.
--
-- The index of 0005 read each new event's references by a regular expression: some 9 of the 237 µs
-- that PostgreSQL spends on an event's rows. Two splits of the text find the id alone; ids of two
-- sources may be the same, so whoever asks compares the whole key as well.
create index event_customer_id on event
  (split_part(split_part(refs, '/customer/', 2), '"', 1), id)
  where refs like '%/customer/%';
drop index event_customer;

-- As in 0006 but for the way to a customer's documents.
create or replace function search_party(words bytea[], most integer)
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
        and split_part(split_part(e.refs, '/customer/', 2), '"', 1)
          = split_part(n.customer, '/customer/', 2)
        and substring(e.refs from '"key":"([^"]*/customer/[^"]*)"') = n.customer
      order by e.id desc limit most) d
  )
  select customer, customer from named
  union all
  select customer, object from documents group by 1, 2
$$;
