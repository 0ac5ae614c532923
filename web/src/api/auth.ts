import { queryOptions } from "@tanstack/react-query";
import { publicApi, unwrap } from "./client";
import { ApiError } from "./problem";
import { begin, end } from "./session";
import type { LoginReply } from "./types";

export async function signIn(credentials: { email: string; password: string }): Promise<LoginReply> {
  const reply = await unwrap(publicApi.POST("/api/auth/login", { body: credentials }));
  begin(reply);
  return reply;
}

/** Creates the first administrator with the one-time token of the console's link, and signs in. */
export async function setUp(form: {
  token: string;
  email: string;
  password: string;
  name: string;
}): Promise<void> {
  begin(await unwrap(publicApi.POST("/api/auth/setup", { body: form })));
}

/** Whether the server has no administrator yet, so that there is nobody to sign in. */
export const setUpQuery = queryOptions({
  queryKey: ["setup"],
  retry: false,
  queryFn: async ({ signal }) => (await unwrap(publicApi.GET("/api/auth/setup", { signal }))).needed,
});

/** Signs out here even when the server cannot be told; it then forgets the cookie by its age. */
export async function signOut(): Promise<void> {
  try {
    await publicApi.POST("/api/auth/logout");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  } finally {
    end(false);
  }
}
