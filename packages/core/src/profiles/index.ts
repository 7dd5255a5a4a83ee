/** Named orders of the samplers with their boundary rules: a file for each engine. */
import { hf } from "./hf.ts";
import { koboldcpp } from "./koboldcpp.ts";
import { llamaCpp } from "./llamaCpp.ts";
import { mlx } from "./mlx.ts";
import type { Profile } from "./profile.ts";
export type { Profile } from "./profile.ts";
import { sglang } from "./sglang.ts";
import { textgen } from "./textgen.ts";
import { tokenmill } from "./tokenmill.ts";
import { vllm } from "./vllm.ts";

export type ProfileName = "tokenmill" | "hf" | "vllm" | "llama.cpp" | "sglang" | "mlx" | "koboldcpp" | "textgen";

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  tokenmill,
  hf,
  vllm,
  "llama.cpp": llamaCpp,
  sglang,
  mlx,
  koboldcpp,
  textgen,
};
