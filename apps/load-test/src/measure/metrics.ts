/** What is measured of a request, all in milliseconds. */
export const metricNames = ["e2e", "service", "ttft", "ttftService", "itl", "tpot", "sendDelay"] as const;
export type MetricName = (typeof metricNames)[number];

/** One line each, for reports and the schema. */
export const metricMeanings: Readonly<Record<MetricName, string>> = {
  e2e: "from the time the request was due to its end (open loop: intended time, so a stall counts for all it delayed)",
  service: "from the time the request was sent to its end",
  ttft: "from the time the request was due to its first token",
  ttftService: "from the time the request was sent to its first token",
  itl: "between two arrivals of tokens of one request",
  tpot: "(last token − first token) / (tokens − 1), per request",
  sendDelay: "from the time the request was due until it was sent: the load generator's own lateness and queue",
};

/** Metrics that are also kept per slice of time. */
export const slicedMetrics = ["e2e", "ttft", "itl"] as const;
export type SlicedMetric = (typeof slicedMetrics)[number];

/** Rates of the measured window that limits may name. */
export const rateNames = [
  "requestsPerSecond",
  "tokensPerSecond",
  "goodRequestsPerSecond",
  "gigabytesPerSecond",
  "errorRate",
] as const;
export type RateName = (typeof rateNames)[number];
