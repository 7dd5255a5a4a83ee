/** Takes the view away: picture, parameters, command line, program. */
import { messageOf } from "@tokenmill/check";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { chartPng, chartSvg, download } from "../../charts/saveChart.ts";
import { codeSnippet, commandLine, paramsJson, type Shown } from "../../params/exportText.ts";
import { before, history, page, row } from "../../state/store.ts";
import { announce } from "../../ui/announce.ts";
import { copyText } from "../../ui/copyText.ts";

export function ExportMenu(): JSX.Element {
  const menu = useRef<HTMLDetailsElement>(null);
  const shown = (): Shown => {
    const { row: spec, settings, draws } = page.value;
    const { model } = row.value;
    return { row: spec, model, settings, draws, history: history.value.ids.map((id) => row.value.tokenText(id)) };
  };
  const chart = (): SVGSVGElement => document.querySelector<SVGSVGElement>("#distribution-chart")!;
  const title = (): string => {
    const settings = Object.entries(page.value.settings).map(([name, value]) => `${name} ${String(value)}`);
    return settings.length === 0 ? "softmax" : settings.join(", ");
  };
  const actions: readonly { label: string; run: () => void | Promise<void> }[] = [
    { label: "Save PNG", run: async () => download(await chartPng(chart(), title()), "tokenmill.png") },
    { label: "Save SVG", run: () => download(chartSvg(chart(), title()), "tokenmill.svg", "image/svg+xml") },
    {
      label: "Save parameters (JSON)",
      run: () => download(paramsJson(page.value.settings), "params.json", "application/json"),
    },
    { label: "Save row (JSON)", run: () => download(rowJson(), "row.json", "application/json") },
    { label: "Copy parameters (JSON)", run: () => copyText(paramsJson(page.value.settings), "parameters") },
    { label: "Copy command line", run: () => copyText(commandLine(shown()), "command line") },
    {
      label: "Copy TypeScript",
      run: () => copyText(codeSnippet(shown(), row.value.logits, before.value), "program"),
    },
  ];
  return (
    <details
      class="menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        menu.current?.querySelector("summary")?.focus();
        menu.current?.removeAttribute("open");
      }}
      onFocusOut={({ relatedTarget }) => {
        if (!menu.current?.contains(relatedTarget as Node | null)) menu.current?.removeAttribute("open");
      }}
    >
      <summary>Export</summary>
      <div class="menu-list">
        {actions.map(({ label, run }) => (
          <button
            type="button"
            key={label}
            onClick={() => {
              menu.current?.removeAttribute("open");
              Promise.resolve(run()).catch((error: unknown) => announce(messageOf(error)));
            }}
          >
            {label}
          </button>
        ))}
        <pre aria-label="Command line">{commandLine(shown())}</pre>
      </div>
    </details>
  );
}

/** Names and logits as `tokenmill explain --logits-file` reads them. */
function rowJson(): string {
  const { logits, tokenText } = row.value;
  const entries = Array.from(
    logits,
    (logit, id) => [tokenText(id), logit === -Infinity ? "-Infinity" : logit] as const,
  );
  const isDistinct = new Set(entries.map(([name]) => name)).size === entries.length;
  return JSON.stringify(
    Object.fromEntries(isDistinct ? entries : entries.map(([name, x], id) => [`${name} #${id}`, x])),
  );
}
