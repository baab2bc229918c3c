"""Makes sure that TensorFlow can be imported, in a virtual environment where it has to.

Only the standard library may be imported here.
"""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec

from .paths import MODEL_FOLDER

_NEEDED = ("tensorflow", "keras", "PIL", "tensorflow_serving")
_REQUIREMENTS = MODEL_FOLDER / "requirements.txt"
_VENV = MODEL_FOLDER / ".venv"


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
    python = _VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if sys.prefix == str(_VENV):
        sys.exit(f"{_VENV} lacks packages: delete it and run this command again")
    marker = _VENV / "requirements.sha256"
    wanted = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()
    if not marker.exists() or marker.read_text() != wanted:
        print(
            f"Installing TensorFlow into {_VENV} (once, about 300 MB to download)",
            flush=True,
        )
        _install(str(python))
        marker.write_text(wanted)
    command = [str(python), *sys.argv]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def _install(python: str) -> None:
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_VENV)], check=True)
    except subprocess.CalledProcessError:
        sys.exit("This Python cannot create a virtual environment (Debian: install python3-venv)")
    # requirements.txt is complete; tensorflow-serving-api would ask for a second TensorFlow.
    pip = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "-r",
        str(_REQUIREMENTS),
    ]
    if subprocess.call(pip) != 0:
        sys.exit("pip could not install requirements.txt: see its message above, then try again")
