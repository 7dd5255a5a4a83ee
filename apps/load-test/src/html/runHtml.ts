/** The report of one run with plots. */
import type { RunReport } from "../report/runReport.ts";
import { loadText, summaryText, targetText } from "../report/summaryText.ts";
import { duration } from "../report/number.ts";
import { page, preformatted, type Section, table } from "./page.ts";
import { plotSvg } from "./plot.ts";
import {
  histogramPlot,
  latencyOverTimePlot,
  percentilePlot,
  requestsPlot,
  resourcesPlot,
  throughputPlot,
} from "./runPlots.ts";

export async function runHtml(report: RunReport): Promise<string> {
  const { scenario, machine, startedAt, metrics, settings, resources, slo } = report;
  const hasLatency = metrics.e2e.count > 0;
  const sections: Section[] = [
    { title: "Summary", body: preformatted(summaryText(report)) },
    { title: "Throughput", note: "The shaded time is measured.", body: await plotSvg(throughputPlot(report)) },
    { title: slo.length > 0 ? "Requests and goodput" : "Requests", body: await plotSvg(requestsPlot(report)) },
  ];
  if (hasLatency) {
    sections.push(
      {
        title: "Latency over time",
        note: "Requests at the time they ended, gaps between tokens at the time of the second.",
        body: await plotSvg(latencyOverTimePlot(report)),
      },
      {
        title: "Latency percentiles",
        note: "e2e counts from the time a request was due, service from the time it was sent.",
        body: await plotSvg(percentilePlot(report)),
      },
      { title: "Histogram", note: "Twenty bins for each power of ten.", body: await plotSvg(histogramPlot(report)) },
    );
  }
  if (resources.length > 1)
    sections.push({ title: "CPU and memory of the target", body: await plotSvg(resourcesPlot(report)) });
  if (Object.keys(settings).length > 1) sections.push({ title: "By setting", body: table(settingRows(report)) });
  sections.push({ title: "Scenario", body: preformatted(JSON.stringify(scenario, null, 2)) });
  const lead = `${targetText(report)}; ${loadText(scenario.load)}. ${startedAt}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}.`;
  return page(scenario.name, lead, sections);
}

function settingRows({ settings }: RunReport): string[][] {
  const header = ["setting", "requests", "failed", "cancelled", "e2e p50", "p99", "max"];
  return [
    header,
    ...Object.entries(settings).map(([name, { counts, e2e }]) => [
      name,
      String(counts.due),
      String(counts.failed),
      String(counts.cancelled),
      duration(e2e.p50),
      duration(e2e.p99),
      duration(e2e.max),
    ]),
  ];
}
