import type { LogitsSource } from "@tokenmill/core";
export declare function hashSource(options?: { delayMs?: number; drift?: number }): LogitsSource;
