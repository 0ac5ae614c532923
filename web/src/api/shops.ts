import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { Role } from "./types";

export const shopQuery = (shopId: string) =>
  queryOptions({
    queryKey: ["shop", shopId],
    queryFn: ({ signal }) => unwrap(api.GET("/api/shops/{shopId}", { params: { path: { shopId } }, signal })),
  });

/** All shops, for an administrator; page by page, ordered by id. */
export const allShopsQuery = infiniteQueryOptions({
  queryKey: ["shops"],
  initialPageParam: "",
  queryFn: ({ signal, pageParam }) =>
    unwrap(
      api.GET("/api/shops", {
        params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      }),
    ),
  getNextPageParam: (page) => page.next || undefined,
});

export const createShop = (shop: { shopId?: string; name: string }) =>
  unwrap(api.POST("/api/shops", { body: shop }));

export const addUser = (
  shopId: string,
  user: { email: string; name: string; password: string; role: Role },
) => unwrap(api.POST("/api/shops/{shopId}/users", { params: { path: { shopId } }, body: user }));

export const me = () => unwrap(api.GET("/api/me"));
