"""Batches concurrent requests into one run of the model, after the batching parameters."""

import collections
import os
import threading
import time

import numpy

from . import crashes
from .errors import StatusError, invalid_argument
from .protos import config_pb2, tensor_pb2
from .tensor_proto import decode


class Batching:
    """BatchingParameters; the scheduler's defaults where a value is not given."""

    def __init__(self, parameters):
        def value(name, default):
            return getattr(parameters, name).value if parameters.HasField(name) else default

        self.max_batch_size = value("max_batch_size", 1000)
        self.timeout = value("batch_timeout_micros", 0) / 1e6
        self.max_enqueued = value("max_enqueued_batches", 10)
        self.threads = value("num_batch_threads", len(os.sched_getaffinity(0)))
        self.split_large = value("enable_large_batch_splitting", False)
        self.max_execution = value("max_execution_batch_size", 0) or self.max_batch_size
        self.allowed_sizes = list(parameters.allowed_batch_sizes)
        if self.threads < 1:
            raise invalid_argument(f"num_batch_threads must be positive; was {self.threads}")
        # Only with splitting is 0 refused: else it counts as 1 (shared_batch_scheduler.h).
        if not self.split_large:
            self.max_enqueued = self.max_enqueued or 1

    def _refused_by_queue(self):
        """What SharedBatchScheduler::AddQueue refuses, which the real server does not survive."""
        return (
            self.max_batch_size == 0
            or self.timeout < 0
            or self.max_enqueued == 0
            or (self.split_large and self.max_batch_size < self.max_execution)
        )

    def wrap(self, run):
        """The batching form of Session.run; raises for parameters that no model can load with."""
        if self._refused_by_queue():
            crashes.segmentation_fault()
        largest = self.max_execution if self.split_large else self.max_batch_size
        if self.allowed_sizes and self.allowed_sizes != sorted(set(self.allowed_sizes)):
            raise invalid_argument("allowed_batch_sizes entries must be monotonically increasing")
        if self.allowed_sizes and self.allowed_sizes[-1] != largest:
            raise invalid_argument(
                "Last entry in allowed_batch_sizes must match max_batch_size; last entry was "
                f"{self.allowed_sizes[-1]}; expected {largest}"
            )
        return _Scheduler(self, run).run


class _Task:
    def __init__(self, arrays, size):
        self.arrays, self.size = arrays, size
        self.done, self.result, self.error = threading.Event(), None, None


class _Batch:
    def __init__(self, key, deadline):
        self.key, self.deadline = key, deadline
        self.tasks, self.size, self.closed = [], 0, False


class _Scheduler:
    """Open and full batches of one model, and the threads that run them."""

    def __init__(self, settings, run):
        self._settings, self._run = settings, run
        self._changed = threading.Condition()
        self._queue = collections.deque()
        for number in range(settings.threads):
            threading.Thread(target=self._work, daemon=True, name=f"batch-{number}").start()

    def run(self, feeds, fetches, options):
        arrays = {}
        for name, value in feeds.items():
            array = decode(value) if isinstance(value, tensor_pb2.TensorProto) else value
            if array is None:  # strings: left to TensorFlow, one request at a time
                return self._run(feeds, fetches, options)
            if not array.ndim:
                raise invalid_argument(
                    "Batching Run() input tensors must have at least one dimension"
                )
            arrays[name] = array
        sizes = {len(array) for array in arrays.values()}
        if len(sizes) != 1:
            raise invalid_argument(
                "Batching Run() input tensors must have equal 0th-dimension size"
            )
        size, limit = sizes.pop(), self._settings.max_batch_size
        if size > limit and not self._settings.split_large:
            raise invalid_argument(
                f"Task size {size} is larger than maximum input batch size {limit}"
            )
        if size == 0:
            return self._run(arrays, fetches, options)
        parts = [
            self._submit(
                {name: array[start : start + limit] for name, array in arrays.items()}, fetches
            )
            for start in range(0, size, limit)
        ]
        results = [_await(task, options) for task in parts]
        return (
            results[0]
            if len(results) == 1
            else [numpy.concatenate(group) for group in zip(*results)]
        )

    def _submit(self, arrays, fetches):
        first = next(iter(arrays.values()))
        shapes = tuple((name, array.shape[1:], array.dtype) for name, array in arrays.items())
        key, task = (shapes, tuple(fetches)), _Task(arrays, len(first))
        with self._changed:
            batch = next((b for b in self._queue if b.key == key and not b.closed), None)
            if batch and batch.size + task.size > self._settings.max_batch_size:
                batch.closed, batch = True, None
            if batch is None:
                if len(self._queue) >= self._settings.max_enqueued:
                    raise StatusError(
                        "UNAVAILABLE",
                        "The batch scheduling queue to which this task was submitted is full",
                    )
                batch = _Batch(key, time.monotonic() + self._settings.timeout)
                self._queue.append(batch)
            batch.tasks.append(task)
            batch.size += task.size
            batch.closed = batch.size >= self._settings.max_batch_size
            self._changed.notify()
        return task

    def _next(self):
        with self._changed:
            while True:
                now = time.monotonic()
                for batch in self._queue:
                    if batch.closed or batch.deadline <= now:
                        self._queue.remove(batch)
                        return batch
                nearest = min((batch.deadline for batch in self._queue), default=None)
                self._changed.wait(None if nearest is None else nearest - now)

    def _work(self):
        while True:
            batch = self._next()
            try:
                self._run_batch(batch)
            except Exception as error:  # reaches every request of the batch
                for task in batch.tasks:
                    task.error = error
            for task in batch.tasks:
                task.done.set()

    def _run_batch(self, batch):
        padded = next((s for s in self._settings.allowed_sizes if s >= batch.size), batch.size)
        merged = {}
        for name in batch.tasks[0].arrays:
            rows = [task.arrays[name] for task in batch.tasks]
            rows += [rows[0][:1]] * (padded - batch.size)
            merged[name] = numpy.concatenate(rows) if len(rows) > 1 else rows[0]
        outputs = self._run(merged, list(batch.key[1]), None)
        for output in outputs:
            if not output.ndim or len(output) != padded:
                raise StatusError(
                    "FAILED_PRECONDITION",
                    "Batched output tensor's 0th dimension does not equal the sum"
                    " of the 0th dimension sizes of the input tensors",
                )
        start = 0
        for task in batch.tasks:
            task.result = [output[start : start + task.size] for output in outputs]
            start += task.size


def _await(task, options):
    milliseconds = config_pb2.RunOptions.FromString(options).timeout_in_ms if options else 0
    if not task.done.wait(milliseconds / 1000 if milliseconds else None):
        raise StatusError("DEADLINE_EXCEEDED", "Timed out waiting for notification")
    if task.error:
        raise task.error
    return task.result
