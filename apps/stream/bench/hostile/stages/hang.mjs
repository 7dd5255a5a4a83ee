/** A stage that never ends. */
export default function hang() {
  for (;;);
}
