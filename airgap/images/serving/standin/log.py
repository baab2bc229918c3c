"""Log lines in TensorFlow's format on standard error."""

import sys
import time


def _write(level, text):
    now = time.time()
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
    frame = sys._getframe(2)
    source = frame.f_code.co_filename.rsplit("/", 1)[-1]
    line = f"{clock}.{int(now % 1 * 1e6):06d}: {level} standin/{source}:{frame.f_lineno}] {text}\n"
    sys.stderr.write(line)
    sys.stderr.flush()


def info(text):
    _write("I", text)


def warning(text):
    _write("W", text)


def error(text):
    _write("E", text)


def fatal(text):
    _write("F", text)
