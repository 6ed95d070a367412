import { defineContract } from "../contract.ts";
import { subscriptionPersonal, subscriptionSchema } from "./subscription.ts";

export const subscriptionRenewed = defineContract({
  type: "subscription.renewed",
  version: 1,
  entity: "subscription",
  meaning: "The next billing period began.",
  owner: "revenue-operations",
  status: "active",
  schema: subscriptionSchema,
  personal: subscriptionPersonal,
});
