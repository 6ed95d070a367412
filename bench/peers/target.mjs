/**
 * The target system of P2 and P3, the same for everybody: it answers at once, remembers objects by
 * external id and makes none twice. `node bench/peers/target.mjs '{"port":0,"delayMs":0}'` prints
 * `{"url":…}` once it listens and ends with SIGTERM or with its parent.
 *
 *   PUT|POST /objects/{externalId}   201 {id} the first time, 200 {id, repeated:true} after that
 *   GET      /objects/{externalId}   200 {id} or 404: the probe
 *   POST     /bulk                   {items:[{externalId}]} → 200 {results:[{externalId,id}]}
 *   GET      /stats                  what was called how often
 *   POST     /reset                  forgets objects and numbers
 */
import http from "node:http";
import { pathToFileURL } from "node:url";

/** Starts the target on loopback. `delayMs` is added to each answer on objects and bulk. */
export async function startTarget({ port = 0, delayMs = 0 } = {}) {
  const target = newTarget();
  const server = http.createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const [status, body] = target.answer(request.method, request.url, Buffer.concat(chunks));
      const text = JSON.stringify(body);
      const send = () => {
        response.writeHead(status, {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
        });
        response.end(text);
      };
      if (delayMs > 0) setTimeout(send, delayMs);
      else send();
    });
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", 1024, resolve);
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url, stop };
}

function newTarget() {
  const objects = new Map();
  let stats = zero();
  const keep = (externalId) => {
    const known = objects.get(externalId);
    if (known !== undefined) {
      stats.repeated += 1;
      return { id: known, repeated: true };
    }
    const id = `OBJ${objects.size + 1}`;
    objects.set(externalId, id);
    stats.created += 1;
    return { id };
  };
  const onObject = (method, externalId, bytes) => {
    if (method === "GET") {
      stats.probes += 1;
      const id = objects.get(externalId);
      return id === undefined ? [404, { error: "no such object" }] : [200, { id }];
    }
    if (parse(bytes) === undefined) return [400, { error: "the body is not JSON" }];
    stats.calls += 1;
    const kept = keep(externalId);
    return [kept.repeated ? 200 : 201, kept];
  };
  const onBulk = (bytes) => {
    const items = parse(bytes)?.items;
    if (!Array.isArray(items)) return [400, { error: "items is not a list" }];
    stats.bulkCalls += 1;
    stats.bulkItems += items.length;
    const results = items.map(({ externalId }) => ({ externalId, ...keep(externalId) }));
    return [200, { results }];
  };
  const answer = (method, url, bytes) => {
    if (url.startsWith("/objects/"))
      return onObject(method, decodeURIComponent(url.slice(9)), bytes);
    if (url === "/bulk" && method === "POST") return onBulk(bytes);
    if (url === "/stats") return [200, stats];
    if (url !== "/reset") return [404, { error: "no such path" }];
    objects.clear();
    stats = zero();
    return [200, stats];
  };
  return { answer };
}

const zero = () => ({
  calls: 0,
  created: 0,
  repeated: 0,
  probes: 0,
  bulkCalls: 0,
  bulkItems: 0,
});

function parse(bytes) {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { url, stop } = await startTarget(JSON.parse(process.argv[2] ?? "{}"));
  const end = () => stop().then(() => process.exit(0));
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(), 500).unref();
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}
