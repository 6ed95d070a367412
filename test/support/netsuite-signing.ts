/**
 * Signs requests to the NetSuite sandbox with somebody else's code: the sandbox's own verification,
 * and our connector's signing, must agree with it.
 */
import { createHmac } from "node:crypto";
import OAuth from "oauth-1.0a";
import { DEMO_ACCOUNT, DEMO_CREDENTIALS } from "../../src/sandbox/netsuite/sandbox.ts";

const token = { key: DEMO_CREDENTIALS.tokenId, secret: DEMO_CREDENTIALS.tokenSecret };

/** The Authorization header of a request of the demo company, at a time in epoch milliseconds. */
export function demoAuthorization(method: string, url: string, nowMs: number): string {
  const signer = new OAuth({
    consumer: { key: DEMO_CREDENTIALS.consumerKey, secret: DEMO_CREDENTIALS.consumerSecret },
    realm: DEMO_ACCOUNT,
    signature_method: "HMAC-SHA256",
    hash_function: (base, key) => createHmac("sha256", key).update(base).digest("base64"),
  });
  signer.getTimeStamp = () => Math.floor(nowMs / 1000);
  return signer.toHeader(signer.authorize({ url, method }, token)).Authorization;
}
