/**
 * A conversation as plain text for a base model: `Role: text`, an empty line between messages, and the role that is to
 * speak at the end. The model goes on as the other speaker would, so the start of the user's next turn ends the output.
 */
import type { ChatMessage } from "../bodies/chatBody.ts";

const roleNames = { developer: "System", system: "System", user: "User", assistant: "Assistant" } as const;

/** Ends the assistant's turn. */
export const chatStop: readonly string[] = ["\nUser:"];

export function chatPrompt(messages: readonly ChatMessage[]): string {
  const turns = messages.map(({ role, name, content }) => `${name ?? roleNames[role]}: ${content}\n\n`);
  return `${turns.join("")}Assistant:`;
}
