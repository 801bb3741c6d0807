import { setTimeout as sleep } from "node:timers/promises";
import { NutriUnreachable } from "./problem.js";

export interface Sending {
  /** Of each attempt, not of all together. */
  timeoutMs: number;
  /** Attempts after the first. Only idempotent calls are repeated. */
  retries: number;
  idempotent: boolean;
  signal: AbortSignal | undefined;
  /** Last to touch each attempt's request: SigV4 goes here, with a date of its own each time. */
  sign: ((request: Request) => Request | Promise<Request>) | undefined;
  fetch: typeof fetch;
}

const BUSY = new Set([429, 503]);
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 20_000;

/** The answer, whatever its status. Throws NutriUnreachable, or what `signal` was aborted with. */
export async function send(request: Request, sending: Sending): Promise<Response> {
  const { retries, idempotent, signal } = sending;
  for (let attempt = 0; ; attempt++) {
    const response = await sendOnce(request.clone(), sending);
    if (!BUSY.has(response.status) || !idempotent || attempt >= retries) return response;
    const wait = delayMs(response, attempt);
    if (wait > LONGEST_DELAY_MS) return response;
    await response.body?.cancel();
    await sleep(wait, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

async function sendOnce(request: Request, { timeoutMs, signal, sign, fetch }: Sending): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    const response = await fetch(sign ? await sign(request) : request, { signal: either });
    // the body belongs to the attempt: an answer cut off is no answer
    const body = await response.arrayBuffer();
    return new Response(body.byteLength ? body : null, response);
  } catch (error) {
    signal?.throwIfAborted();
    throw new NutriUnreachable(timeout.aborted ? timeout.reason : error);
  }
}

/** What the answer asks for, else twice as long each time, of which a random part. */
function delayMs(response: Response, attempt: number): number {
  const asked = retryAfterSeconds(response);
  return asked === undefined ? Math.random() * FIRST_DELAY_MS * 2 ** attempt : asked * 1000;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterSeconds(response: Response): number | undefined {
  const given = response.headers.get("retry-after");
  if (!given) return undefined;
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
