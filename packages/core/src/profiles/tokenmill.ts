/** The default: the samplers by their places, which is the order of `hf`, with exact boundaries (top-k keeps exactly k). */
import { type Profile, profileOf } from "./profile.ts";

export const tokenmill: Profile = profileOf({ published: [], topKKeepsTies: false, greedyBelow: 0, defaults: {} });
