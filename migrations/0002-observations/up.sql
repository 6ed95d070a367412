-- What we last saw of each document in a target that is watched, and how far we have looked.

-- A picture, not evidence: rows are replaced as documents change. What was found wrong stands in
-- exception_case, what people decided about it in audit.
create table observation (
  target text not null,
  type text not null,
  external_id text not null,
  reference text,
  number text,
  state text not null check (state in ('live', 'draft', 'cancelled', 'deleted')),
  amount_minor numeric,
  currency char(3),
  day date,
  counterparty text,
  -- The target's own clock; null where a document was only found to be gone.
  changed_at timestamptz,
  changed_by text,
  change_kind text,
  handoff_id uuid,
  verdict text not null check (verdict in ('equal', 'edited', 'cancelled', 'deleted', 'foreign',
    'unknown-reference', 'double', 'pending', 'not-ours')),
  -- The drift as a text that is the same for the same drift, and the one that people accepted.
  drift text,
  accepted text,
  first_seen_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  primary key (target, type, external_id)
) with (fillfactor = 80);
-- Totals per day of our picture.
create index observation_day on observation (target, day) include (type, currency, amount_minor)
  where state = 'live';
-- Whether a confirmed document was ever seen.
create index observation_reference on observation (reference) where reference is not null;
-- What could not be judged yet.
create index observation_unsettled on observation (target, type, external_id)
  where verdict in ('pending', 'unknown-reference');

create table observation_cursor (
  target text primary key,
  -- Documents made before this are older than our watch; on the target's clock.
  watching_since timestamptz not null,
  -- Where the next listing of changes begins; on the target's clock.
  changed_since timestamptz not null,
  -- Up to here each confirmed document has been looked for; on the ledger's clock.
  confirmed_through timestamptz not null,
  holder text,
  lease_until timestamptz,
  observed_at timestamptz
);

-- Drift has a case of its own kind. A document that was added by hand has no handoff, no inbound
-- message and no object of ours: the case is known by the document.
alter table exception_case drop constraint exception_case_kind_check;
alter table exception_case add constraint exception_case_kind_check
  check (kind in ('handoff', 'inbound', 'object', 'drift'));
-- `document`: type and external id, with a space between.
alter table exception_case add column document text;
-- What people see and accept: the drift as in `observation`.
alter table exception_case add column drift text;
alter table exception_case add constraint exception_case_drift_document
  check ((kind = 'drift') = (document is not null and drift is not null));
-- The same drift seen twice is one case.
create unique index exception_document on exception_case (target, document)
  where document is not null and state = 'open';
