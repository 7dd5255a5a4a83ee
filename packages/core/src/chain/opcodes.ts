/** The kernels' numbers of the stages. */
import { OP_CUSTOM } from "../layout.ts";
import { isCustomName } from "../params/samplingParams.ts";
import { samplersByOpcode } from "../samplers/table.ts";
import type { StageName } from "./order.ts";

export const opcodeOf = (name: StageName): number =>
  isCustomName(name) ? OP_CUSTOM : samplersByOpcode.indexOf(name) + 1;
