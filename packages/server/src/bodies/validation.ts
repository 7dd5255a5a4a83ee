/** How bodies are held against their schemas: nothing is changed, and the first finding is enough. */
export const validation = {
  removeAdditional: false,
  coerceTypes: false,
  useDefaults: false,
  allErrors: false,
  verbose: true,
  strict: false,
} as const;
