/** Named stage orders with their boundary rules, as data. */
import type { StageName } from "../stages/stages.ts";

export type ProfileName = "tokenmill" | "hf" | "vllm" | "llama.cpp";
