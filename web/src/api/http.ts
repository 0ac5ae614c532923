import { learnClock } from "./clock";
import { ApiError } from "./problem";
import { accessToken, refresh } from "./session";

let language = "es";

/** The language in which the server words its refusals. */
export function speak(tag: string): void {
  language = tag;
}

/**
 * fetch with the access token, renewed when it is about to end or was refused.
 * A request is repeated at most once, and only after a 401: the server did
 * nothing with it.
 */
export async function authorizedFetch(request: Request): Promise<Response> {
  const token = await accessToken();
  const again = request.clone();
  const response = await send(withToken(request, token));
  if (response.status !== 401) return response;
  return send(withToken(again, await refresh(token)));
}

/** fetch whose failure to reach the server is an ApiError "network". */
export async function send(request: Request): Promise<Response> {
  const sentAt = Date.now();
  request.headers.set("Accept-Language", language);
  try {
    const response = await fetch(request);
    learnClock(response.headers.get("Date"), sentAt, Date.now());
    return response;
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw ApiError.network(cause);
  }
}

function withToken(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}
