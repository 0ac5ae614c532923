import createClient from "openapi-fetch";
import { authorizedFetch, send } from "./http";
import { ApiError } from "./problem";
import type { paths } from "./schema.gen";

// Absolute, because Request of the test environment refuses a path alone.
const baseUrl = globalThis.location?.origin ?? "http://localhost";

/** The API as the signed-in user; paths, parameters and replies are checked against openapi.json. */
export const api = createClient<paths>({ baseUrl, fetch: authorizedFetch });

/** The calls that need no token. */
export const publicApi = createClient<paths>({ baseUrl, fetch: send, credentials: "same-origin" });

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The reply's body, or an ApiError. */
export async function unwrap<T>(call: Promise<Result<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw ApiError.of(response, error);
  if (data === undefined || data === null) {
    if (response.status === 204) return undefined as never;
    throw new ApiError(response.status, { code: "unexpected" });
  }
  return data;
}
