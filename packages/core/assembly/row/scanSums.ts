// What a scan finds on the way besides the largest elements: nothing; a sum of weights, see massF32.ts; moments, see
// scanMoments.ts; the smallest element, see scanLeast.ts. Known when it is compiled.
export const NOTHING = 0;
export const WEIGHTS = 1;
export const MOMENTS = 2;
export const LEAST = 3;

/** As `massScale` of a scan: moments are summed, or the smallest element is found. */
export const SCAN_MOMENTS: f32 = -1;
export const SCAN_LEAST: f32 = -2;
