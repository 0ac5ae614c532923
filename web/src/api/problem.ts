import type { Problem } from "./types";

/**
 * A call that did not succeed. `code` is the server's stable code, or one of
 * ours: "network" (no answer), "unexpected" (an answer that is not the API's).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  /** Seconds to wait before trying again, when the server said so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Problem, retryAfter?: number) {
    const code = problem.code ?? (status === 0 ? "network" : "unexpected");
    super(problem.detail ?? problem.title ?? code);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  static network(cause: unknown): ApiError {
    const error = new ApiError(0, { code: "network" });
    error.cause = cause;
    return error;
  }

  static of(response: Response, body: unknown): ApiError {
    const wait = Number(response.headers.get("Retry-After"));
    return new ApiError(
      response.status,
      typeof body === "object" && body !== null ? body : {},
      Number.isFinite(wait) && wait > 0 ? wait : undefined,
    );
  }
}

export function isCode(error: unknown, ...codes: string[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** True when trying again cannot help: the server understood and refused. */
export function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}
