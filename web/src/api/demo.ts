/**
 * The demo's virtual phone. These calls exist under `recado demo` alone and are
 * not part of the product's API, so they are typed here and not in openapi.json.
 */
import { queryOptions } from "@tanstack/react-query";
import { send } from "./http";
import { ApiError } from "./problem";

export interface Demo {
  shopId: string;
  shopName: string;
  email: string;
  password: string;
  shopNumber: string;
  customers: { number: string; name: string }[];
}

export interface PhoneMessage {
  seq: number;
  id: string;
  fromMe: boolean;
  from: string;
  text: string;
  kind: string;
  at: string;
  status?: string;
  copies?: number;
}

async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await send(new Request(new URL(path, location.origin), init));
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw ApiError.of(response, body);
  return body as T;
}

const post = <T>(path: string, body: unknown) =>
  call<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** The demo's shop and people, or null on a server that is no demo. */
export const demoQuery = queryOptions({
  queryKey: ["demo"],
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  queryFn: async (): Promise<Demo | null> => {
    try {
      return await call<Demo>("/api/demo");
    } catch (error) {
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) return null;
      throw error;
    }
  },
});

export const scanQR = () => post<{ device: string }>("/api/demo/scan", {});

export const phoneMessages = (customer: string, after: number, signal?: AbortSignal) => {
  const query = new URLSearchParams({ customer, after: String(after) });
  return call<{ messages: PhoneMessage[] | null; typing?: boolean }>(
    `/api/demo/messages?${query}`,
    signal ? { signal } : {},
  );
};

export const writeAs = (customer: string, text: string) =>
  post<{ id: string }>("/api/demo/messages", { customer, text });
