import { defineContract } from "../contract.ts";
import { subscriptionPersonal, subscriptionSchema } from "./subscription.ts";

export const subscriptionAmended = defineContract({
  type: "subscription.amended",
  version: 1,
  entity: "subscription",
  meaning: "Something of the agreement changed; `changed` names it where the source does.",
  owner: "revenue-operations",
  status: "active",
  schema: subscriptionSchema,
  personal: subscriptionPersonal,
});
