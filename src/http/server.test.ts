/** How the hub's door closes while somebody stands in it. */
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openHttpServer } from "./server.ts";

test.each([
  ["nothing ever came", ""],
  ["half a request came", "POST /in/shop HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nhalf"],
])("given a connection on which %s, then it does not hold up the end", async (_what, text) => {
  const report = async () => ({ ok: true, body: {} });
  const server = await openHttpServer({
    ...{ host: "127.0.0.1", port: 0, intake: new Map(), health: report, ready: report },
    ...{ metrics: async () => ({ type: "text/plain", text: "" }), onError: () => undefined },
    closePatienceMs: 100,
  });
  const client = net.connect(server.port, "127.0.0.1").on("error", () => undefined);
  await once(client, "connect");
  client.write(text);
  await sleep(50);
  const closing = server.close().then(() => "closed");
  expect(await Promise.race([closing, sleep(3000, "still open")])).toBe("closed");
  client.destroy();
});
