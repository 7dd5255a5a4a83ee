/** Opens a dropped or chosen file as the row. */
import { change, chooseRow } from "../../state/store.ts";

export async function openFile(file: File): Promise<void> {
  const isJson = /\.json$/i.test(file.name);
  change({ view: "distribution" });
  if (isJson) chooseRow({ kind: "json", text: await file.text() });
  else chooseRow({ kind: "file", name: file.name }, await file.arrayBuffer());
}
