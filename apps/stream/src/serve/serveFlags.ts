/** Flags of `tokenmill serve`. */
import { addSourceFlags, integerFlag, type SourceFlags } from "@tokenmill/cli";
import { defaultLimits } from "@tokenmill/server";
import { Command, Option } from "commander";
import { addPoolFlags } from "../flags/poolFlags.ts";
import { addClusterFlags, type ClusterFlags } from "../cluster/clusterFlags.ts";
import { rowTimeoutFlag } from "../flags/rowTimeoutFlag.ts";
import { type StageFlag, stageFlag } from "../flags/stageFlag.ts";
import { seedFlag } from "./seedFlag.ts";

export interface ServeFlags extends SourceFlags, ClusterFlags {
  readonly host: string;
  readonly port: number;
  readonly modelName?: string;
  readonly playground?: string;
  readonly allowOrigin?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly resumeKeyFile?: string;
  readonly apiKeysFile?: string;
  readonly workers?: number;
  readonly slots?: number;
  readonly seed?: number | bigint;
  readonly sampleVocabSize?: number;
  readonly sampleWorkers: number;
  readonly maxOpen: number;
  readonly files?: string;
  readonly maxBatch: number;
  readonly maxFile: number;
  readonly maxFiles: number;
  readonly maxContext: number;
  readonly maxSampleSequences: number;
  readonly bodyLimit: number;
  readonly sampleBodyLimit: number;
  readonly peerShare: number;
  readonly connectionShare: number;
  readonly arena: number;
  readonly maxHeld: number;
  readonly maxBodies: number;
  readonly maxUnread: number;
  readonly minUploadRate: number;
  readonly requestTimeout: number;
  readonly rowTimeout: number;
  readonly queueTimeout: number;
  readonly pauseTimeout: number;
  readonly sampleIdleTimeout: number;
  readonly stallTimeout: number;
  readonly shutdownTimeout: number;
  readonly logLevel: string;
  readonly stage?: StageFlag;
  readonly json?: true;
}

