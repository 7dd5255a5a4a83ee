/** Prints the tables of `sizing.ts`. */
import { sizingTables } from "./sizing.ts";

console.log(sizingTables());
