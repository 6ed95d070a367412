/** What the environment says about people: where browsers come from, and who vouches for them. */
import type { ProviderSettings } from "../http/api/api-parts.ts";
import type { Environment } from "./environment.ts";
import { appErrors } from "./errors.ts";
import type { PeopleSettings } from "./hub-settings.ts";
import { systemPasswords } from "./passwords.ts";

type Variables = Environment["variables"];

/** Throws E_APP_PUBLIC_URL and E_APP_VARIABLE_MISSING. */
export function peopleSettings(variables: Variables): PeopleSettings {
  const publicUrl = publicUrlOf(variables["TIEOUT_PUBLIC_URL"]);
  return { passwords: systemPasswords, publicUrl, provider: providerOf(variables, publicUrl) };
}

/** Addresses or networks, with commas between; nobody's word is taken when it is not set. */
export function trustedProxies(variables: Variables): readonly string[] | undefined {
  const listed = (variables["TIEOUT_TRUSTED_PROXIES"] ?? "").split(",").map((one) => one.trim());
  const named = listed.filter((one) => one !== "");
  return named.length === 0 ? undefined : named;
}

function publicUrlOf(text: string | undefined): URL | undefined {
  if (text === undefined || text === "") return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw appErrors.E_APP_PUBLIC_URL({ text });
}

function providerOf(
  variables: Variables,
  publicUrl: URL | undefined,
): ProviderSettings | undefined {
  const issuer = variables["TIEOUT_OIDC_ISSUER"];
  if (issuer === undefined || issuer === "") return undefined;
  const clientId = variables["TIEOUT_OIDC_CLIENT_ID"];
  if (clientId === undefined) {
    throw appErrors.E_APP_VARIABLE_MISSING({ name: "TIEOUT_OIDC_CLIENT_ID" });
  }
  if (publicUrl === undefined) {
    throw appErrors.E_APP_VARIABLE_MISSING({ name: "TIEOUT_PUBLIC_URL" });
  }
  const { hostname } = new URL(issuer);
  return {
    name: variables["TIEOUT_OIDC_NAME"] ?? hostname,
    issuer,
    clientId,
    clientSecret: variables["TIEOUT_OIDC_CLIENT_SECRET"],
    allowPlainHttp: hostname === "127.0.0.1" || hostname === "localhost",
  };
}
