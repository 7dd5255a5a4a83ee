/** `tokenmill-load schema`: the JSON schemas of scenarios and reports. */
import { printText } from "@tokenmill/cli";
import { Argument, Command } from "commander";
import { scenarioSchema } from "../scenario/scenarioSchema.ts";
import { reportSchema } from "../report/reportSchema.ts";

const schemas = { scenario: scenarioSchema, report: reportSchema };

export function schemaCommand(): Command {
  return new Command("schema")
    .summary("JSON schemas of scenario files and reports")
    .addArgument(new Argument("<name>", "which").choices(Object.keys(schemas)))
    .action((name: keyof typeof schemas) => printText(`${JSON.stringify(schemas[name], null, 2)}\n`));
}
