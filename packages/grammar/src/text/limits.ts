/** How large a grammar may be. Work and memory of its parsing and compiling follow from these. */
export const limits = {
  /** UTF-16 units of a grammar's text. */
  textLength: 262_144,
  /** Brackets inside each other. */
  nesting: 200,
  rules: 10_000,
  /** Parts of all rules. */
  parts: 100_000,
  /** Largest count of a repetition. */
  repetition: 1_000_000,
  /** Regular parts inside each other; what is deeper stays a rule. */
  regexDepth: 200,
  /** Edges of all rules' automata. */
  edges: 200_000,
  choices: 100_000,
} as const;
