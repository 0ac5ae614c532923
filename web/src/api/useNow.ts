import { useEffect, useState } from "react";
import { serverNow } from "./clock";

/** The server's time, renewed every `interval` milliseconds while the page is seen. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    setNow(serverNow());
    const timer = setInterval(() => {
      if (!document.hidden) setNow(serverNow());
    }, interval);
    const onShow = () => setNow(serverNow());
    document.addEventListener("visibilitychange", onShow);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShow);
    };
  }, [interval]);
  return now;
}
