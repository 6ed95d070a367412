/** `/api/docs`: the description for people, a plain page without script or outside request. */
import { createHash } from "node:crypto";
import type { Document } from "./open-api.ts";

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: unknown }>> };
  readonly responses: Readonly<Record<string, { description: string; content?: unknown }>>;
}

/** The page, and the hash by which its one style is allowed. */
export function docsPage(document: Document): {
  readonly page: string;
  readonly styleHash: string;
} {
  const paths = document["paths"] as Record<string, Record<string, Described>>;
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ path, method, one })),
  );
  const tags = [...new Set(all.map(({ one }) => one.tags?.[0] ?? ""))];
  const info = document["info"] as { title: string; version: string; description: string };
  const sections = tags.map((tag) => {
    const ours = all.filter(({ one }) => (one.tags?.[0] ?? "") === tag);
    const body = ours.map(({ path, method, one }) => section(path, method, one)).join("\n");
    return `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>\n${body}`;
  });
  const index = tags
    .map((tag) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`)
    .join(" · ");
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)} API ${escapeHtml(info.version)}</title>
<style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(info.title)} API <small>${escapeHtml(info.version)}</small></h1>
<p>${escapeHtml(info.description)}</p>
<p>For programs: <a href="/api/openapi.json">OpenAPI 3.1</a>.</p><nav>${index}</nav>
${sections.join("\n")}
</main></body></html>
`;
  const digest = createHash("sha256").update(STYLE).digest("base64");
  return { page, styleHash: `sha256-${digest}` };
}

function section(path: string, method: string, one: Described): string {
  const rows = (one.parameters ?? []).map((place) => {
    const name = `<code>${escapeHtml(place.name)}</code>${place.required === true ? " *" : ""}`;
    const schema = `<code>${escapeHtml(JSON.stringify(place.schema ?? {}))}</code>`;
    const about = `${escapeHtml(place.description ?? "")} ${schema}`;
    return `<tr><td>${name}</td><td>${escapeHtml(place.in)}</td><td>${about}</td></tr>`;
  });
  const body = one.requestBody?.content["application/json"]?.schema;
  const answer = one.responses["200"]?.content as Record<string, { schema: unknown }> | undefined;
  const address = `<b>${escapeHtml(method.toUpperCase())}</b> <code>${escapeHtml(path)}</code>`;
  return [
    `<section id="${escapeHtml(one.operationId)}"><h3>${address}</h3>`,
    `<p>${escapeHtml(one.summary)} ${escapeHtml(one.description ?? "")}</p>`,
    rows.length === 0 ? "" : `<table>${rows.join("")}</table>`,
    body === undefined ? "" : details("Body", body),
    answer === undefined ? "" : details("Answer", Object.values(answer)[0]?.schema),
    `<p>${escapeHtml(one.responses["default"]?.description ?? "")}</p></section>`,
  ].join("\n");
}

function details(title: string, schema: unknown): string {
  const text = escapeHtml(JSON.stringify(schema, null, 2) ?? "");
  return `<details><summary>${title}</summary><pre>${text}</pre></details>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:60rem;margin:auto;padding:1.5rem}
section{border-top:1px solid #8886;padding:.5rem 0}
h3{font-size:1rem;margin:.5rem 0}
code,pre{font-family:ui-monospace,monospace;font-size:.85rem}
pre{overflow:auto;max-height:30rem}
table{border-collapse:collapse}
td{padding:.1rem .8rem .1rem 0;vertical-align:top;overflow-wrap:anywhere}
`;
