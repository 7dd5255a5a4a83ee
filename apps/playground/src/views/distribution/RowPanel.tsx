/** Chooses the row: the article's, pasted JSON, a prompt, a dropped file. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { count } from "../../charts/format.ts";
import { articleJson } from "../../rows/article.ts";
import type { RowSpec } from "../../rows/row.ts";
import { longestLinkedRow } from "../../state/link.ts";
import { chooseRow, page, row, rowError, rowState } from "../../state/store.ts";
import { openFile } from "./openFile.ts";

const kinds: readonly { kind: RowSpec["kind"]; label: string }[] = [
  { kind: "article", label: "Article" },
  { kind: "json", label: "JSON" },
  { kind: "prompt", label: "Prompt" },
  { kind: "file", label: ".npy" },
];

export function RowPanel(): JSX.Element {
  const spec = page.value.row;
  const [shown, setShown] = useState<{ kind: RowSpec["kind"]; of: RowSpec } | undefined>(undefined);
  const kind = shown?.of === spec ? shown.kind : spec.kind;
  return (
    <section class="panel row-panel" aria-labelledby="row-title">
      <h2 id="row-title">Row of logits</h2>
      <div class="segments" role="group" aria-label="Where the row comes from">
        {kinds.map((each) => (
          <button
            type="button"
            key={each.kind}
            aria-pressed={each.kind === kind}
            onClick={() => {
              if (each.kind === "article") chooseRow({ kind: "article" });
              else setShown({ kind: each.kind, of: spec });
            }}
          >
            {each.label}
          </button>
        ))}
      </div>
      {kind === "article" && <p class="note">“Today's weather is so ___”: the six words of the article.</p>}
      {kind === "json" && <JsonForm text={spec.kind === "json" ? spec.text : articleJson} />}
      {kind === "prompt" && <PromptForm prompt={spec.kind === "prompt" ? spec.prompt : "The whale"} />}
      {kind === "file" && <FileForm />}
      <p class="status" aria-live="polite">
        {rowState.value === "loading" && <span class="busy">loading the row</span>}
        {rowState.value === "failed" && <span class="error">{rowError.value}</span>}
        {rowState.value === "ready" && (
          <>
            {count(row.value.logits.length)} token{row.value.logits.length === 1 ? "" : "s"}
            {spec.kind === "file" && ` from ${spec.name}; a link cannot carry a file`}
            {spec.kind === "json" && spec.text.length > longestLinkedRow && "; too long for a link"}
          </>
        )}
      </p>
    </section>
  );
}

function JsonForm({ text }: { text: string }): JSX.Element {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        chooseRow({ kind: "json", text: textOf(event.currentTarget, "json") });
      }}
    >
      <textarea name="json" rows={4} spellcheck={false} aria-label="Logits as JSON" defaultValue={text} />
      <button type="submit">Use these logits</button>
    </form>
  );
}

function PromptForm({ prompt }: { prompt: string }): JSX.Element {
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        chooseRow({ kind: "prompt", prompt: textOf(event.currentTarget, "prompt") });
      }}
    >
      <input name="prompt" type="text" aria-label="Prompt" defaultValue={prompt} />
      <button type="submit">Ask the model</button>
    </form>
  );
}

function FileForm(): JSX.Element {
  return (
    <label class="drop">
      <input
        type="file"
        accept=".npy"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void openFile(file);
        }}
      />
      <span>Drop a .npy file anywhere, or choose one. Of a matrix the last row is used.</span>
    </label>
  );
}

function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}
