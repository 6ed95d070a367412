/**
 * What a hub asks of the engine: to know its endpoint, and to run a seat. Both may be repeated;
 * an engine whose data were deleted is told everything again.
 */
import { request } from "undici";
import type { SeatKey } from "../store/take-lane.ts";
import { engineErrors } from "./errors.ts";
import { seatName, serviceNameOf } from "./restate-endpoint.ts";

export interface RestateAddresses {
  readonly ingressUrl: string;
  readonly adminUrl: string;
}

const TIMEOUT = { headersTimeout: 5000, bodyTimeout: 5000 };

/** True when the engine knows this hub's object at this address. Throws when it does not answer. */
export async function isRegistered(
  engine: RestateAddresses,
  hub: string,
  endpointUrl: string,
): Promise<boolean> {
  const answer = await request(`${engine.adminUrl}/services/${serviceNameOf(hub)}`, TIMEOUT);
  const text = await answer.body.text();
  if (answer.statusCode === 404) return false;
  if (answer.statusCode !== 200) throw refused(answer.statusCode, text);
  const { deployment_id: id } = JSON.parse(text) as { deployment_id: string };
  const found = await request(`${engine.adminUrl}/deployments/${id}`, TIMEOUT);
  const deployment = JSON.parse(await found.body.text()) as { uri?: string };
  return deployment.uri === endpointUrl || deployment.uri === `${endpointUrl}/`;
}

/** Tells the engine where this hub's object is. Throws E_ENGINE_REFUSED. */
export async function register(engine: RestateAddresses, endpointUrl: string): Promise<void> {
  const answer = await request(`${engine.adminUrl}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: endpointUrl, force: true }),
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw refused(answer.statusCode, text);
}

/** Asks for a run of a seat; returns once the engine has written it down. */
export async function requestRun(
  engine: RestateAddresses,
  hub: string,
  seat: SeatKey,
): Promise<void> {
  const key = encodeURIComponent(seatName(seat));
  const url = `${engine.ingressUrl}/${serviceNameOf(hub)}/${key}/run/send`;
  const answer = await request(url, { method: "POST", ...TIMEOUT });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw refused(answer.statusCode, text);
}

/** True when the engine's ingress says it is healthy. */
export async function isHealthy(engine: RestateAddresses): Promise<boolean> {
  try {
    const answer = await request(`${engine.ingressUrl}/restate/health`, TIMEOUT);
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}

function refused(status: number, text: string): Error {
  return engineErrors.E_ENGINE_REFUSED({ status, text: text.slice(0, 300) });
}
