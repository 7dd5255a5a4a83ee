/** What a stream of events consists of. */
import type { SequenceErrorEvent, TokenEvent } from "@tokenmill/contracts";

export type WireEvent = TokenEvent | SequenceErrorEvent;
