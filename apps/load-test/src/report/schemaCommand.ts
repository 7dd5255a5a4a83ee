/** `tokenmill-load schema`: the JSON schemas of scenarios and reports. */
import { Argument, Command } from "commander";
import { writeStdout } from "../cli/writeOut.ts";
import { scenarioSchema } from "../scenario/scenarioSchema.ts";
import { reportSchema } from "./reportSchema.ts";

const schemas = { scenario: scenarioSchema, report: reportSchema };

export function schemaCommand(): Command {
  return new Command("schema")
    .summary("JSON schemas of scenario files and reports")
    .addArgument(new Argument("<name>", "which").choices(Object.keys(schemas)))
    .action((name: keyof typeof schemas) => writeStdout(`${JSON.stringify(schemas[name], null, 2)}\n`));
}
