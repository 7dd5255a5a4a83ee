/** A bar chart in the page: keeps d3's drawing as wide as its place. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { BarChart, type BarChartOptions } from "./barChart.ts";
import type { BarChartData } from "./barRow.ts";

export interface ChartProps extends BarChartOptions {
  readonly data: BarChartData;
  readonly id?: string;
}

export function Chart({ data, id, ...options }: ChartProps): JSX.Element {
  const svg = useRef<SVGSVGElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<BarChart>(undefined);
  const latest = useRef(options);
  latest.current = options;
  useLayoutEffect(() => {
    const made = new BarChart(svg.current!, {
      label: options.label,
      isCompact: options.isCompact ?? false,
      onHover: (row, element) => latest.current.onHover?.(row, element),
      ...(options.onChoose && { onChoose: (row) => latest.current.onChoose?.(row) }),
    });
    chart.current = made;
    made.resize(place.current!.clientWidth);
    const observer = new ResizeObserver(() => made.resize(place.current?.clientWidth ?? 0));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    svg.current?.setAttribute("aria-label", options.label);
    chart.current?.render(data);
  }, [data, options.label]);
  return (
    <div class="chart" ref={place}>
      <svg ref={svg} id={id} />
    </div>
  );
}
