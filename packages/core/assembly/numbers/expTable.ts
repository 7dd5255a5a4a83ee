// The constants of exp, and of widening f16, as vectors in memory: built in code they would be built anew at every use, which costs more than the
// arithmetic (V8 11.3).
import { fillExp64 } from "./exp64";
import { fillF16 } from "./f16";
import { fillPower32 } from "./power32";

export const EXP_TABLE_BYTES = 352;

export function fillExpTable(table: usize): void {
  fillPower32(table);
  fillExp64(table);
  fillF16(table);
}
