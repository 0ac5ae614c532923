/** The shop that was open last in this browser, so that a visit begins where the last one ended. */
const key = "recado.shop";

export function rememberShop(shopId: string): void {
  try {
    localStorage.setItem(key, shopId);
  } catch {
    // Storage may be refused; a visit then begins in the first shop.
  }
}

export function lastShop(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
