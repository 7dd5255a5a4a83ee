/** `tokenmill-load report`: a stored JSON report again, as summary or HTML. */
import { printText } from "@tokenmill/cli";
import { Command } from "commander";
import { checkOutFiles, writeOutFile } from "../cli/outFiles.ts";
import { sweepText } from "../report/sweepText.ts";
import { loadHtmlPages } from "../html/loadHtmlPages.ts";
import { readReport } from "../report/readReport.ts";
import { summaryText } from "../report/summaryText.ts";

export function reportCommand(): Command {
  return new Command("report")
    .summary("a stored JSON report as summary or HTML")
    .argument("<report>", "JSON report of run or sweep")
    .option("--html <file>", "write the report with plots instead of the summary")
    .action(async (path: string, { html }: { html?: string }) => {
      const report = await readReport(path);
      if (html === undefined) return printText(report.kind === "run" ? summaryText(report) : sweepText(report));
      await checkOutFiles([html], { "the report": path });
      const { runHtml, sweepHtml } = await loadHtmlPages();
      return writeOutFile(html, await (report.kind === "run" ? runHtml(report) : sweepHtml(report)));
    });
}
