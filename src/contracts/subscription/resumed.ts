import { defineContract } from "../contract.ts";
import { subscriptionPersonal, subscriptionSchema } from "./subscription.ts";

export const subscriptionResumed = defineContract({
  type: "subscription.resumed",
  version: 1,
  entity: "subscription",
  meaning: "Service and billing go on after a pause.",
  owner: "revenue-operations",
  status: "active",
  schema: subscriptionSchema,
  personal: subscriptionPersonal,
});
