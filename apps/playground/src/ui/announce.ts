/** Says something to screen readers, and shows it for a moment. */
import { signal, type Signal } from "@preact/signals";

export const announcement: Signal<string> = signal("");

let timer = 0;

export function announce(text: string): void {
  announcement.value = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    announcement.value = "";
  }, 4000);
}
