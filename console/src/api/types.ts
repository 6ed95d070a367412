/**
 * What the hub answers, taken from the operations' own shapes: types only, so nothing of the server
 * is in the pages.
 *
 * answer   the output of one operation
 * session  who is signed in, and what that person may do where
 * problem  an error as RFC 9457 tells it
 */
import type { z } from "zod";
import type { Operations } from "../../../src/operations/all-operations.ts";

export type Answer<Name extends keyof Operations> = z.output<Operations[Name]["output"]>;

export type Story = Answer<"findStory">;
export type StorySystem = Story["systems"][number];
export type StoryHandoff = Story["handoffs"][number];
export type StoryEntry = Story["entries"][number];
export type Attempt = StoryHandoff["tries"][number];
export type Overview = Answer<"showOverview">;
export type Handoff = Answer<"listHandoffs">["handoffs"][number];
export type LedgerEvent = Answer<"listEvents">["events"][number];
export type Cause = Answer<"listExceptions">["causes"][number];
export type Case = Answer<"showException">["exception"];
export type RetryPlan = Answer<"retryException">;
export type Proposal = Answer<"listProposals">["proposals"][number];
export type Connections = Answer<"listConnections">;

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface Session {
  readonly person: { readonly id: string; readonly name: string };
  readonly account?: { readonly login: string; readonly kind: "local" | "oidc" };
  readonly roles: readonly { readonly role: string; readonly legalEntity?: string }[];
  readonly permissions: Readonly<Record<string, unknown>>;
  readonly csrf?: string;
  readonly expiresAt: string;
}

export interface ProblemBody {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly code?: string;
}
