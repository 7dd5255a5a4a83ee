/** The state of a cluster as a table. */
import { oneLine } from "@tokenmill/check";
import type { ClusterState } from "@tokenmill/cluster";

const heads = ["process", "host", "pid", "state", "making", "places", "reading", "tokens/s", "not logged"];

export function statusText({ nodes, waiting, claimed, logEntries, logBytes, leader }: ClusterState): string {
  const rows = nodes.map(({ id, host, pid, state, making, capacity, reading, tokensPerSecond, lag }) =>
    [id, oneLine(host), pid, state, making, capacity, reading, tokensPerSecond, lag].map(String),
  );
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const lines = [heads, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  const where = leader === undefined ? "" : `, leader ${oneLine(leader)}`;
  const log = `${logEntries} log entries, ${(logBytes / 2 ** 20).toFixed(1)} MiB`;
  return `${lines.join("\n")}\n${waiting} requests wait, ${claimed} are claimed; ${log}${where}\n`;
}
