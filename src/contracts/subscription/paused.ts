import { defineContract } from "../contract.ts";
import { subscriptionPersonal, subscriptionSchema } from "./subscription.ts";

export const subscriptionPaused = defineContract({
  type: "subscription.paused",
  version: 1,
  entity: "subscription",
  meaning: "Service and billing rest.",
  owner: "revenue-operations",
  status: "active",
  schema: subscriptionSchema,
  personal: subscriptionPersonal,
});
