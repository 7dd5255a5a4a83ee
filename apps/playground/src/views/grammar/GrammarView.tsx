/** What a grammar forbids at each step of an output. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Form, forms } from "../../grammar/messages.ts";
import type { GrammarState } from "../../state/link.ts";
import { change, page } from "../../state/store.ts";
import { examples } from "./examples.ts";
import { OutputPanel } from "./OutputPanel.tsx";
import { begin, error, source, step } from "./outputState.ts";
import { TokenList } from "./TokenList.tsx";

const formNames: Readonly<Record<Form, string>> = {
  jsonSchema: "JSON schema",
  regex: "Regex",
  choice: "Choices",
  grammar: "EBNF",
};
const hints: Readonly<Record<Form, string>> = {
  jsonSchema: "Draft 2020-12, draft 7 or OpenAPI 3.0.",
  regex: "The whole output matches it.",
  choice: "One in each line.",
  grammar: "Rules from root, as in GBNF, or from start, as in Lark.",
};
/** From the last key to a new output. */
const pauseMs = 300;

export function GrammarView(): JSX.Element {
  const { grammar } = page.value;
  const absence = source.value?.absence;
  const set = (part: Partial<GrammarState>): void => change({ grammar: { ...grammar, ...part } });
  useEffect(() => {
    const timer = setTimeout(() => void begin(grammar), pauseMs);
    return () => clearTimeout(timer);
  }, [grammar.form, grammar.text, grammar.prompt]);
  return (
    <div class="columns grammar">
      <div class="controls">
        <section class="panel" aria-labelledby="grammar-title">
          <h2 id="grammar-title">Grammar</h2>
          <div class="segments" role="group" aria-label="Form of the grammar">
            {forms.map((form) => (
              <button
                type="button"
                key={form}
                aria-pressed={form === grammar.form}
                onClick={() => set({ form, text: examples[form] })}
              >
                {formNames[form]}
              </button>
            ))}
          </div>
          <form onSubmit={(event) => event.preventDefault()}>
            <textarea
              aria-label={formNames[grammar.form]}
              aria-invalid={error.value !== ""}
              rows={14}
              spellcheck={false}
              value={grammar.text}
              onInput={({ currentTarget }) => set({ text: currentTarget.value })}
            />
            <p class="note">{hints[grammar.form]}</p>
            {absence === undefined && (
              <label class="prompt-box">
                prompt
                <input
                  type="text"
                  name="prompt"
                  value={grammar.prompt}
                  onInput={({ currentTarget }) => set({ prompt: currentTarget.value })}
                />
              </label>
            )}
          </form>
          {absence !== undefined && (
            <p class="note">
              Without a model outputs are of single characters, all as likely: {absence}. Restart asks again.
            </p>
          )}
        </section>
      </div>
      <div class="results">
        {error.value !== "" && (
          <p class="panel problem grammar-error" role="alert">
            {error.value}
          </p>
        )}
        <OutputPanel prompt={absence === undefined ? grammar.prompt : ""} />
        {step.value && !step.value.hasEnded && (
          <div class="grid">
            <TokenList title="The row as it came" tokens={step.value.before} />
            <TokenList title="What the grammar leaves" tokens={step.value.after} />
          </div>
        )}
      </div>
    </div>
  );
}
