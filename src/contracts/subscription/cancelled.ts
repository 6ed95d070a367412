import { defineContract } from "../contract.ts";
import { subscriptionPersonal, subscriptionSchema } from "./subscription.ts";

export const subscriptionCancelled = defineContract({
  type: "subscription.cancelled",
  version: 1,
  entity: "subscription",
  meaning: "The agreement ended.",
  owner: "revenue-operations",
  status: "active",
  schema: subscriptionSchema,
  personal: subscriptionPersonal,
});
