/** @tokenmill/check: one form of message for what is refused or missing, and the text of whatever was thrown. */
export * from "./checks.ts";
export * from "./lists.ts";
export * from "./messageOf.ts";
export * from "./oneLine.ts";
export * from "./optionalPackages.ts";
export * from "./refusal.ts";
export * from "./refuse.ts";
export * from "./threadFlags.ts";
