import type { Random } from "../../kernel/random.ts";
import { newPassword } from "./password.ts";
import type { TrytonRpc } from "./rpc.ts";
import { findDataId } from "./seed-accounts.ts";
import type { TrytonAccess } from "./types.ts";

/**
 * What the product's own user may do: master records, invoices, entries. No administration. A
 * module that is not activated has no group.
 */
const GROUPS = [
  ["account", "group_account"],
  ["account_payment", "group_payment"],
  ["party", "group_party_admin"],
  ["product", "group_product_admin"],
] as const;

/**
 * Adds a user of one company with the rights of an accountant and returns how to sign in as them.
 * A user of that name gets a new password, for nobody can read the old one.
 */
export async function addAccountant(
  rpc: TrytonRpc,
  admin: TrytonAccess,
  company: number,
  login: string,
  random: Random,
): Promise<TrytonAccess> {
  const password = newPassword(random);
  const known = await rpc.find("res.user", [["login", "=", login]]);
  if (known === undefined) {
    const groups: number[] = [];
    for (const [module, name] of GROUPS) {
      const group = await findDataId(rpc, module, name);
      if (group !== undefined) groups.push(group);
    }
    const own = { company, companies: [["add", [company]]], groups: [["add", groups]] };
    await rpc.create("res.user", { name: login, login, password, ...own });
  } else {
    await rpc.call("model.res.user.write", [known], { password });
  }
  return { ...admin, user: login, password };
}
