/** One parameter as the table describes it: a slider with a number beside it, a choice, or a text of ids. */
import { messageOf } from "@tokenmill/check";
import type { Parameter } from "@tokenmill/core";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { labelOf } from "../params/label.ts";
import { parseValue, valueText } from "../params/parseValue.ts";
import { sliderOf } from "../params/slider.ts";

export interface FieldProps {
  readonly parameter: Parameter;
  /** Undefined: not set. */
  readonly value: unknown;
  readonly vocabSize: number;
  /** Its name stands above already. */
  readonly isAlone?: boolean;
  readonly onChange: (value: unknown) => void;
}

const placeholders: Partial<Record<Parameter["kind"], string>> = {
  bias: '{"0": 1.5}',
  tokenIds: "0, 3",
  tokenSequences: "[0, 3], [2]",
  sequenceBiases: "[[[0, 3], 1.5]]",
};

const classOf = (isAlone: boolean): string => (isAlone ? "field alone" : "field");

export function Field(props: FieldProps): JSX.Element {
  const { parameter, value, isAlone = false, onChange } = props;
  if (parameter.choices) {
    return (
      <label class={classOf(isAlone)}>
        <span class="field-name">{labelOf(parameter.name)}</span>
        <select
          aria-label={labelOf(parameter.name)}
          title={parameter.description}
          value={typeof value === "string" ? value : ""}
          onChange={({ currentTarget }) => onChange(currentTarget.value === "" ? undefined : currentTarget.value)}
        >
          <option value="">as usual</option>
          {parameter.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      </label>
    );
  }
  if (parameter.kind === "boolean") {
    return (
      <label class="check" title={parameter.description}>
        <input
          type="checkbox"
          aria-label={labelOf(parameter.name)}
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked ? true : undefined)}
        />
        {parameter.description}
      </label>
    );
  }
  return parameter.kind === "number" || parameter.kind === "integer" ? (
    <NumberField {...props} />
  ) : (
    <TextField {...props} />
  );
}

function NumberField({ parameter, value, vocabSize, isAlone = false, onChange }: FieldProps): JSX.Element {
  const { least, most, step, off, start } = sliderOf(parameter, vocabSize);
  const shown = typeof value === "number" ? value : (off ?? start);
  const name = labelOf(parameter.name);
  return (
    <div class={classOf(isAlone)} title={parameter.description}>
      <span class="field-name" aria-hidden="true">
        {name}
      </span>
      <input
        type="range"
        aria-label={name}
        data-parameter={parameter.name}
        min={least}
        max={most}
        step={step}
        value={shown}
        style={{ "--at": `${(100 * (Math.min(Math.max(shown, least), most) - least)) / (most - least)}%` }}
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber)}
      />
      <TextInput
        parameter={parameter}
        value={value === undefined ? undefined : shown}
        label={`${name}, number`}
        onChange={onChange}
        placeholder={off === undefined ? "–" : String(off)}
      />
    </div>
  );
}

function TextField({ parameter, value, isAlone = false, onChange }: FieldProps): JSX.Element {
  return (
    <label class={classOf(isAlone)}>
      <span class="field-name">{labelOf(parameter.name)}</span>
      <TextInput
        parameter={parameter}
        value={value}
        label={labelOf(parameter.name)}
        onChange={onChange}
        placeholder={placeholders[parameter.kind] ?? ""}
        isWide
      />
    </label>
  );
}

interface TextInputProps {
  readonly parameter: Parameter;
  readonly value: unknown;
  readonly label: string;
  readonly placeholder: string;
  readonly isWide?: boolean;
  readonly onChange: (value: unknown) => void;
}

/** What cannot be read stays in the field, with the reason below it, until the setting gets another value. */
function TextInput({ parameter, value, label, placeholder, isWide = false, onChange }: TextInputProps): JSX.Element {
  const [unread, setUnread] = useState<{ text: string; error: string; instead: unknown } | undefined>(undefined);
  const draft = unread && Object.is(unread.instead, value) ? unread : undefined;
  const commit = (text: string): void => {
    try {
      onChange(text.trim() === "" ? undefined : parseValue(parameter, text));
      setUnread(undefined);
    } catch (error) {
      setUnread({ text, error: messageOf(error), instead: value });
    }
  };
  return (
    <>
      <input
        class={isWide ? "wide" : "short"}
        type="text"
        inputMode={isWide ? "text" : "decimal"}
        aria-label={label}
        title={parameter.expected}
        aria-invalid={draft ? "true" : undefined}
        placeholder={placeholder}
        value={draft?.text ?? (value === undefined ? "" : valueText(value))}
        onChange={({ currentTarget }) => commit(currentTarget.value)}
      />
      {draft && (
        <span class="error" role="alert">
          {draft.error}
        </span>
      )}
    </>
  );
}
