import { defineContract } from "../contract.ts";
import { subscriptionPersonal, subscriptionSchema } from "./subscription.ts";

export const subscriptionCreated = defineContract({
  type: "subscription.created",
  version: 1,
  entity: "subscription",
  meaning: "An agreement began, or waits for its first payment.",
  owner: "revenue-operations",
  status: "active",
  schema: subscriptionSchema,
  personal: subscriptionPersonal,
});
