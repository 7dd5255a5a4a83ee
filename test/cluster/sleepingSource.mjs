/** `--source module:…`: rows that take 20 ms each, as a model's do. */
import { hashSource } from "./hashEngine.mjs";

export default hashSource({ delayMs: 20 });
