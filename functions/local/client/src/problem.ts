import type { components } from "./schema.js";

/** Codes the service promises. Others may be added, so a switch over them needs a default. */
export type ProblemCode =
  | "cache_unavailable"
  | "conflict"
  | "database_unavailable"
  | "date_too_early"
  | "deleted_by_user"
  | "disabled_by_user"
  | "forbidden"
  | "future_date"
  | "insufficient_data"
  | "internal_error"
  | "invalid_cursor"
  | "invalid_input"
  | "invalid_range"
  | "invalid_text"
  | "malformed_body"
  | "method_not_allowed"
  | "model_missing"
  | "model_refused"
  | "never_paired"
  | "no_evidence"
  | "no_trial"
  | "not_an_http_event"
  | "not_found"
  | "not_ready"
  | "out_of_range"
  | "out_of_time"
  | "payload_too_large"
  | "rate_limited"
  | "start_date"
  | "trial_running"
  | "unauthenticated"
  | "unavailable"
  | "unknown_input"
  | "unknown_metric"
  | "unknown_model_version";

/** What stands in front of the service words its own refusals so. */
interface PlatformBody {
  Message?: string;
  message?: string;
}

export type FieldProblem = components["schemas"]["FieldProblem"];

/** The service refused (RFC 9457), or the platform in front of it did (`code` is then "platform_<status>"). */
export class NutriProblem extends Error {
  override readonly name = "NutriProblem";
  readonly status: number;
  readonly code: ProblemCode | (string & {});
  /** Of the request in the service's logs; absent where the platform refused. */
  readonly requestId: string | undefined;
  /** Where in the request, as JSON pointers. */
  readonly errors: readonly FieldProblem[];
  /** With "insufficient_data": what there is and what it takes, in `unit`. */
  readonly have: number | undefined;
  readonly need: number | undefined;
  readonly unit: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    body: Partial<components["schemas"]["ProblemDetails"]> & PlatformBody,
    retryAfterSeconds?: number,
  ) {
    super(body.detail ?? body.Message ?? body.message ?? `The platform answered ${status}.`);
    this.status = status;
    this.code = body.code ?? `platform_${status}`;
    this.requestId = body.requestId;
    this.errors = body.errors ?? [];
    this.have = body.have ?? undefined;
    this.need = body.need ?? undefined;
    this.unit = body.unit ?? undefined;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer came: refused, cut off, or later than `timeout`. What was asked may or may not have been done. */
export class NutriUnreachable extends Error {
  override readonly name = "NutriUnreachable";
  readonly timedOut: boolean;

  constructor(cause: unknown) {
    const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
    super(timedOut ? "No answer within the time allowed." : "The service cannot be reached.", { cause });
    this.timedOut = timedOut;
  }
}
