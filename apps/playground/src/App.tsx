/** The page: header, the chosen view, and a place for files to be dropped. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { labelOf } from "./params/label.ts";
import { views } from "./state/link.ts";
import { change, linkProblems, page } from "./state/store.ts";
import { isKeyWanted } from "./server/api.ts";
import { announcement } from "./ui/announce.ts";
import { copyText } from "./ui/copyText.ts";
import { KeyForm } from "./ui/KeyForm.tsx";
import { type Theme, theme } from "./ui/theme.ts";
import { CompareView } from "./views/compare/CompareView.tsx";
import { DistributionView } from "./views/distribution/DistributionView.tsx";
import { openFile } from "./views/distribution/openFile.ts";
import { GrammarView } from "./views/grammar/GrammarView.tsx";
import { StreamsView } from "./views/streams/StreamsView.tsx";

const nextTheme: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

const themeNames: Readonly<Record<Theme, string>> = { system: "Auto", light: "Light", dark: "Dark" };

export function App(): JSX.Element {
  const { view } = page.value;
  const isDropping = useDrop();
  return (
    <>
      <header>
        <h1>
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
            <rect x="3" y="17" width="6" height="12" rx="1.5" />
            <rect x="13" y="4" width="6" height="25" rx="1.5" />
            <rect x="23" y="11" width="6" height="18" rx="1.5" />
          </svg>
          tokenmill
        </h1>
        <nav aria-label="Views">
          {views.map((name) => (
            <button
              type="button"
              key={name}
              aria-current={name === view ? "page" : undefined}
              onClick={() => change({ view: name })}
            >
              {labelOf(name)}
            </button>
          ))}
        </nav>
        <div class="header-end">
          <button type="button" class="quiet" onClick={() => void copyText(location.href, "link")}>
            Copy link
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={`${themeNames[theme.value]}, colours`}
            title="Colours"
            onClick={() => (theme.value = nextTheme[theme.value])}
          >
            {themeNames[theme.value]}
          </button>
        </div>
      </header>
      <main>
        {linkProblems.value.map((problem) => (
          <p class="panel problem" role="alert" key={problem}>
            {problem}
          </p>
        ))}
        {isKeyWanted.value && <KeyForm />}
        {view === "distribution" && <DistributionView />}
        {view === "compare" && <CompareView />}
        {view === "streams" && <StreamsView />}
        {view === "grammar" && <GrammarView />}
      </main>
      <p class="toast" role="status" data-shown={announcement.value !== ""}>
        {announcement.value}
      </p>
      {isDropping && <div class="dropping">Drop the row here</div>}
    </>
  );
}

/** Files dropped anywhere become the row. */
function useDrop(): boolean {
  const [isDropping, setIsDropping] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const isFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    addEventListener(
      "dragover",
      (event) => {
        if (!isFile(event)) return;
        event.preventDefault();
        setIsDropping(true);
      },
      { signal },
    );
    addEventListener("dragleave", (event) => event.relatedTarget === null && setIsDropping(false), { signal });
    addEventListener(
      "drop",
      (event) => {
        if (!isFile(event)) return;
        event.preventDefault();
        setIsDropping(false);
        const [file] = event.dataTransfer?.files ?? [];
        if (file) void openFile(file);
      },
      { signal },
    );
    return () => stop.abort();
  }, []);
  return isDropping;
}
