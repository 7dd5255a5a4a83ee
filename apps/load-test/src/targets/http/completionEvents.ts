/** What an event of a completions or chat stream says, whoever's server wrote it. */

export interface CompletionEvent {
  /** Pieces with content. */
  readonly pieces: number;
  readonly isFinished: boolean;
  /** Output tokens, where the server counts them. */
  readonly completionTokens: number | undefined;
  readonly error: string | undefined;
}

interface WireEvent {
  readonly choices?: readonly WireChoice[] | null;
  readonly usage?: { readonly completion_tokens?: number } | null;
  readonly error?: { readonly message?: string } | string | null;
}

interface WireChoice {
  readonly text?: string | null;
  readonly delta?: WireMessage | null;
  readonly message?: WireMessage | null;
  readonly finish_reason?: string | null;
}

interface WireMessage {
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly tool_calls?: unknown;
}

/** @throws SyntaxError if it is not JSON, TypeError if it is not an object. */
export function readCompletionEvent(json: string): CompletionEvent {
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null) throw new TypeError(`expected an object, got ${json.slice(0, 80)}`);
  const { choices, usage, error } = value as WireEvent;
  let pieces = 0;
  let isFinished = false;
  for (const choice of choices ?? []) {
    if (hasContent(choice)) pieces++;
    if (typeof choice.finish_reason === "string") isFinished = true;
  }
  return { pieces, isFinished, completionTokens: usage?.completion_tokens, error: errorText(error) };
}

function hasContent({ text, delta, message }: WireChoice): boolean {
  if (typeof text === "string" && text !== "") return true;
  const said = delta ?? message;
  return Boolean(said?.content || said?.reasoning_content || said?.reasoning || said?.tool_calls);
}

function errorText(error: WireEvent["error"]): string | undefined {
  if (error === undefined || error === null) return undefined;
  return typeof error === "string" ? error : (error.message ?? JSON.stringify(error));
}
