"""Who makes something, when, from which code and data: what a model card is written from."""

import hashlib
import json
import subprocess
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

import yaml

from .paths import LOCK_FILE, MODEL_FOLDER
from .plan import Plan

# What decides which model comes out. The pipeline's own results change while it runs.
_CODE = ("marine", "class_names.txt", "params.yaml", "requirements.txt", "draw", "train", "export")


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def code_revision() -> dict:
    """The commit that is checked out, and which files of the sample's code differ from it."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return {}
    changed = _git("diff", "--name-only", "--relative", "HEAD", "--", *_CODE) or ""
    return {"commit": commit, "changed": changed.splitlines()}


def author() -> str | None:
    """The name that git writes into commits."""
    return _git("config", "user.name")


def plan_record(plan: Plan) -> dict:
    """The values of a plan, and a hash of them."""
    values = asdict(plan)
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    return {"params": values, "paramsHash": f"sha256:{digest[:12]}"}


def data_hash(data: Path) -> str | None:
    """DVC's hash of a folder, as dvc.lock has it. None where DVC does not know the folder."""
    if not LOCK_FILE.is_file():
        return None
    stages = yaml.safe_load(LOCK_FILE.read_text(encoding="utf-8")).get("stages", {})
    outs = [out for stage in stages.values() for out in stage.get("outs", [])]
    found = (out["md5"] for out in outs if (MODEL_FOLDER / out["path"]) == data.resolve())
    return next((f"md5:{md5}" for md5 in found), None)


def read_record(file: Path, model: str) -> dict:
    """A record of a model, given by the digest of its weights. Empty where it is of another one."""
    if not file.is_file():
        return {}
    record = json.loads(file.read_text(encoding="utf-8"))
    if record.pop("model", None) != model:
        print(f"{file} is of another model: it is left out of the model card")
        return {}
    return record


def write_record(file: Path, record: dict) -> None:
    file.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _git(*args: str) -> str | None:
    """What git answers; None where there is no git, or no repository."""
    command = ["git", "-C", str(MODEL_FOLDER), *args]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip() or None
