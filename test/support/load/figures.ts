/** What became of each request, in columns of the same length. */
export interface Samples {
  /** When each was to be sent, in milliseconds since 1970. */
  starts: Float64Array;
  /** From then to the end of its answer or to its failure, in milliseconds. */
  latencies: Float64Array;
  /** Index into `reasons` plus one; 0: it was answered well. */
  failures: Uint16Array;
  reasons: string[];
  /** Index into `versions` plus one; 0: its answer named none. */
  answers: Uint16Array;
  versions: string[];
}

/** A name for everything that is sent from a time on. */
export interface Mark {
  phase: string;
  /** Milliseconds since 1970. */
  from: number;
}

/** Latencies of answered requests, in milliseconds; not numbers where none was answered. */
export interface Latency {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Requests of one phase, or of the whole load. */
export interface Figures {
  /** Requests that came to an end, one way or the other. */
  total: number;
  failed: number;
  /** Answered requests per second of the time between the first request and the last answer. */
  perSecond: number;
  latency: Latency;
  /** Answers by the model version that they named. */
  versions: Record<string, number>;
}

/** The first of the failures that read alike. */
export interface Failure {
  reason: string;
  count: number;
  phase: string;
  /** Milliseconds from the load's first request to the first of them. */
  afterMs: number;
  /** Milliseconds that the slowest of them took to fail. */
  slowestMs: number;
}

/** The value that `share` of all values do not exceed (nearest rank); NaN of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted.length === 0
    ? NaN
    : sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)];
}

/** Figures of all requests, or of those with these places in the columns. */
export function figures(samples: Samples, chosen?: number[]): Figures {
  const places = chosen ?? Array.from(samples.starts.keys());
  const good = places.filter((place) => samples.failures[place] === 0);
  const latencies = Float64Array.from(good, (place) => samples.latencies[place]).sort();
  const first = places.reduce((least, place) => Math.min(least, samples.starts[place]), Infinity);
  const end = good.reduce(
    (most, place) => Math.max(most, samples.starts[place] + samples.latencies[place]),
    -Infinity,
  );
  return {
    total: places.length,
    failed: places.length - good.length,
    perSecond: good.length === 0 ? 0 : (good.length * 1000) / Math.max(end - first, 1e-3),
    latency: {
      p50: percentile(latencies, 0.5),
      p90: percentile(latencies, 0.9),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
    },
    versions: versions(samples, good),
  };
}

/** Figures by phase; a request belongs to the phase in which it was to be sent. */
export function figuresByPhase(samples: Samples, marks: Mark[]): Record<string, Figures> {
  const places: Record<string, number[]> = Object.fromEntries(
    marks.map(({ phase }) => [phase, []]),
  );
  for (const [place, start] of samples.starts.entries()) {
    places[phaseAt(marks, start)].push(place);
  }
  return Object.fromEntries(
    Object.entries(places).map(([phase, chosen]) => [phase, figures(samples, chosen)]),
  );
}

/** Failures that read alike once, most frequent first. */
export function failures(samples: Samples, marks: Mark[]): Failure[] {
  const found = new Map<number, Failure>();
  const first = samples.starts.reduce((least, start) => Math.min(least, start), Infinity);
  for (const [place, failure] of samples.failures.entries()) {
    if (failure === 0) continue;
    const start = samples.starts[place];
    const known = found.get(failure);
    found.set(failure, {
      reason: samples.reasons[failure - 1],
      count: (known?.count ?? 0) + 1,
      phase: known?.phase ?? phaseAt(marks, start),
      afterMs: known?.afterMs ?? Math.round(start - first),
      slowestMs: Math.max(known?.slowestMs ?? 0, samples.latencies[place]),
    });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

function phaseAt(marks: Mark[], start: number): string {
  return (marks.filter(({ from }) => from <= start).pop() ?? marks[0]).phase;
}

function versions(samples: Samples, places: number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const place of places) {
    const answer = samples.answers[place];
    if (answer > 0) {
      const version = samples.versions[answer - 1];
      counts[version] = (counts[version] ?? 0) + 1;
    }
  }
  return counts;
}
