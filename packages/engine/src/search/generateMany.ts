/** All children of a request in one stream. */
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";
import { Observable } from "rxjs";
import type { SequenceHandle } from "../handle.ts";
import type { TokenObserver } from "../scheduler/sequence.ts";
import { childRequests } from "./childRequests.ts";

/** An event of one of several siblings. */
export interface ChildEvent extends TokenEvent {
  /** Which of the siblings, 0 … n − 1. */
  childIndex: number;
}

type Open = (request: GenerateRequest, observer: TokenObserver) => SequenceHandle;

/** Opens all children when subscribed to. A child that fails leaves the others alone: its error comes after their end. */
export function generateMany(open: Open, request: GenerateRequest, n: number): Observable<ChildEvent> {
  return new Observable((subscriber) => {
    let running = n;
    let failure: { readonly error: unknown } | undefined;
    const end = (): void => {
      if (--running > 0) return;
      if (failure) subscriber.error(failure.error);
      else subscriber.complete();
    };
    const handles: SequenceHandle[] = [];
    const cancelAll = (): void => {
      for (const handle of handles) handle.cancel();
    };
    try {
      childRequests(request, n).forEach((child, childIndex) => {
        const handle = open(child, {
          next: (event) => subscriber.next({ ...event, childIndex }),
          error: (error) => {
            failure ??= { error };
            end();
          },
          complete: end,
        });
        handles.push(handle);
      });
    } catch (error) {
      cancelAll();
      subscriber.error(error);
    }
    return cancelAll;
  });
}
