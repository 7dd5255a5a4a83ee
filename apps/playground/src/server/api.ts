/** Calls of the server that serves the page; there is no other network. */
import { signal, type Signal } from "@preact/signals";

const noServer = "no tokenmill server answers here: start one with `npx tokenmill playground`";

/** For a server that has keys. */
export const apiKey: Signal<string> = signal("");
/** Whether the server has refused for want of a key that it knows. */
export const isKeyWanted: Signal<boolean> = signal(false);

/** @throws Error in words for the user, if there is no server or it refuses. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (apiKey.value !== "") headers.set("authorization", `Bearer ${apiKey.value}`);
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), { ...init, headers });
  } catch (cause) {
    throw new Error(noServer, { cause });
  }
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && !type.startsWith("text/html")) return response;
  if (!type.includes("json")) throw new Error(noServer);
  if (response.status === 401) {
    isKeyWanted.value = true;
    throw new Error(`the server ${apiKey.value === "" ? "asks for an API key" : "does not know that API key"}`);
  }
  const { error } = (await response.json()) as { error?: { message?: string } };
  throw new Error(error?.message ?? `the server answered ${response.status}`);
}
