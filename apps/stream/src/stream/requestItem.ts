/** A sequence to run, in input order, or why it cannot. */
import type { GenerateRequest } from "@tokenmill/core";

interface Item {
  readonly sequenceId: number | bigint;
  /** 1-based line of the input, if it came from one. */
  readonly line: number | undefined;
  /** 0-based number among the copies of its prompt. */
  readonly copy: number;
}

export interface GoodItem extends Item {
  readonly request: GenerateRequest;
}

interface BadItem extends Item {
  readonly error: Error;
}

export type RequestItem = GoodItem | BadItem;
