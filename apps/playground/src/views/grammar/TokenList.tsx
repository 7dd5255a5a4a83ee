/** The most probable tokens of a row, those that are forbidden struck; the others can be chosen. */
import type { JSX } from "preact";
import { percent } from "../../charts/format.ts";
import type { ShownToken } from "../../grammar/messages.ts";
import { goTo, output, source } from "./outputState.ts";
import { shownText } from "./shownText.ts";

export interface TokenListProps {
  readonly title: string;
  readonly tokens: readonly ShownToken[];
}

export function TokenList({ title, tokens }: TokenListProps): JSX.Element {
  const texts = source.value?.texts ?? [];
  const most = tokens[0]?.prob ?? 1;
  return (
    <section class="panel" aria-label={title}>
      <div class="panel-head">
        <h3>{title}</h3>
      </div>
      <ol class="token-list">
        {tokens.map(({ tokenId, prob, isAllowed }) => (
          <li key={tokenId} data-token-id={tokenId} data-allowed={isAllowed} data-prob={prob}>
            <button
              type="button"
              disabled={!isAllowed}
              title={isAllowed ? `Choose token ${tokenId}` : "The grammar forbids it here"}
              onClick={() => void goTo([...output.value, tokenId])}
            >
              {isAllowed ? shownText(texts, tokenId) : <s>{shownText(texts, tokenId)}</s>}
            </button>
            <span class="share" style={{ "--share": String(prob / most) }} />
            <span>{percent(prob)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
