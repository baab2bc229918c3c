"""Installs Python packages into a Jupyter image while it is built, as the owner of those it has.

install.py base true|false   the folders that a notebook's container wants, and the extensions
install.py requirements      what requirements.txt asks for, where there is one
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig

MOUNTED = "/run/tfserving"
HOME = "/home/jovyan"
JOVYAN, USERS = 1000, 100
SERVER_CONFIG = "/etc/jupyter/jupyter_server_config.json"


def has(package: str) -> bool:
    try:
        importlib.metadata.version(package)
        return True
    except importlib.metadata.PackageNotFoundError:
        return False


def environment() -> dict[str, str]:
    """What pip and others are told. A virtual environment or a user's own folder is not wanted here."""
    with open(f"{MOUNTED}/pip/environment.json", encoding="utf8") as file:
        settings = json.load(file)
    own = {
        "HOME": "/tmp",
        "PIP_BREAK_SYSTEM_PACKAGES": "1",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_USER": "0",
    }
    return {**os.environ, **settings, **own}


def run(*command: str) -> None:
    """Runs Python with arguments as the owner of the packages, who can change them later on."""
    owner = os.stat(sysconfig.get_path("purelib"))
    ended = subprocess.run(
        [sys.executable, *command],
        env=environment(),
        cwd="/tmp",
        user=owner.st_uid,
        group=owner.st_gid,
        extra_groups=[],
        umask=0o002,
    )
    if ended.returncode:
        sys.exit(ended.returncode)


def pip(*arguments: str) -> None:
    run(
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        "--no-input",
        "--retries=2",
        "--progress-bar=off",
        "--disable-pip-version-check",
        *arguments,
    )


def make_folders() -> None:
    """The home folder of the Jupyter Docker Stacks: a new volume takes over owner and mode."""
    for folder in (HOME, f"{HOME}/projectDir"):
        os.makedirs(folder, exist_ok=True)
        # Also one that a build has made for the image's WORKDIR.
        if os.stat(folder).st_uid == 0:
            os.chown(folder, JOVYAN, USERS)
            os.chmod(folder, 0o2775)


def install_extensions() -> None:
    with open(f"{MOUNTED}/extensions/extensions.txt", encoding="utf8") as file:
        pins = re.findall(r"^[\w.-]+==(?:.*\\\n)*.*", file.read(), flags=re.MULTILINE)
    lacking = [pin for pin in pins if not has(pin.split("==")[0])]
    # Its stubs are of no use without TensorFlow.
    lacking = [pin for pin in lacking if has("grpcio") or not pin.startswith("tensorflow")]
    if not lacking:
        return
    with open("/tmp/lacking.txt", "w", encoding="utf8") as file:
        file.write("\n".join(lacking))
    os.chmod("/tmp/lacking.txt", 0o644)
    # Without what they ask for: the list has it, and tensorflow-serving-api asks for a second TensorFlow.
    pip("--no-deps", "--require-hashes", "--only-binary=:all:", "-r", "/tmp/lacking.txt")
    os.remove("/tmp/lacking.txt")


def offer_tensorboard() -> None:
    """A card in the launcher, behind Jupyter's own login, where TensorBoard can start."""
    importlib.invalidate_caches()
    starts = subprocess.run([sys.executable, "-c", "import tensorboard.main"], capture_output=True)
    if starts.returncode or not has("jupyter-server-proxy"):
        return
    config = {}
    if os.path.exists(SERVER_CONFIG):
        with open(SERVER_CONFIG, encoding="utf8") as file:
            config = json.load(file)
    servers = config.setdefault("ServerProxy", {}).setdefault("servers", {})
    servers["tensorboard"] = {
        "command": ["tensorboard", "--logdir", f"{HOME}/projectDir", "--port", "{port}"],
        "timeout": 60,
        "launcher_entry": {"title": "TensorBoard"},
    }
    os.makedirs(os.path.dirname(SERVER_CONFIG), exist_ok=True)
    with open(SERVER_CONFIG, "w", encoding="utf8") as file:
        json.dump(config, file, indent=2)
    os.chmod(SERVER_CONFIG, 0o644)


def install_requirements() -> None:
    file = f"{MOUNTED}/requirements.txt"
    if os.path.exists(file):
        pip("-r", file)
        run("-c", "import jupyterlab.labapp")


if sys.argv[1] == "requirements":
    install_requirements()
else:
    make_folders()
    if sys.argv[2] == "true":
        install_extensions()
        offer_tensorboard()
