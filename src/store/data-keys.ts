/**
 * The rows of keys. A key is made once for each use and owner, by whoever comes first, and is
 * committed before anything is ciphered under it: a key that was rolled back would be lost with
 * all that it ciphers.
 */
import type { Session } from "./database.ts";

/** `party` a person's fields; `inbound`, `call` bodies of one day; `ledger` for keyed hashes. */
export type KeyUse = "party" | "inbound" | "call" | "ledger";

export interface KeyName {
  readonly use: KeyUse;
  readonly owner: string;
}

export interface KeyRow extends KeyName {
  readonly id: number;
  /** Null once it is destroyed. */
  readonly wrapped: Buffer | null;
  /** Which master key wraps it. */
  readonly master: string;
}

export interface NewKey extends KeyName {
  readonly wrapped: Uint8Array;
  readonly master: string;
}

const BY_NAME = `
select k.id, k.use, k.owner, k.wrapped, k.master
from unnest($1::text[], $2::text[]) as w(use, owner)
join data_key k on k.use = w.use and k.owner = w.owner`;

export async function findKeysByName(
  session: Session,
  names: readonly KeyName[],
): Promise<KeyRow[]> {
  const values = [names.map((one) => one.use), names.map((one) => one.owner)];
  const query = { name: "find-keys-by-name", text: BY_NAME, values };
  return (await session.query<KeyRow>(query)).rows;
}

const BY_ID = "select id, use, owner, wrapped, master from data_key where id = any($1::integer[])";

export async function findKeysById(session: Session, ids: readonly number[]): Promise<KeyRow[]> {
  const query = { name: "find-keys-by-id", text: BY_ID, values: [ids] };
  return (await session.query<KeyRow>(query)).rows;
}

/** In one order for everybody: two hubs that make the same keys must not wait for each other. */
const INSERT = `
insert into data_key (use, owner, wrapped, master)
select * from unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) order by 1, 2
on conflict (use, owner) do nothing`;

/** Whoever was first stays; read them again afterwards. */
export async function insertKeys(session: Session, keys: readonly NewKey[]): Promise<void> {
  const values = [
    keys.map((one) => one.use),
    keys.map((one) => one.owner),
    keys.map((one) => one.wrapped),
    keys.map((one) => one.master),
  ];
  await session.query({ name: "insert-keys", text: INSERT, values });
}

const DESTROY = `
update data_key set wrapped = null, destroyed_at = now()
where use = $1 and owner = $2 and destroyed_at is null returning id`;

/** The number of the key that is gone now; undefined when there was none alive. */
export async function destroyKey(session: Session, name: KeyName): Promise<number | undefined> {
  const result = await session.query<{ id: number }>(DESTROY, [name.use, name.owner]);
  return result.rows[0]?.id;
}

const OTHERS = `
select id, use, owner, wrapped, master from data_key
where wrapped is not null and master <> $1 and id > $2 order by id limit $3 for update`;

/** Keys that another master key wraps than the given one, in pages by id; locked. */
export async function lockKeysOfOthers(
  session: Session,
  master: string,
  after: number,
  limit: number,
): Promise<KeyRow[]> {
  return (await session.query<KeyRow>(OTHERS, [master, after, limit])).rows;
}

const REWRAP = `
update data_key k set wrapped = x.wrapped, master = $3
from unnest($1::integer[], $2::bytea[]) as x(id, wrapped)
where k.id = x.id and k.wrapped is not null`;

export async function rewrapKeys(
  session: Session,
  keys: readonly { readonly id: number; readonly wrapped: Uint8Array }[],
  master: string,
): Promise<void> {
  const values = [keys.map((one) => one.id), keys.map((one) => one.wrapped), master];
  await session.query(REWRAP, values);
}

/** How many living keys each master key wraps, and how many are destroyed. */
const COUNT = `
select case when wrapped is null then 'destroyed' else master end as master,
  count(*)::integer as keys
from data_key group by 1 order by 1`;

export async function countKeys(session: Session): Promise<{ master: string; keys: number }[]> {
  return (await session.query<{ master: string; keys: number }>(COUNT)).rows;
}
