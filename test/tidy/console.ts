/**
 * The pages are a workspace of their own that runs in browsers: what they may load, and what no
 * page may do. Text that people and systems wrote is shown by React, which escapes it, and in no
 * other way; the hub is asked at one place.
 */
import ts from "typescript";
import { target } from "./imports.ts";
import type { Rule, SourceFile, Violation } from "./source.ts";
import { at, eachSource, walkNodes } from "./source.ts";

const own = "console/src/";
const client = "console/src/api/client.ts";
const live = "console/src/api/live.ts";
/** Shapes of the API are the operations' own; their types alone may be named. */
const shapes = "src/operations/";

const libraries: readonly RegExp[] = [
  /^react(\/.+)?$/,
  /^react-dom\/client$/,
  /^@tanstack\/react-(query|router|virtual)$/,
  /^@fontsource-variable\/inter\/.+\.css$/,
];

function isTypeOnly(file: SourceFile, line: number): boolean {
  return /^import type\b/.test(file.lines[line - 1] ?? "");
}

function borders(file: SourceFile): readonly Violation[] {
  return file.imports.flatMap(({ specifier, line }) => {
    const typeOnly = isTypeOnly(file, line);
    if (!specifier.startsWith(".")) {
      const known = libraries.some((one) => one.test(specifier));
      const ofTest = /\.test\.tsx?$/.test(file.path) && specifier === "vitest";
      if (known || ofTest || (specifier === "zod" && typeOnly)) return [];
      const message = `${specifier} is no library of the pages; list it here with its reason`;
      return [{ path: file.path, line, message }];
    }
    const path = target(file.path, specifier);
    if (path.startsWith(own) || (typeOnly && path.startsWith(shapes))) return [];
    const message = `${path} is the server's; pages may name types of ${shapes} and nothing else`;
    return [{ path: file.path, line, message }];
  });
}

const forbidden: readonly { readonly name: RegExp; readonly instead: string }[] = [
  { name: /^dangerouslySetInnerHTML$/, instead: "let React escape it" },
  { name: /^(innerHTML|outerHTML|insertAdjacentHTML|srcdoc)$/, instead: "let React escape it" },
  { name: /^(eval|Function)$/, instead: "the content policy refuses it" },
  { name: /^(parseFloat|toFixed|toPrecision)$/, instead: "amounts stay texts; look/words.ts" },
  { name: /^console$/, instead: "show a problem on the page" },
  { name: /^(XMLHttpRequest|WebSocket|sendBeacon)$/, instead: "ask through api/client.ts" },
];

function forbiddenNames(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  walkNodes(file.ast, (node) => {
    if (!ts.isIdentifier(node)) return;
    const ban = forbidden.find(({ name }) => name.test(node.text));
    if (ban !== undefined) found.push(at(file, node, `${node.text}: ${ban.instead}`));
    const asks = node.text === "fetch" ? client : node.text === "EventSource" ? live : undefined;
    if (asks !== undefined && file.path !== asks)
      found.push(at(file, node, `${node.text} belongs to ${asks}`));
  });
  return found;
}

const inConsole = (path: string): boolean => path.startsWith(own);

export const consoleRules: readonly Rule[] = [
  {
    name: "console-borders",
    check: eachSource(borders, inConsole),
    caught: [
      {
        when: "a page loads the server's code, another folder's types, or an unknown library",
        files: {
          "console/src/a.tsx": [
            'import { operations } from "../../src/operations/all-operations.ts";',
            'import type { Pool } from "../../src/store/database.ts";',
            'import { z } from "zod";',
            'import moment from "moment";',
          ].join("\n"),
        },
        at: [1, 2, 3, 4].map((line) => `console/src/a.tsx:${line}`),
      },
    ],
    clean: {
      "console/src/a.tsx": [
        'import type { Story } from "../../src/operations/story-shape.ts";',
        'import type { z } from "zod";',
        'import { useState } from "react";',
        'import { b } from "./b.ts";',
      ].join("\n"),
      "console/src/b.test.ts": 'import { it } from "vitest";\n',
      "src/http/a.ts": 'import type { Pool } from "../store/database.ts";\n',
    },
  },
  {
    name: "console-shows-text-only",
    check: eachSource(forbiddenNames, inConsole),
    caught: [
      {
        when: "a page makes markup of text, floats of amounts, or asks past the client",
        files: {
          "console/src/a.tsx": [
            "<p dangerouslySetInnerHTML={{ __html: memo }} />;",
            "box.innerHTML = memo;",
            "amount.toFixed(2);",
            'fetch("/api/v1/session");',
            'new EventSource("/x");',
            "console.log(memo);",
          ].join("\n"),
        },
        at: [1, 2, 3, 4, 5, 6].map((line) => `console/src/a.tsx:${line}`),
      },
    ],
    clean: {
      "console/src/api/client.ts": 'fetch("/api/v1/session");\n',
      "console/src/a.tsx": "<p>{memo}</p>;\n",
      "src/app/a.ts": "console.log(1);\n",
    },
  },
];
