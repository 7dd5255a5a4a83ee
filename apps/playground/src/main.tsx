/** Starts the page. */
import { render } from "preact";
import { App } from "./App.tsx";
import { start } from "./state/store.ts";
import "./styles.css";

start();
render(<App />, document.querySelector("#app")!);
