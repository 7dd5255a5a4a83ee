/**
 * A conversation as plain text for a base model: `Role: text`, an empty line between messages, and the role that is to
 * speak at the end. The model goes on as the other speaker would, so the start of the user's next turn ends the output.
 */

export interface ChatMessage {
  readonly role: "developer" | "system" | "user" | "assistant";
  /** Absent: the assistant said nothing. */
  readonly content?: string | readonly { readonly text: string }[];
  readonly name?: string;
}

const roleNames = { developer: "System", system: "System", user: "User", assistant: "Assistant" } as const;

/** Ends the assistant's turn. */
export const chatStop: readonly string[] = ["\nUser:"];

export function contentText({ content = "" }: ChatMessage): string {
  return typeof content === "string" ? content : content.map((part) => part.text).join("");
}

export function chatPrompt(messages: readonly ChatMessage[]): string {
  const turns = messages.map((message) => `${message.name ?? roleNames[message.role]}: ${contentText(message)}\n\n`);
  return `${turns.join("")}Assistant:`;
}
