"""Makes sure that TensorFlow can be imported, and that the tools are there, in virtual environments.

Only the standard library may be imported here.
"""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from .paths import MODEL_FOLDER

_NEEDED = ("tensorflow", "keras", "PIL", "tensorflow_serving", "yaml")
_REQUIREMENTS = MODEL_FOLDER / "requirements.txt"
_VENV = MODEL_FOLDER / ".venv"
_TOOLS_REQUIREMENTS = MODEL_FOLDER / "requirements-tools.txt"
_TOOLS = MODEL_FOLDER / ".tools"


def ensure_packages() -> None:
    """Returns when every package is importable; else restarts this command inside model/.venv.

    The environment is created on first use and again when requirements.txt has changed. Exits
    with a sentence when this Python cannot have one.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides TensorFlow's notes, not its errors
    if all(find_spec(module) for module in _NEEDED):
        return
    if not (3, 11) <= sys.version_info[:2] <= (3, 12):
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            "The TensorFlow of requirements.txt needs Python 3.11 or 3.12, this is "
            f"{version}: use another one"
        )
    if sys.prefix == str(_VENV):
        sys.exit(f"{_VENV} lacks packages: delete it and run this command again")
    # requirements.txt is complete; tensorflow-serving-api would ask for a second TensorFlow.
    python = _environment(_VENV, _REQUIREMENTS, "TensorFlow", "300 MB", ["--no-deps"])
    command = [str(python), *sys.argv]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def ensure_tools() -> Path:
    """The Python of model/.tools, which has DVC, Jupytext, nbstripout, nbdime and pre-commit.

    They have an environment of their own: they and TensorFlow want different packages.
    """
    return _environment(_TOOLS, _TOOLS_REQUIREMENTS, "DVC and the tools of notebooks", "80 MB", [])


def _environment(
    folder: Path, requirements: Path, what: str, size: str, options: list[str]
) -> Path:
    """Makes a virtual environment on first use and when its requirements have changed."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    marker = folder / "requirements.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not marker.exists() or marker.read_text() != wanted:
        print(f"Installing {what} into {folder} (once, about {size} to download)", flush=True)
        _install(python, requirements, options)
        marker.write_text(wanted)
    return python


def _install(python: Path, requirements: Path, options: list[str]) -> None:
    folder = python.parent.parent
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    except subprocess.CalledProcessError:
        sys.exit("This Python cannot create a virtual environment (Debian: install python3-venv)")
    pip = [python, "-m", "pip", "install", "--quiet", *options, "-r", requirements]
    if subprocess.call(list(map(str, pip))) != 0:
        sys.exit(
            f"pip could not install {requirements.name}: see its message above, then try again"
        )
