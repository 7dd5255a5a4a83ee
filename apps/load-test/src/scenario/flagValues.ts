/** How the flags of scenarios are read from their texts. */
import { UsageError } from "@tokenmill/cli";
import { durationMs } from "../cli/parseDuration.ts";

/** Of a flag that may be repeated. */
export function collect(value: string, values: readonly string[] | undefined): string[] {
  return [...(values ?? []), value];
}

export function headerFlag(text: string, headers: Record<string, string> | undefined): Record<string, string> {
  const match = /^([^:\s]+):\s*(.*)$/.exec(text);
  if (!match) throw new UsageError(`"header" expected name: value, got ${JSON.stringify(text)}`);
  return { ...headers, [match[1]!]: match[2]! };
}

export function jsonFlag(flag: string): (text: string) => unknown {
  return (text) => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
    } catch {
      // Told below.
    }
    throw new UsageError(`"${flag}" expected a JSON object, got ${JSON.stringify(text)}`);
  };
}

export function lengthFlag(flag: string): (text: string) => unknown {
  return (text) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(text);
    if (!match || (match[2] !== undefined && Number(match[2]) < Number(match[1]))) {
      throw new UsageError(`"${flag}" expected a length such as 64 or 16-256, got ${JSON.stringify(text)}`);
    }
    return match[2] === undefined
      ? Number(match[1])
      : { kind: "uniform", min: Number(match[1]), max: Number(match[2]) };
  };
}

/** `0.1@200ms`, made into what the field holds. */
export function shareFlag(flag: string, field: (share: number, ms: number) => unknown): (text: string) => unknown {
  return (text) => {
    const [share, delay = ""] = text.split("@");
    const ms = durationMs(delay);
    const value = Number(share);
    if (share === "" || !(value >= 0 && value <= 1) || ms === undefined) {
      throw new UsageError(`"${flag}" expected share@delay such as 0.1@200ms, got ${JSON.stringify(text)}`);
    }
    return field(value, ms);
  };
}
