import { describe, expect, test } from "vitest";
import { peopleSettings, trustedProxies } from "./people-settings.ts";

const PROVIDER = {
  TIEOUT_OIDC_ISSUER: "https://id.example.com/realms/us",
  TIEOUT_OIDC_CLIENT_ID: "tieout",
  TIEOUT_PUBLIC_URL: "https://tieout.example.com",
};

describe("what the environment says about people", () => {
  test("given nothing, then people have passwords here, and nobody vouches for them", () => {
    const { publicUrl, provider } = peopleSettings({});
    expect([publicUrl, provider]).toEqual([undefined, undefined]);
    expect(peopleSettings({ TIEOUT_PUBLIC_URL: "", TIEOUT_OIDC_ISSUER: "" }).provider).toBe(
      undefined,
    );
  });

  test("given a provider, then it goes by its host's name and is asked over HTTPS alone", () => {
    const { publicUrl, provider } = peopleSettings(PROVIDER);
    expect(publicUrl?.href).toBe("https://tieout.example.com/");
    expect(provider).toEqual({
      name: "id.example.com",
      issuer: PROVIDER.TIEOUT_OIDC_ISSUER,
      clientId: "tieout",
      clientSecret: undefined,
      allowPlainHttp: false,
    });
    const named = { ...PROVIDER, TIEOUT_OIDC_NAME: "Okta", TIEOUT_OIDC_CLIENT_SECRET: "s" };
    expect(peopleSettings(named).provider).toMatchObject({ name: "Okta", clientSecret: "s" });
  });

  test("given a provider on this machine, then plain HTTP will do, and on no other", () => {
    const at = (issuer: string) =>
      peopleSettings({ ...PROVIDER, TIEOUT_OIDC_ISSUER: issuer }).provider?.allowPlainHttp;
    expect(at("http://127.0.0.1:9000")).toBe(true);
    expect(at("http://localhost:9000")).toBe(true);
    expect(at("http://127.0.0.1.example.com")).toBe(false);
  });

  test.each([
    ["TIEOUT_OIDC_CLIENT_ID", "TIEOUT_OIDC_CLIENT_ID"],
    ["TIEOUT_PUBLIC_URL", "TIEOUT_PUBLIC_URL"],
  ])("given a provider without %s, then the start is refused by that name", (without, named) => {
    const { [without]: _, ...rest } = PROVIDER as Record<string, string>;
    expect(() => peopleSettings(rest)).toThrow(named);
  });

  test.each(["tieout.example.com", "ftp://tieout.example.com", "javascript:alert(1)"])(
    "given %s as our own address, then the start is refused",
    (text) => {
      expect(() => peopleSettings({ TIEOUT_PUBLIC_URL: text })).toThrow(text);
    },
  );

  test("given proxies, then only those named are believed", () => {
    expect(trustedProxies({})).toBe(undefined);
    expect(trustedProxies({ TIEOUT_TRUSTED_PROXIES: " , " })).toBe(undefined);
    expect(trustedProxies({ TIEOUT_TRUSTED_PROXIES: "10.0.0.1, 10.1.0.0/16" })).toEqual([
      "10.0.0.1",
      "10.1.0.0/16",
    ]);
  });
});
