/** How bodies are held against their schemas: nothing is changed, and the first finding is enough. */
export const validation = {
  removeAdditional: false,
  coerceTypes: false,
  useDefaults: false,
  allErrors: false,
  verbose: true,
  strict: false,
  // 1e999 is read as Infinity, which is no number of ours.
  strictNumbers: true,
} as const;
