/** What a stream of events consists of. */
import type { SequenceErrorEvent, TokenEvent } from "@tokenmill/core";

export type WireEvent = TokenEvent | SequenceErrorEvent;
