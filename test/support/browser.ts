/** As much of a browser as a sign-in needs: it keeps cookies by host and follows redirects. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
}

export interface Browser {
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  post(url: string, form: Readonly<Record<string, string>>): Promise<Page>;
  /** Follows redirects while `on` says so. */
  follow(page: Page, on: (url: string) => boolean): Promise<Page>;
  readonly cookies: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export function openBrowser(): Browser {
  const cookies = new Map<string, Map<string, string>>();
  const ask = async (url: string, init: RequestInit): Promise<Page> => {
    const { host } = new URL(url);
    const kept = cookies.get(host) ?? new Map<string, string>();
    cookies.set(host, kept);
    const cookie = [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(init.headers as Record<string, string>), cookie };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      kept.set(name, value);
    }
    const to = response.headers.get("location");
    const location = to === null ? undefined : new URL(to, url).href;
    return { url, status: response.status, text: await response.text(), location };
  };
  const get: Browser["get"] = (url, headers = {}) => ask(url, { headers });
  return {
    cookies,
    get,
    post: (url, form) => ask(url, { method: "POST", body: new URLSearchParams(form) }),
    async follow(page, on) {
      let at = page;
      for (let hops = 0; at.location !== undefined && on(at.location) && hops < 20; hops += 1) {
        at = await get(at.location);
      }
      return at;
    },
  };
}
