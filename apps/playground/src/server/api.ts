/** Calls of the server that serves the page; there is no other network. */
const noServer = "no tokenmill server answers here: start one with `npx tokenmill playground`";

/** @throws Error in words for the user, if there is no server or it refuses. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), init);
  } catch (cause) {
    throw new Error(noServer, { cause });
  }
  const type = response.headers.get("content-type") ?? "";
  if (response.ok && !type.startsWith("text/html")) return response;
  if (!type.includes("json")) throw new Error(noServer);
  const { error } = (await response.json()) as { error?: { message?: string } };
  throw new Error(error?.message ?? `the server answered ${response.status}`);
}
