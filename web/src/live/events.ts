/** The Socket.IO events of the contract (§5), and how the channel's take effect on what REST said before. */
import type { ChannelState, ChannelStatus, ChannelType } from "../api/types";

interface OfChannel {
  companyId: string;
  type: ChannelType;
}

export interface QREvent extends OfChannel {
  qr: string;
  expiresAt: string;
}

export interface StatusEvent extends OfChannel {
  status: ChannelStatus;
  reason?: string;
  message?: string;
  attempt?: number;
  maxAttempts?: number;
  retryAt?: string;
}

export interface ReadyEvent extends OfChannel {
  number: string;
  name?: string;
}

/** A message that came or changed; of what it carries, the inbox only needs to know whose it is. */
export interface MessageEvent {
  conversationId: string;
}

/** A conversation that came to be, moved or changed. */
export interface ConversationEvent {
  id: string;
}

export interface ServerEvents {
  qr: (event: QREvent) => void;
  status: (event: StatusEvent) => void;
  ready: (event: ReadyEvent) => void;
  message: (event: MessageEvent) => void;
  conversation: (event: ConversationEvent) => void;
}

/** What survives a transition: whose number it is and when it was last connected. */
function identity(previous: ChannelState | undefined, type: ChannelType): Partial<ChannelState> {
  if (previous?.type !== type) return {};
  const { number, name, lastConnection } = previous;
  return {
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
    ...(lastConnection === undefined ? {} : { lastConnection }),
  };
}

export function foldStatus(previous: ChannelState | undefined, event: StatusEvent): ChannelState {
  const { companyId: _, ...next } = event;
  const state: ChannelState = { ...identity(previous, event.type), ...next };
  // A QR stays on screen while the channel goes on waiting for it to be scanned.
  const stillScanning =
    previous?.type === event.type &&
    previous.status === "connecting" &&
    event.status === "connecting" &&
    event.attempt === undefined &&
    event.reason === undefined;
  if (stillScanning && previous.qr !== undefined && previous.expiresAt !== undefined) {
    state.qr = previous.qr;
    state.expiresAt = previous.expiresAt;
  }
  return state;
}

export function foldQR(previous: ChannelState | undefined, event: QREvent): ChannelState {
  return {
    ...identity(previous, event.type),
    type: event.type,
    status: "connecting",
    qr: event.qr,
    expiresAt: event.expiresAt,
  };
}

export function foldReady(previous: ChannelState | undefined, event: ReadyEvent, now: string): ChannelState {
  return {
    ...identity(previous, event.type),
    type: event.type,
    status: "active",
    number: event.number,
    ...(event.name ? { name: event.name } : {}),
    lastConnection: now,
  };
}
