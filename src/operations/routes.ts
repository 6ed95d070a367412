/**
 * Where each operation stands in the HTTP API, below `/api/v1`. Both ends read this table: the
 * server makes its routes and documents from it, the command line asks a server by it.
 *
 * GET reads and may be repeated; POST changes something and takes an Idempotency-Key.
 */
import type { Operations } from "./all-operations.ts";

export interface Route {
  readonly method: "GET" | "POST";
  /** Places in braces are inputs; everything else of the input is query (GET) or body (POST). */
  readonly path: string;
  readonly tag: string;
}

export const API_BASE = "/api/v1";

export const routes = {
  findStory: { method: "GET", path: "/stories/{id}", tag: "Stories" },
  search: { method: "GET", path: "/search", tag: "Stories" },
  showOverview: { method: "GET", path: "/overview", tag: "Stories" },
  listEvents: { method: "GET", path: "/events", tag: "Events" },
  showEvent: { method: "GET", path: "/events/{id}", tag: "Events" },
  listHandoffs: { method: "GET", path: "/handoffs", tag: "Handoffs" },
  showHandoff: { method: "GET", path: "/handoffs/{id}", tag: "Handoffs" },
  listExceptions: { method: "GET", path: "/exceptions", tag: "Exceptions" },
  listCases: { method: "GET", path: "/cases", tag: "Exceptions" },
  showException: { method: "GET", path: "/exceptions/{id}", tag: "Exceptions" },
  retryException: { method: "POST", path: "/exceptions/retry", tag: "Exceptions" },
  listAssignees: { method: "GET", path: "/assignees", tag: "Exceptions" },
  assignException: { method: "POST", path: "/exceptions/assign", tag: "Exceptions" },
  snoozeException: { method: "POST", path: "/exceptions/snooze", tag: "Exceptions" },
  wakeException: { method: "POST", path: "/exceptions/wake", tag: "Exceptions" },
  showReferences: { method: "GET", path: "/exceptions/{id}/references", tag: "Exceptions" },
  repairReference: { method: "POST", path: "/exceptions/{id}/repair", tag: "Exceptions" },
  excludeException: { method: "POST", path: "/exceptions/{id}/exclude", tag: "Exceptions" },
  acceptDifference: { method: "POST", path: "/exceptions/{id}/accept", tag: "Exceptions" },
  listProposals: { method: "GET", path: "/proposals", tag: "Exceptions" },
  approveProposal: { method: "POST", path: "/proposals/{id}/approve", tag: "Exceptions" },
  rejectProposal: { method: "POST", path: "/proposals/{id}/reject", tag: "Exceptions" },
  expireExclusions: { method: "POST", path: "/exclusions/expire", tag: "Exceptions" },
  observeTarget: { method: "POST", path: "/observations", tag: "Connections" },
  listConnections: { method: "GET", path: "/connections", tag: "Connections" },
  listDeadLetters: { method: "GET", path: "/dead-letters", tag: "Events" },
  trialBalance: { method: "GET", path: "/trial-balance", tag: "Proof" },
  verifyInvariants: { method: "GET", path: "/invariants", tag: "Proof" },
  exportEvidence: { method: "POST", path: "/evidence/export", tag: "Proof" },
  showRoot: { method: "GET", path: "/evidence/root", tag: "Proof" },
  planRetention: { method: "GET", path: "/retention", tag: "Proof" },
  runRetention: { method: "POST", path: "/retention/run", tag: "Proof" },
  exportParty: { method: "POST", path: "/parties/export", tag: "Privacy" },
  eraseParty: { method: "POST", path: "/parties/erase", tag: "Privacy" },
  rotateKeys: { method: "POST", path: "/keys/rotate", tag: "Privacy" },
  doctor: { method: "GET", path: "/doctor", tag: "Proof" },
  stopSending: { method: "POST", path: "/sending/stop", tag: "Connections" },
  resumeSending: { method: "POST", path: "/sending/resume", tag: "Connections" },
  addUser: { method: "POST", path: "/users", tag: "People" },
  listUsers: { method: "GET", path: "/users", tag: "People" },
  disableUser: { method: "POST", path: "/users/{who}/disable", tag: "People" },
  resetPassword: { method: "POST", path: "/users/{who}/reset-password", tag: "People" },
  grantRole: { method: "POST", path: "/users/{who}/grant", tag: "People" },
  revokeRole: { method: "POST", path: "/users/{who}/revoke", tag: "People" },
  createToken: { method: "POST", path: "/tokens", tag: "People" },
  listTokens: { method: "GET", path: "/tokens", tag: "People" },
  revokeToken: { method: "POST", path: "/tokens/{id}/revoke", tag: "People" },
} as const satisfies Readonly<Record<keyof Operations, Route>>;

/** The names in the braces of a path. */
export function pathInputs(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}
