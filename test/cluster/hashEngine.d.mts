import type { Engine } from "@tokenmill/engine";
export declare function hashEngine(options?: { delayMs?: number; drift?: number }): Promise<Engine>;
