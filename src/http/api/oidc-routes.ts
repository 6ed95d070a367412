/**
 * Sign-in through an identity provider: OpenID Connect, code flow with PKCE, state and nonce.
 *
 * The library checks issuer, audience, times, nonce and the algorithm; signatures of ID tokens are
 * checked too, although the specification lets a client skip that when the token came over TLS.
 * Nobody is let in whom an administrator has not added: the provider says who, we say whether.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as oidc from "openid-client";
import { accessErrors } from "../../access/errors.ts";
import { safeReturnPath } from "../../access/session-rules.ts";
import { messageOf } from "../../kernel/errors.ts";
import { startSession } from "../../operations/people/sign-in.ts";
import { newSecret } from "../../operations/people/who-asks.ts";
import { API_BASE } from "../../operations/routes.ts";
import { beginProviderSignIn, takeProviderSignIn } from "../../store/begin-provider-sign-in.ts";
import type { AccountRow } from "../../store/find-account.ts";
import { findProviderAccount } from "../../store/find-account.ts";
import type { ApiParts, ProviderSettings } from "./api-parts.ts";
import { isSecure, secretOf, sendJson } from "./api-parts.ts";
import { readCookie, setCookie } from "./session-cookie.ts";
import { giveCookie } from "./session-routes.ts";

const SIGN_IN = `${API_BASE}/session/oidc`;
const CALLBACK = `${SIGN_IN}/callback`;
const TEN_MINUTES = 600;

export function addOidcRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { provider, publicUrl } = parts;
  const providers = provider === undefined ? [] : [{ name: provider.name, signInPath: SIGN_IN }];
  const listed = JSON.stringify({ providers });
  app.get(`${API_BASE}/session/providers`, (_request, reply) => sendJson(reply, 200, listed));
  if (provider === undefined || publicUrl === undefined) return;
  const { pool, hasher, random } = parts.context;
  const redirectUri = new URL(CALLBACK, publicUrl).href;
  const configured = makeDiscovery(provider);

  app.get(SIGN_IN, async (request, reply) => {
    const config = await configured();
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce, browser] = [newSecret(random), newSecret(random), newSecret(random)];
    await beginProviderSignIn(pool, {
      stateHash: hasher.sha256(state),
      browserHash: hasher.sha256(browser),
      verifier,
      nonce,
      returnTo: safeReturnPath((request.query as { return?: string }).return),
    });
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: "openid email profile",
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
    });
    const secure = isSecure(parts);
    const cookie = setCookie(browserCookie(secure), browser, secure, TEN_MINUTES);
    return reply.header("set-cookie", cookie).redirect(url.href, 302);
  });

  app.get(CALLBACK, async (request, reply) => {
    const { account, returnTo } = await answered(parts, request, configured, redirectUri);
    const from = { address: request.ip, previous: secretOf(parts, request) };
    giveCookie(parts, reply, await startSession(parts.context, account, from));
    return reply.redirect(returnTo, 303);
  });
}

function browserCookie(secure: boolean): string {
  return secure ? "__Host-tieout-oidc" : "tieout-oidc";
}

/** The provider is asked once; a failure is asked again by the next sign-in. */
function makeDiscovery(provider: ProviderSettings): () => Promise<oidc.Configuration> {
  let found: Promise<oidc.Configuration> | undefined;
  const { issuer, clientId, clientSecret } = provider;
  const plain = new URL(issuer).protocol === "http:";
  const execute = [oidc.enableNonRepudiationChecks];
  // A provider on this machine, in tests and at first tries; anything else must be HTTPS.
  if (plain && provider.allowPlainHttp) execute.push(oidc.allowInsecureRequests);
  return () => {
    found ??= oidc
      .discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: 10 })
      .catch((cause: unknown) => {
        found = undefined;
        throw accessErrors.E_ACCESS_PROVIDER({ reason: messageOf(cause) }, cause);
      });
    return found;
  };
}

/** Who came back from the provider. Throws E_ACCESS_PROVIDER. */
async function answered(
  parts: ApiParts,
  request: FastifyRequest,
  configured: () => Promise<oidc.Configuration>,
  redirectUri: string,
): Promise<{ account: AccountRow; returnTo: string }> {
  const { pool, hasher } = parts.context;
  const { state } = request.query as { state?: unknown };
  const browser = readCookie(request, browserCookie(isSecure(parts)));
  const known =
    typeof state !== "string" || browser === undefined
      ? undefined
      : await takeProviderSignIn(pool, hasher.sha256(state), hasher.sha256(browser));
  if (known === undefined || typeof state !== "string") {
    const reason = "it is not the answer to a sign-in that this browser began just now";
    throw accessErrors.E_ACCESS_PROVIDER({ reason });
  }
  const config = await configured();
  const url = new URL(redirectUri);
  url.search = new URL(request.url, redirectUri).search;
  const checks = {
    pkceCodeVerifier: known.verifier,
    expectedState: state,
    expectedNonce: known.nonce,
    idTokenExpected: true,
  };
  const { subject, address } = await redeem(config, url, checks).catch((cause: unknown) => {
    throw accessErrors.E_ACCESS_PROVIDER({ reason: messageOf(cause) }, cause);
  });
  const { issuer } = config.serverMetadata();
  const account = await findProviderAccount(pool, issuer, subject, address);
  if (account === undefined || account.disabled) {
    throw accessErrors.E_ACCESS_PROVIDER({ reason: "no account here was added for this person" });
  }
  return { account, returnTo: known.returnTo };
}

/** Some providers tell the address with the token, others only when they are asked for it. */
async function redeem(
  config: oidc.Configuration,
  url: URL,
  checks: oidc.AuthorizationCodeGrantChecks,
): Promise<{ subject: string; address: string | undefined }> {
  const tokens = await oidc.authorizationCodeGrant(config, url, checks);
  const claims = tokens.claims();
  if (claims === undefined) throw new Error("there is no ID token");
  const asks = claims["email"] === undefined && config.serverMetadata().userinfo_endpoint;
  const told = asks ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) : claims;
  const mail = told["email_verified"] === true ? told["email"] : undefined;
  return {
    subject: claims.sub,
    address: typeof mail === "string" ? mail.toLowerCase() : undefined,
  };
}
