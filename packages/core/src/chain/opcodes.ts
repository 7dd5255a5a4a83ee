/** The kernels' numbers of the stages. */
import { opcodes } from "../generated/opcodes.ts";
import { OP_CUSTOM } from "../layout.ts";
import { isCustomName } from "../params/samplingParams.ts";
import type { StageName } from "./order.ts";

export const opcodeOf = (name: StageName): number => (isCustomName(name) ? OP_CUSTOM : opcodes[name]);