/** The command without its action. */
export function serveFlags(): Command {
  const command = new Command("serve");
  const collect = (value: string, values: readonly string[] | undefined): string[] => [...(values ?? []), value];
  command
    .summary("serve token streams over HTTP and WebSocket, as OpenAI's clients expect them")
    .description(
      "Serves token streams over HTTP and WebSocket. Endpoints as OpenAI's clients expect them under /v1;\n" +
        "the whole API is described at /openapi.json. Logs are JSON lines on stderr.",
    )
    .optionsGroup("Server:")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <n>", "port to listen on, 0 for any free one", integerFlag("port", 0, 65_535), 8080)
    .option(
      "--model-name <name>",
      "name of the model in requests and answers (default: the file or folder of --model, or the source's)",
    )
    .option("--playground <directory>", "serve the built playground of that directory under /")
    .option("--allow-origin <origin>", "let pages of that origin call the server; may be repeated", collect)
    .option(
      "--allow-host <name>",
      "answer requests that name that host too; on a loopback address localhost alone is answered; may be repeated",
      collect,
    )
    .option(
      "--resume-key-file <file>",
      "secret that event ids are sealed with, made if it is not there; servers that share it go on with each other's streams (default: resume.key in the cache directory)",
    )
    .option(
      "--api-keys-file <file>",
      "require one of the keys in the file, one a line; TOKENMILL_API_KEYS holds keys too, with commas",
    )
    .option(
      "--files <directory>",
      "keep files and batches there, for /v1/files and /v1/batches; made if it is not there, and this server's alone",
    )
    .addOption(
      new Option("--log-level <level>", "least important messages that are logged")
        .choices(["fatal", "error", "warn", "info", "debug", "silent"])
        .default("info"),
    )
    .option("--json", "print where the server is as one JSON object on stdout");
  addSourceFlags(command);
  addClusterFlags(command);
  const { maxOpenSequences, maxContextTokens, bodyLimitBytes, sampleBodyLimitBytes } = defaultLimits;
  const { requestTimeoutMs, queueTimeoutMs, stallTimeoutMs, pauseTimeoutMs, sampleIdleMs, shutdownTimeoutMs } =
    defaultLimits;
  const seconds = (flag: string, text: string, byDefaultMs: number): void => {
    command.option(`--${flag} <seconds>`, text, integerFlag(flag, 1, 86_400), byDefaultMs / 1000);
  };
  const bytes = (flag: string, text: string, byDefault: number): void => {
    command.option(`--${flag} <bytes>`, text, integerFlag(flag, 1024, 2 ** 31 - 1), byDefault);
  };
  const mebibytes = (flag: string, name: string, text: string, byDefaultBytes: number): void => {
    command.option(`--${flag} <MiB>`, text, integerFlag(name, 1, 4095), byDefaultBytes / 2 ** 20);
  };
  const percent = (flag: string, name: string, text: string, byDefault: number): void => {
    command.option(`--${flag} <percent>`, text, integerFlag(name, 1, 100), byDefault);
  };
  addPoolFlags(command)
    .option("--seed <integer>", "seed of requests without one (default: a random one)", seedFlag)
    .option(
      "--sample-vocab-size <n>",
      "elements of a row in /v1/sample (default: the source's vocabulary)",
      integerFlag("sampleVocabSize", 1, 2 ** 24),
    )
    .option(
      "--sample-workers <n>",
      "worker threads for /v1/sample, for each element type in use",
      integerFlag("sampleWorkers", 0, 256),
      1,
    )
    .addOption(stageFlag())
    .optionsGroup("Limits:")
    .option(
      "--max-open <n>",
      "most open sequences; more are answered with 429",
      integerFlag("maxOpen", 1, 131_072),
      maxOpenSequences,
    )
    .option(
      "--max-batch <n>",
      "most requests of batches that are answered at a time; one less for each sequence that clients have open",
      integerFlag("maxBatch", 1, 8192),
      defaultLimits.maxBatchRequests,
    )
    .option(
      "--max-files <n>",
      "most files that are kept, results of batches included",
      integerFlag("maxFiles", 1, 2 ** 20),
      defaultLimits.maxFiles,
    )
    .option(
      "--max-context <tokens>",
      "most tokens of prompt and output together",
      integerFlag("maxContext", 1, 2 ** 24),
      maxContextTokens,
    )
    .option(
      "--max-sample-sequences <n>",
      "most sequences that /v1/sample keeps",
      integerFlag("maxSampleSequences", 1, 131_072),
      defaultLimits.maxSampleSequences,
    );
  percent(
    "peer-share",
    "peerShare",
    "what one API key, or one address where there are no keys, may have of all that is limited",
    defaultLimits.peerSharePercent,
  );
  percent(
    "connection-share",
    "connectionShare",
    "what one connection may have of it",
    defaultLimits.connectionSharePercent,
  );
  mebibytes(
    "arena",
    "arena",
    "memory for prompts and outputs of open sequences; as much for each element type of /v1/sample",
    defaultLimits.arenaBytes,
  );
  mebibytes(
    "max-held",
    "maxHeld",
    "memory of answers that are not streamed, and of scored prompts",
    defaultLimits.maxHeldBytes,
  );
  mebibytes(
    "max-bodies",
    "maxBodies",
    "memory of bodies and messages until they are answered",
    defaultLimits.maxBodyBytes,
  );
  command.option(
    "--max-file <MiB>",
    "largest file of requests; a larger one is answered with 413",
    integerFlag("maxFile", 1, 2 ** 20),
    defaultLimits.maxFileBytes / 2 ** 20,
  );
  mebibytes("max-unread", "maxUnread", "memory of answers that clients have not read", defaultLimits.maxUnreadBytes);
  bytes("body-limit", "largest JSON body; a larger one is answered with 413", bodyLimitBytes);
  bytes("sample-body-limit", "largest body of /v1/sample", sampleBodyLimitBytes);
  command.option(
    "--min-upload-rate <bytes>",
    "bytes a second that a body must come with, after 5 s; a slower one is answered with 408",
    integerFlag("minUploadRate", 1, 2 ** 31 - 1),
    defaultLimits.minUploadBytesPerSecond,
  );
  seconds("request-timeout", "time for a request to arrive", requestTimeoutMs);
  seconds("queue-timeout", "time that a request may wait for its turn; then it is answered with 429", queueTimeoutMs);
  seconds("stall-timeout", "time that a client may leave its stream unread", stallTimeoutMs);
  seconds("pause-timeout", "time that a client may keep a sequence paused, or without credits", pauseTimeoutMs);
  seconds("sample-idle-timeout", "time that /v1/sample keeps a sequence that gets no rows", sampleIdleMs);
  seconds(
    "shutdown-timeout",
    "time for everything to end after SIGTERM; streams have three quarters of it, or all but 2 s",
    shutdownTimeoutMs,
  );
  command.addOption(rowTimeoutFlag());
  return command;
}
