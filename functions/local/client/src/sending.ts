import { NutriUnreachable } from "./problem.js";

export interface Sending {
  /** Of all attempts together, in milliseconds. */
  timeout: number;
  /** Attempts after the first. Only idempotent calls are repeated. */
  retries: number;
  idempotent: boolean;
  signal: AbortSignal | undefined;
  /** Makes each attempt's request: its token is minted and its signature dated then. Its errors are the caller's. */
  prepare: () => Promise<Request>;
  fetch: typeof fetch;
}

const AGAIN = new Set([429, 502, 503, 504]);
const FIRST_DELAY_MS = 200;

/** The answer, whatever its status. Throws NutriUnreachable, or what `signal` was aborted with. */
export async function send(sending: Sending): Promise<Response> {
  const { retries, idempotent, signal, timeout } = sending;
  const ends = Date.now() + timeout;
  for (let attempt = 0; ; attempt++) {
    const last = !idempotent || attempt >= retries;
    const prepared = await sending.prepare();
    signal?.throwIfAborted();
    let answered: Response | undefined;
    let failed: NutriUnreachable | undefined;
    try {
      answered = await sendOnce(prepared, ends, sending);
    } catch (error) {
      if (!(error instanceof NutriUnreachable) || error.timedOut || last) throw error;
      failed = error;
    }
    if (answered && (last || !AGAIN.has(answered.status))) return answered;
    const wait = delayMs(answered, attempt);
    // what is left would not do for another attempt: the caller hears what there is
    if (Date.now() + wait >= ends) {
      if (answered) return answered;
      throw failed;
    }
    await sleep(wait, signal);
  }
}

async function sendOnce(request: Request, ends: number, { signal, fetch }: Sending): Promise<Response> {
  const stop = new AbortController();
  const late = new DOMException("The time allowed is over.", "TimeoutError");
  const timer = setTimeout(() => stop.abort(late), Math.max(0, ends - Date.now()));
  const leave = (): void => stop.abort(signal?.reason);
  signal?.addEventListener("abort", leave, { once: true });
  try {
    const response = await fetch(request, { signal: stop.signal });
    // the body belongs to the attempt: an answer cut off is no answer
    const body = await response.arrayBuffer();
    return new Response(body.byteLength ? body : null, response);
  } catch (error) {
    signal?.throwIfAborted();
    throw new NutriUnreachable(stop.signal.aborted ? stop.signal.reason : error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", leave);
      resolve();
    }, milliseconds);
    if (signal?.aborted) leave();
    else signal?.addEventListener("abort", leave, { once: true });
  });
}

/** What the answer asks for, else twice as long each time, of which a random part. */
function delayMs(response: Response | undefined, attempt: number): number {
  const asked = response && retryAfterSeconds(response);
  return asked === undefined ? Math.random() * FIRST_DELAY_MS * 2 ** attempt : asked * 1000;
}

/** RFC 9110, 10.2.3: seconds, or a date. */
export function retryAfterSeconds(response: Response): number | undefined {
  const given = response.headers.get("retry-after");
  if (!given) return undefined;
  const seconds = /^\d+$/.test(given) ? Number(given) : (Date.parse(given) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
