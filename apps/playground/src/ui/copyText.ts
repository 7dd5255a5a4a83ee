/** Puts text on the clipboard and says so. */
import { announce } from "./announce.ts";

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`the ${what} is on the clipboard`);
  } catch {
    announce(`the browser did not let the ${what} onto the clipboard`);
  }
}
