/** Webhook endpoints and their secrets. */
import { z } from "zod";
import type { Tombstone } from "../operation.ts";
import { operation } from "../operation.ts";
import { expand, flag, mergeMetadata, metadata, text } from "../params.ts";
import type { WebhookEndpointRecord } from "../records.ts";
import { shapeOf } from "../versions.ts";

export const createWebhookEndpoint = operation(
  "webhook_endpoint.create",
  "POST /v1/webhook_endpoints",
  z.strictObject({
    url: z.url(),
    enabled_events: z.array(text).min(1),
    api_version: text.optional(),
    description: text.optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): WebhookEndpointRecord => {
    const version = params.api_version ?? draft.settings.apiVersion;
    shapeOf(version);
    return draft.put<WebhookEndpointRecord>({
      object: "webhook_endpoint",
      id: draft.id("we"),
      created: draft.now,
      url: params.url,
      api_version: params.api_version ?? null,
      renders_in: version,
      enabled_events: params.enabled_events,
      description: params.description ?? null,
      status: "enabled",
      secrets: [`whsec_${draft.letters(32)}`],
      metadata: mergeMetadata({}, params.metadata),
    });
  },
);

export const updateWebhookEndpoint = operation(
  "webhook_endpoint.update",
  "POST /v1/webhook_endpoints/:webhook_endpoint",
  z.strictObject({
    webhook_endpoint: text,
    url: z.url().optional(),
    enabled_events: z.array(text).min(1).optional(),
    description: text.optional(),
    disabled: flag.optional(),
    metadata: metadata.optional(),
    expand,
  }),
  (draft, params): WebhookEndpointRecord => {
    const old = draft.get("webhook_endpoint", params.webhook_endpoint);
    const status = params.disabled === true ? "disabled" : "enabled";
    return draft.put<WebhookEndpointRecord>({
      ...old,
      url: params.url ?? old.url,
      enabled_events: params.enabled_events ?? old.enabled_events,
      description: params.description ?? old.description,
      status: params.disabled === undefined ? old.status : status,
      metadata: mergeMetadata(old.metadata, params.metadata),
    });
  },
);

export const deleteWebhookEndpoint = operation(
  "webhook_endpoint.delete",
  "DELETE /v1/webhook_endpoints/:webhook_endpoint",
  z.strictObject({ webhook_endpoint: text }),
  (draft, params): Tombstone => {
    const old = draft.get("webhook_endpoint", params.webhook_endpoint);
    draft.drop(old);
    return { id: old.id, object: "webhook_endpoint", deleted: true };
  },
);

/** Not a Stripe call: rolling is done in its dashboard. `keep_old` signs with both for a time. */
export const rollWebhookSecret = operation(
  "webhook_endpoint.roll",
  "POST /__sandbox/webhook_endpoints/:webhook_endpoint/roll",
  z.strictObject({ webhook_endpoint: text, keep_old: flag.optional() }),
  (draft, params): WebhookEndpointRecord => {
    const old = draft.get("webhook_endpoint", params.webhook_endpoint);
    const kept = params.keep_old === false ? [] : old.secrets.slice(0, 1);
    return draft.put<WebhookEndpointRecord>({
      ...old,
      secrets: [`whsec_${draft.letters(32)}`, ...kept],
    });
  },
);
