import { notifications } from "@mantine/notifications";
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { isCode } from "../api/problem";
import type { ChannelState, ChannelType } from "../api/types";
import { activate, channelKey, channelQuery, deactivate } from "../api/whatsapp";
import { errorSentence } from "../layout/errorSentence";
import { useLive } from "../live/LiveProvider";

/** The shop's channel, kept fresh by live events, and by asking while they do not arrive. */
export function useChannel(shopId: string) {
  const live = useLive();
  return useQuery({
    ...channelQuery(shopId),
    refetchInterval: ({ state }) => {
      if (live !== "online") return 3_000;
      return state.data?.status === "connecting" ? 15_000 : false;
    },
  });
}

/**
 * The channel's commands. Each can be sent twice without harm: the server
 * answers with what is already so, and a pending one disables its button.
 */
export function useChannelCommands(shopId: string) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const queryKey = channelKey(shopId);
  const renew = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey }),
      queries.invalidateQueries({ queryKey: ["shop", shopId] }),
    ]);
  const failed = (error: Error) => {
    notifications.show({ color: "red", message: errorSentence(t, error) });
  };

  return {
    activate: useMutation({
      mutationKey: activating(shopId),
      mutationFn: (type: ChannelType) => activate(shopId, type),
      onSuccess: async (reply, type) => {
        await queries.cancelQueries({ queryKey });
        queries.setQueryData<ChannelState>(queryKey, (previous) => mergeReply(previous, reply, type));
        if (reply.status === "active") await renew();
      },
      onError: (error) => {
        failed(error);
        // The link may still come to be: the status tells.
        if (isCode(error, "qr_timeout", "network")) void renew();
      },
    }),
    deactivate: useMutation({
      mutationFn: ({ type, logout }: { type: ChannelType; logout: boolean }) =>
        deactivate(shopId, type, logout),
      onSuccess: renew,
      onError: failed,
    }),
  };
}

const activating = (shopId: string) => ["activate", shopId];

/** Whether an activation is on its way, known at once and not at the next drawing: for a double click. */
export function isActivating(queries: QueryClient, shopId: string): boolean {
  return queries.isMutating({ mutationKey: activating(shopId) }) > 0;
}

interface ActivateReply {
  status: string;
  qr?: string;
  expiresAt?: string;
  number?: string;
}

/** What the activation's reply says, without losing a newer QR that an event brought meanwhile. */
export function mergeReply(
  previous: ChannelState | undefined,
  reply: ActivateReply,
  type: ChannelType,
): ChannelState {
  const sameType = previous?.type === type ? previous : undefined;
  if (sameType?.status === "connecting" && newer(sameType.expiresAt, reply.expiresAt)) return sameType;
  return {
    type,
    status: reply.status as ChannelState["status"],
    ...(reply.qr && reply.expiresAt ? { qr: reply.qr, expiresAt: reply.expiresAt } : {}),
    ...(reply.number ? { number: reply.number } : sameType?.number ? { number: sameType.number } : {}),
    ...(sameType?.lastConnection ? { lastConnection: sameType.lastConnection } : {}),
  };
}

function newer(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && Date.parse(a) > Date.parse(b);
}
