"""Where the real server crashes, so does the stand-in: same signal, same exit status."""

import ctypes
import os

from . import log


def segmentation_fault():
    """A real fault: a signal sent by itself would be ignored by process 1 of a container."""
    ctypes.string_at(0)


def abort(text):
    """TensorFlow's failed CHECK: one line, then SIGABRT."""
    log.fatal(text)
    os.abort()
