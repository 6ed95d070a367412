-- Who works on an exception, what may wait, references that people chose, and lost passwords.

-- ---------------------------------------------------------------- queue

-- The person who works on it; nobody was ever written here before.
alter table exception_case alter column assignee type uuid using null::uuid;
alter table exception_case add constraint exception_case_assignee
  foreign key (assignee) references person (id);
create index exception_assignee on exception_case (assignee)
  where state = 'open' and assignee is not null;
-- Pages of the cases of a cause.
create index exception_of_cause on exception_case (cause, id) where state = 'open';
-- How many cases are open of an object, which search tells of every find.
create index exception_object on exception_case (object) where state = 'open';
-- Out of sight until then, by a person's word; it stays open and counted.
alter table exception_case add column snoozed_until timestamptz;
alter table exception_case add column snooze_reason text;
alter table exception_case add constraint exception_case_snooze
  check ((snoozed_until is null) = (snooze_reason is null));

-- Whom a case may be given to: who can sign in, and what they hold. No secret is among it, and it
-- is what the API's role may know of accounts.
create view colleague as
select p.id, p.name,
  coalesce((select array_agg(a.login order by a.login) from account a
    where a.person_id = p.id and a.disabled_at is null), '{}') as logins,
  coalesce((select jsonb_agg(jsonb_build_object('role', g.role, 'legal_entity', g.legal_entity)
      order by g.role, g.legal_entity)
    from role_grant g where g.person_id = p.id and g.revoked_at is null), '[]') as grants
from person p
where exists (select 1 from account a where a.person_id = p.id and a.disabled_at is null);

-- A document that was added in a target by hand belongs to the target's account and to no legal
-- entity of ours: it is for whoever holds the permission for all of them, and so is what is
-- proposed about it. Beside the policy of 0004, which shows such rows to engineers alone.
create policy of_account on exception_case using (
  kind = 'drift' and legal_entity is null
  and (select coalesce(current_setting('tieout.all_entities', true), '') = 'on'));
create policy of_account on proposal using (
  operation = 'accept-difference' and legal_entity is null
  and (select coalesce(current_setting('tieout.all_entities', true), '') = 'on'));

-- ---------------------------------------------------------------- references

-- Two people said which id the object has in the target; a later confirmation does not unsay it.
alter table link add column chosen boolean not null default false;

-- ---------------------------------------------------------------- lost passwords

-- One use each, for a short time, by whoever was handed the secret.
create table password_reset (
  secret_hash bytea primary key,
  account_id uuid not null references account (id),
  created_at timestamptz not null default now(),
  created_by text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index password_reset_account on password_reset (account_id) where used_at is null;
