import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { HttpSender } from "./http-send.ts";
import { openHttp } from "./http-send.ts";

/** A server that answers each request head with what the test says, byte for byte. */
interface Plain {
  readonly origin: string;
  readonly seen: string[];
}

const servers: Server[] = [];
const sockets = new Set<Socket>();
const senders: HttpSender[] = [];

async function plainServer(answer: (socket: Socket, count: number) => void): Promise<Plain> {
  const seen: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      seen.push(data.toString());
      answer(socket, seen.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function sender(origin: string, timeoutMs = 2000, connections = 2): HttpSender {
  const opened = openHttp({ origin, connections, timeoutMs, maxAnswerBytes: 1000 });
  senders.push(opened);
  return opened;
}

const request = { method: "PUT", path: "/x?y=1", headers: { "x-a": "b" }, body: '{"a":1}' };

afterEach(async () => {
  await Promise.all(senders.splice(0).map((one) => one.close()));
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) server.close();
});

describe("what may be said after a call", () => {
  test("a complete answer is an answer, with lower-case header names", async () => {
    const { origin, seen } = await plainServer((socket) =>
      socket.write("HTTP/1.1 204 No Content\r\nLocation: /a/1\r\n\r\n"),
    );
    const answer = await sender(origin).send(request);
    expect(answer).toMatchObject({ kind: "answer", status: 204, body: "" });
    expect(answer.kind === "answer" && answer.headers["location"]).toBe("/a/1");
    expect(seen[0]).toContain("PUT /x?y=1 HTTP/1.1");
  });

  test("a redirect is an answer and is not followed", async () => {
    const { origin, seen } = await plainServer((socket) =>
      socket.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
    );
    expect(await sender(origin).send(request)).toMatchObject({ kind: "answer", status: 302 });
    expect(seen).toHaveLength(1);
  });

  test("a refused connection is not sent", async () => {
    const { origin } = await plainServer(() => {});
    const server = servers.splice(0)[0];
    await new Promise((resolve) => server?.close(resolve));
    expect(await sender(origin).send(request)).toMatchObject({
      kind: "not-sent",
      reason: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("a name that does not resolve is not sent", async () => {
    const answer = await sender("http://no-such-host.invalid").send(request);
    expect(answer.kind).toBe("not-sent");
  });

  test("a closed pool is not sent", async () => {
    const { origin } = await plainServer(() => {});
    const closed = sender(origin);
    await closed.close();
    expect((await closed.send(request)).kind).toBe("not-sent");
  });

  test("a header that cannot be written is not sent and does not throw", async () => {
    const { origin, seen } = await plainServer(() => {});
    const broken = { ...request, headers: { "x-a": "b\r\nx-evil: 1" } };
    expect((await sender(origin).send(broken)).kind).toBe("not-sent");
    expect(seen).toHaveLength(0);
  });

  test("a reset after the request is no answer", async () => {
    const { origin } = await plainServer((socket) => socket.resetAndDestroy());
    expect((await sender(origin).send(request)).kind).toBe("no-answer");
  });

  test("a closed connection after the request is no answer, and is not tried again", async () => {
    const { origin, seen } = await plainServer((socket) => socket.end());
    expect((await sender(origin).send(request)).kind).toBe("no-answer");
    expect(seen).toHaveLength(1);
  });

  test("a kept connection that dies under the next call is no answer, sent once", async () => {
    const { origin, seen } = await plainServer((socket, count) => {
      if (count === 1) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
      else socket.destroy();
    });
    const kept = sender(origin, 2000, 1);
    await kept.send(request);
    expect((await kept.send(request)).kind).toBe("no-answer");
    expect(seen).toHaveLength(2);
  });

  test("a truncated body is no answer", async () => {
    const { origin } = await plainServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
    );
    expect((await sender(origin).send(request)).kind).toBe("no-answer");
  });

  test("a body beyond the limit is no answer", async () => {
    const { origin } = await plainServer((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n${"x".repeat(2000)}`),
    );
    expect((await sender(origin).send(request)).kind).toBe("no-answer");
  });

  test("silence ends at the deadline", async () => {
    const { origin } = await plainServer(() => {});
    const before = performance.now();
    const answer = await sender(origin, 300).send(request);
    expect(answer).toEqual({ kind: "no-answer", reason: "no complete answer within 300 ms" });
    expect(performance.now() - before).toBeGreaterThan(290);
    expect(performance.now() - before).toBeLessThan(1500);
  });

  test("a slow drip ends at the same deadline", async () => {
    const { origin } = await plainServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
      const drip = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(drip));
    });
    expect((await sender(origin, 300).send(request)).kind).toBe("no-answer");
  });

  test("a handshake that never ends is not sent, then or later", async () => {
    const { origin, seen } = await plainServer(() => {});
    const silent = sender(origin.replace("http:", "https:"), 200);
    const answers = await Promise.all([1, 2, 3].map(() => silent.send(request)));
    expect(answers.map((one) => one.kind)).toEqual(["not-sent", "not-sent", "not-sent"]);
    expect(seen.some((text) => text.includes("PUT"))).toBe(false);
  });

  test("a call that waits for the one connection is sent when it is free", async () => {
    const { origin, seen } = await plainServer((socket) => {
      setTimeout(() => socket.write("HTTP/1.1 204 No Content\r\n\r\n"), 50);
    });
    const narrow = sender(origin, 2000, 1);
    const answers = await Promise.all([narrow.send(request), narrow.send(request)]);
    expect(answers.map((one) => one.kind)).toEqual(["answer", "answer"]);
    expect(seen).toHaveLength(2);
  });

  test("a call whose time has passed is not begun", async () => {
    const { origin, seen } = await plainServer(() => {});
    const answer = await sender(origin).send({ ...request, tooLate: () => true });
    expect(answer).toEqual({ kind: "not-sent", reason: "its time to be sent had passed" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toHaveLength(0);
  });

  test("what is not HTTP is no answer", async () => {
    const { origin } = await plainServer((socket) => socket.end("SSH-2.0-x\r\n\r\n"));
    expect((await sender(origin).send(request)).kind).toBe("no-answer");
  });
});
