/** Every operation there is; routes, commands and documents are made from this list. */
import { acceptDifferenceOperation } from "./accept-difference.ts";
import { assignExceptionOperation, listAssigneesOperation } from "./assign-exception.ts";
import { approveProposalOperation, rejectProposalOperation } from "./decide-proposal.ts";
import { doctorOperation } from "./doctor.ts";
import { excludeExceptionOperation } from "./exclude-exception.ts";
import { expireExclusionsOperation } from "./expire-exclusions.ts";
import { exportEvidenceOperation } from "./export-evidence.ts";
import { findStoryOperation } from "./find-story.ts";
import { listCasesOperation } from "./list-cases.ts";
import { listConnectionsOperation } from "./list-connections.ts";
import { listDeadLettersOperation } from "./list-dead-letters.ts";
import { listEventsOperation } from "./list-events.ts";
import { listExceptionsOperation } from "./list-exceptions.ts";
import { listHandoffsOperation } from "./list-handoffs.ts";
import { listProposalsOperation } from "./list-proposals.ts";
import { observeTargetOperation } from "./observe-target.ts";
import { addUserOperation } from "./people/add-user.ts";
import { disableUserOperation } from "./people/disable-user.ts";
import { grantRoleOperation } from "./people/grant-role.ts";
import { listUsersOperation } from "./people/list-users.ts";
import { resetPasswordOperation } from "./people/reset-password.ts";
import { revokeRoleOperation } from "./people/revoke-role.ts";
import {
  createTokenOperation,
  listTokensOperation,
  revokeTokenOperation,
} from "./people/tokens.ts";
import { erasePartyOperation } from "./privacy/erase-party.ts";
import { exportPartyOperation } from "./privacy/export-party.ts";
import { rotateKeysOperation } from "./privacy/rotate-keys.ts";
import { repairReferenceOperation } from "./repair-reference.ts";
import { resumeSendingOperation } from "./resume-sending.ts";
import { planRetentionOperation, runRetentionOperation } from "./retention.ts";
import { retryExceptionOperation } from "./retry-exception.ts";
import { searchOperation } from "./search.ts";
import { showEventOperation } from "./show-event.ts";
import { showExceptionOperation } from "./show-exception.ts";
import { showHandoffOperation } from "./show-handoff.ts";
import { showOverviewOperation } from "./show-overview.ts";
import { showReferencesOperation } from "./show-references.ts";
import { showRootOperation } from "./show-root.ts";
import { snoozeExceptionOperation, wakeExceptionOperation } from "./snooze-exception.ts";
import { stopSendingOperation } from "./stop-sending.ts";
import { trialBalanceOperation } from "./trial-balance.ts";
import { verifyInvariantsOperation } from "./verify-invariants.ts";

export const operations = {
  findStory: findStoryOperation,
  search: searchOperation,
  showOverview: showOverviewOperation,
  listEvents: listEventsOperation,
  showEvent: showEventOperation,
  listHandoffs: listHandoffsOperation,
  showHandoff: showHandoffOperation,
  listExceptions: listExceptionsOperation,
  listCases: listCasesOperation,
  showException: showExceptionOperation,
  retryException: retryExceptionOperation,
  listAssignees: listAssigneesOperation,
  assignException: assignExceptionOperation,
  snoozeException: snoozeExceptionOperation,
  wakeException: wakeExceptionOperation,
  showReferences: showReferencesOperation,
  repairReference: repairReferenceOperation,
  excludeException: excludeExceptionOperation,
  acceptDifference: acceptDifferenceOperation,
  listProposals: listProposalsOperation,
  approveProposal: approveProposalOperation,
  rejectProposal: rejectProposalOperation,
  expireExclusions: expireExclusionsOperation,
  observeTarget: observeTargetOperation,
  listConnections: listConnectionsOperation,
  listDeadLetters: listDeadLettersOperation,
  trialBalance: trialBalanceOperation,
  verifyInvariants: verifyInvariantsOperation,
  exportEvidence: exportEvidenceOperation,
  showRoot: showRootOperation,
  planRetention: planRetentionOperation,
  runRetention: runRetentionOperation,
  exportParty: exportPartyOperation,
  eraseParty: erasePartyOperation,
  rotateKeys: rotateKeysOperation,
  doctor: doctorOperation,
  stopSending: stopSendingOperation,
  resumeSending: resumeSendingOperation,
  addUser: addUserOperation,
  listUsers: listUsersOperation,
  disableUser: disableUserOperation,
  resetPassword: resetPasswordOperation,
  grantRole: grantRoleOperation,
  revokeRole: revokeRoleOperation,
  createToken: createTokenOperation,
  listTokens: listTokensOperation,
  revokeToken: revokeTokenOperation,
} as const;

export type Operations = typeof operations;
