"""Finds the versions of a model below its base path."""

import os

from . import log
from .errors import invalid_argument


def find_versions(model):
    """{version: path} below a model's base path, after its version policy."""
    try:
        entries = os.listdir(model.base_path)
    except OSError as error:
        raise invalid_argument(
            f"Could not find base path {model.base_path} for servable {model.name} with error "
            f"NOT_FOUND: {model.base_path} {error.strerror}"
        ) from error
    found = {
        int(entry): os.path.join(model.base_path, entry) for entry in entries if entry.isdecimal()
    }
    policy = model.model_version_policy
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        wanted = found
    elif choice == "specific":
        wanted = {number: found[number] for number in policy.specific.versions if number in found}
        for number in set(policy.specific.versions) - set(found):
            log.warning(
                f"Version {number} of servable {model.name}, which was requested to be served as a "
                "'specific' version in the servable's version policy, was not found in the file "
                "system"
            )
    else:
        newest = sorted(found, reverse=True)[: max(1, policy.latest.num_versions)]
        wanted = {number: found[number] for number in newest}
    if not wanted:
        log.warning(
            f"No versions of servable {model.name} found under base path {model.base_path}. Did "
            "you forget to name your leaf directory as a number (eg. '/1/')?"
        )
    return wanted
