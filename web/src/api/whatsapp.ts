import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { ChannelState, ChannelType, PairingCode } from "./types";

export const channelKey = (shopId: string) => ["whatsapp", shopId] as const;

/** The shop's only or most recent channel; live events are folded into the same cache entry. */
export const channelQuery = (shopId: string) =>
  queryOptions({
    queryKey: channelKey(shopId),
    queryFn: async ({ signal }) =>
      (await unwrap(
        api.GET("/api/whatsapp/status", { params: { query: { shopId } }, signal }),
      )) as ChannelState,
  });

export const activate = (shopId: string, type: ChannelType) =>
  unwrap(api.POST("/api/whatsapp/activate", { body: { shopId, type } }));

/** Stops the channel; with `logout` also unlinks the device and destroys its credentials. */
export const deactivate = (shopId: string, type: ChannelType, logout: boolean) =>
  unwrap(api.POST("/api/whatsapp/deactivate", { body: { shopId, type, logout } }));

export const pair = (shopId: string, type: ChannelType, phone: string): Promise<PairingCode> =>
  unwrap(api.POST("/api/whatsapp/pair", { body: { shopId, type, phone } }));
