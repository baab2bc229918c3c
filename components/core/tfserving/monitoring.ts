import { shown } from "../arguments/checks";
import type { Problem } from "../arguments/problem";
import { objectOf, problemsOf, textLike, trueOrFalse } from "../arguments/schema";

/** Prometheus metrics of the server, on its REST port. */
export interface MonitoringOptions {
  /** Whether metrics are served. @default true, unlike the server's own false */
  enabled?: boolean;

  /**
   * URL path of the metrics: it begins with `/` and lies outside `/v1/`, where the REST API is.
   * @default "/monitoring/prometheus/metrics"
   */
  path?: string;
}

export const defaultMetricsPath = "/monitoring/prometheus/metrics";

const schema = objectOf<MonitoringOptions>({
  enabled: trueOrFalse().optional(),
  path: textLike(
    /^\/[A-Za-z0-9_.~/-]+$/,
    "use a URL path, / and then letters, digits, _, -, ., ~ and /",
  )
    .pipe(textLike(/^(?!\/v1(\/|$))/, "choose a path outside /v1/, where the REST API is"))
    .optional(),
});

/** What cannot be served as metrics. */
export function checkMonitoring(monitoring: MonitoringOptions): Problem[] {
  const problems = problemsOf(schema, monitoring);
  return problems.length === 0 && monitoring.enabled === false && monitoring.path !== undefined
    ? [
        {
          propertyPath: "path",
          reason: `is ${shown(monitoring.path)}: leave it out while enabled is false`,
        },
      ]
    : problems;
}

/** Renders `MonitoringConfig` as text-proto; undefined where metrics are off. */
export function renderMonitoring({
  enabled = true,
  path = defaultMetricsPath,
}: MonitoringOptions): string | undefined {
  return enabled ? `prometheus_config { enable: true path: "${path}" }\n` : undefined;
}

/** The same read back. */
export function readMonitoring(text: string): MonitoringOptions {
  const [, path] = /\bpath\s*:\s*["']([^"']*)["']/.exec(text) ?? [];
  const enabled = /\benable\s*:\s*true\b/.test(text);
  return { enabled, ...(enabled && path !== undefined && { path }) };
}
