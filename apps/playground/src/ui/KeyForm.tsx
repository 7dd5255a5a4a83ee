/** Where a server that has keys is given one: for this visit, or by the browser's own store of passwords. */
import type { JSX } from "preact";
import { apiKey, isKeyWanted } from "../server/api.ts";
import { announce } from "./announce.ts";

export function KeyForm(): JSX.Element {
  return (
    <form
      class="panel inline key-form"
      onSubmit={(event) => {
        event.preventDefault();
        const key = new FormData(event.currentTarget).get("key");
        apiKey.value = typeof key === "string" ? key.trim() : "";
        isKeyWanted.value = false;
        announce("the key goes with what is asked from now on");
      }}
    >
      <input
        type="password"
        name="key"
        required
        autocomplete="current-password"
        aria-label="API key"
        placeholder="API key of this server"
      />
      <button type="submit">Use this key</button>
    </form>
  );
}
