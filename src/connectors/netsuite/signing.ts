/**
 * Token-based authentication: OAuth 1.0a with HMAC-SHA256 and the account as realm. Each call is
 * signed anew, for NetSuite refuses a nonce it has seen.
 */
import { createHmac } from "node:crypto";
import OAuth from "oauth-1.0a";
import type { ConnectorSurroundings } from "../kit/source.ts";
import type { NetSuiteSettings } from "./settings.ts";

const NONCE_BYTES = 16;

/** Returns the Authorization header for a method and a complete address. */
export type Signer = (method: string, url: string) => string;

/** Time and nonce come from the surroundings, so that a signature can be tested. */
export function netsuiteSigner(
  settings: Pick<NetSuiteSettings, "account" | "credentials">,
  surroundings: ConnectorSurroundings,
): Signer {
  const { credentials } = settings;
  const oauth = new OAuth({
    consumer: { key: credentials.consumerKey, secret: credentials.consumerSecret },
    // NetSuite names the realm with an underscore, `1234567_SB1`, unlike the host.
    realm: settings.account.toUpperCase(),
    signature_method: "HMAC-SHA256",
    hash_function: (text, key) => createHmac("sha256", key).update(text).digest("base64"),
  });
  oauth.getNonce = () => Buffer.from(surroundings.random.bytes(NONCE_BYTES)).toString("hex");
  oauth.getTimeStamp = () => Math.floor(surroundings.clock.now() / 1000);
  const token = { key: credentials.tokenId, secret: credentials.tokenSecret };
  return (method, url) => oauth.toHeader(oauth.authorize({ method, url }, token)).Authorization;
}
