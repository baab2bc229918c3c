"""Request metrics under the real server's names, as a Prometheus page.

The page shows what the stand-in measures; the real one has TensorFlow's own metrics as well.
"""

import bisect
import threading

DEFAULT_PATH = "/monitoring/prometheus/metrics"
# Microseconds: 33 buckets, 10 growing by 1.8.
_LIMITS = [10 * 1.8**power for power in range(32)]


def _quoted(names, values):
    escaped = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return ",".join(f'{name}="{value}"' for name, value in zip(names, escaped))


class Counter:
    def __init__(self, name, *labels):
        self.name, self.labels = name, labels
        self._counts, self._lock = {}, threading.Lock()

    def increment(self, *values):
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + 1

    def lines(self):
        with self._lock:
            counts = dict(self._counts)
        yield f"# TYPE {self.name} counter"
        for values, count in sorted(counts.items()):
            yield f"{self.name}{{{_quoted(self.labels, values)}}} {count}"


class Histogram:
    """Durations, observed in seconds and shown in microseconds."""

    def __init__(self, name, *labels):
        self.name, self.labels = name, labels
        self._cells, self._lock = {}, threading.Lock()

    def observe(self, seconds, *values):
        micros = seconds * 1e6
        with self._lock:
            cell = self._cells.setdefault(values, [[0] * (len(_LIMITS) + 1), 0.0])
            cell[0][bisect.bisect_right(_LIMITS, micros)] += 1
            cell[1] += micros

    def lines(self):
        with self._lock:
            cells = {
                values: (list(buckets), total) for values, (buckets, total) in self._cells.items()
            }
        yield f"# TYPE {self.name} histogram"
        for values, (buckets, total) in sorted(cells.items()):
            labels, count = _quoted(self.labels, values), 0
            for limit, bucket in zip([f"{limit:g}" for limit in _LIMITS] + ["+Inf"], buckets):
                count += bucket
                yield f'{self.name}_bucket{{{labels},le="{limit}"}} {count}'
            yield f"{self.name}_sum{{{labels}}} {total:g}"
            yield f"{self.name}_count{{{labels}}} {count}"


request_count = Counter(":tensorflow:serving:request_count", "model_name", "status")
request_latency = Histogram(
    ":tensorflow:serving:request_latency", "model_name", "API", "entrypoint"
)
runtime_latency = Histogram(":tensorflow:serving:runtime_latency", "model_name", "API", "runtime")
warmup_latency = Histogram(":tensorflow:serving:model_warmup_latency", "model_path", "status")
_ALL = (request_count, request_latency, runtime_latency, warmup_latency)


def page():
    return "".join(line + "\n" for metric in _ALL for line in metric.lines())
