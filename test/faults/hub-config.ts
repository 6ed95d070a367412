/** The configuration file that the hubs of a fault run load. */
import { defineConfig } from "../../src/app/config.ts";
import { faultRunConfig } from "./settings.ts";

export default defineConfig(({ env, databaseUrl }) =>
  faultRunConfig({
    stripeUrl: env("FAULTS_STRIPE_URL"),
    netsuiteUrl: env("FAULTS_NETSUITE_URL"),
    webhookSecrets: env("FAULTS_WEBHOOK_SECRETS").split(","),
    databaseUrl,
  }),
);
