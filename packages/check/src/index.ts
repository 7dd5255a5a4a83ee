/** @tokenmill/check: one form of message for what is refused or missing, the text of whatever was thrown, and where it goes. */
export * from "./callForeign.ts";
export * from "./checks.ts";
export * from "./lists.ts";
export * from "./messageOf.ts";
export * from "./oneLine.ts";
export * from "./optionalPackages.ts";
export * from "./refusal.ts";
export * from "./refuse.ts";
export * from "./threadFlags.ts";
