/** What the watermark parameters mean where they are absent. */
export const defaultKgwGamma = 0.25;
export const defaultKgwContext = 1;
export const defaultSynthIdContext = 4;
