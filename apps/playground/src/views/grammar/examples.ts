/** What each form of grammar begins with. */
import type { Form } from "../../grammar/messages.ts";

export const examples: Readonly<Record<Form, string>> = {
  jsonSchema: `{
  "type": "object",
  "properties": {
    "name": { "type": "string", "maxLength": 20 },
    "rank": { "enum": ["mate", "captain", "cook"] },
    "born": { "type": "string", "format": "date" }
  },
  "required": ["name", "rank"],
  "additionalProperties": false
}`,
  regex: "(Mr|Mrs|Dr)\\. [A-Z][a-z]{2,12}, aged [1-9][0-9]?",
  choice: "aye\naye, captain\nnay\nnever",
  grammar: `root ::= verse ("; " verse)?
verse ::= "the " noun " " verb
noun ::= "whale" | "sea" | "ship"
verb ::= "sleeps" | "rises" | "sinks"`,
};
