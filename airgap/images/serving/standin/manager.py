"""Which versions are loaded: finds them, loads new ones before old ones go, keeps their states."""

import concurrent.futures
import os
import threading
import time

from . import log
from .errors import StatusError, failed_precondition, invalid_argument, not_found
from .options import check_models
from .protos import get_model_status_pb2
from .storage import find_versions

_STATE = get_model_status_pb2.ModelVersionStatus


class _Version:
    def __init__(self, path):
        self.path, self.state = path, _STATE.START
        self.error, self.servable = None, None
        self.wanted, self.was_gone = True, False


class ModelManager:
    """Models by name and version. `load(name, version, path)` returns a Servable."""

    def __init__(self, load, flags):
        self._load, self._flags = load, flags
        self._changed = threading.Condition(threading.RLock())
        self._models, self._labels, self._versions = {}, {}, {}
        self._workers = concurrent.futures.ThreadPoolExecutor(
            max(1, flags["num_load_threads"], len(os.sched_getaffinity(0))), "load"
        )
        self._poller = None

    # Configuration

    def reload(self, config):
        """Takes over a ModelServerConfig as a whole and waits until its new models answer.

        Models that are not in it are unloaded. Raises StatusError, also when a new model fails."""
        models = check_models(config)
        with self._changed:
            self._labels = self._checked_labels(models)
            new = {model.name for model in models} - set(self._models)
            gone = set(self._models) - {model.name for model in models}
            self._models = {model.name: model for model in models}
            log.info("Adding/updating models.")
            for model in models:
                log.info(f" (Re-)adding model: {model.name}")
            for name in gone:
                self._aspire(name, {})
        self._start_polling()
        self._wait_for(new)
        log.info("Finished adding/updating models")

    def _checked_labels(self, models):
        labels = {}
        for model in models:
            for label, version in model.version_labels.items():
                known = self._versions.get(model.name, {}).get(version)
                available = known is not None and known.state == _STATE.AVAILABLE
                before = self._labels.get(model.name, {}).get(label, version)
                allowed = self._flags["allow_version_labels_for_unavailable_models"]
                if not available and not (allowed and before == version):
                    raise failed_precondition(
                        f"Request to assign label to version {version} of model {model.name}, "
                        "which is not currently available for inference"
                    )
                labels.setdefault(model.name, {})[label] = version
        return labels

    def _wait_for(self, names):
        def undecided():
            return any(
                not any(
                    version.state in (_STATE.AVAILABLE, _STATE.END) for version in known.values()
                )
                for known in (self._versions.get(name, {}) for name in names)
            )

        with self._changed:
            self._changed.wait_for(lambda: not undecided())
            failed = [
                f"{{{_identity(name, number)} due to error: {version.error}}}"
                for name in sorted(names)
                for number, version in self._versions[name].items()
                if version.error
                and not any(v.state == _STATE.AVAILABLE for v in self._versions[name].values())
            ]
        if failed:
            listed = "".join(f"{text}, " for text in failed)
            raise StatusError(
                "UNKNOWN", f"{len(failed)} servable(s) did not become available: {{{listed}}}"
            )

    # The file system

    def _start_polling(self):
        """Once, or for ever: with an interval of 0 a later configuration finds no new models, and
        below 0 nothing is ever found, as with the real server."""
        if self._poller is None and self._flags["file_system_poll_wait_seconds"] >= 0:
            self._poller = threading.Thread(target=self._poll_for_ever, daemon=True, name="poll")
            self._poller.start()

    def _poll_for_ever(self):
        interval = self._flags["file_system_poll_wait_seconds"]
        while True:
            try:
                self._poll()
            except StatusError as error:
                log.error(
                    "FileSystemStoragePathSource encountered a filesystem access error: "
                    f"{error.message}"
                )
            if interval == 0:
                return
            time.sleep(interval)

    def _poll(self):
        with self._changed:
            models = list(self._models.values())
        found = {model.name: find_versions(model) for model in models}
        with self._changed:
            for name, versions in found.items():
                if name in self._models:
                    self._aspire(name, versions)

    # Loading and unloading; all with the lock held unless said otherwise

    def _aspire(self, name, paths):
        """Makes {version: path} the versions of a model that should be loaded."""
        known = self._versions.setdefault(name, {})
        for number, version in known.items():
            version.wanted = number in paths
            version.was_gone = version.was_gone or not version.wanted
        for number, path in paths.items():
            version = known.get(number)
            # A version that failed stays failed until it has been away.
            if version is None or (version.state == _STATE.END and version.was_gone):
                known[number] = _Version(path)
                self._workers.submit(self._load_version, name, number, known[number])
        self._retire(name)

    def _retire(self, name):
        """Unloads what nobody wants, but never before a wanted version answers, if there is any."""
        wanted = [version for version in self._versions[name].values() if version.wanted]
        replaced = not wanted or any(version.state == _STATE.AVAILABLE for version in wanted)
        for number, version in self._versions[name].items():
            if version.state == _STATE.AVAILABLE and not version.wanted and replaced:
                version.state = _STATE.UNLOADING
                self._workers.submit(self._unload_version, name, number, version)
        self._changed.notify_all()

    def _load_version(self, name, number, version):
        """In a worker, without the lock."""
        identity = _identity(name, number)
        log.info(f"Approving load for servable version {identity}")
        with self._changed:
            version.state = _STATE.LOADING
        log.info(f"Loading servable version {identity}")
        servable, error = self._try_load(name, number, version)
        with self._changed:
            version.servable, version.error = servable, error
            version.state = _STATE.END if error else _STATE.AVAILABLE
            self._retire(name)
        if not error:
            log.info(f"Successfully loaded servable version {identity}")

    def _try_load(self, name, number, version):
        identity, retry, error = _identity(name, number), 0, None
        while version.wanted:
            try:
                return self._load(name, number, version.path), None
            except Exception as raised:  # any failure ends this version, never the server
                error = (
                    raised
                    if isinstance(raised, StatusError)
                    else StatusError("INTERNAL", repr(raised))
                )
            log.error(f"Loading servable: {identity} failed: {error}")
            if retry >= self._flags["max_num_load_retries"]:
                log.info(
                    f"Retrying of Loading servable: {identity} exhausted max_num_retries: "
                    f"{self._flags['max_num_load_retries']}"
                )
                break
            retry += 1
            with self._changed:
                pause = max(0, self._flags["load_retry_interval_micros"]) / 1e6
                self._changed.wait_for(lambda: not version.wanted, pause)
            log.info(f"Retrying of Loading servable: {identity} retry: {retry}")
        return None, error or StatusError(
            "CANCELLED", "Load cancelled before we could try to load."
        )

    def _unload_version(self, name, number, version):
        """In a worker, without the lock: waits for requests under way."""
        log.info(f"Unloading servable version {_identity(name, number)}")
        version.servable.unload()
        with self._changed:
            version.servable, version.state = None, _STATE.END
            self._changed.notify_all()
        log.info(f"Done unloading servable version {_identity(name, number)}")

    # Requests

    def resolve(self, spec):
        """The version number that a ModelSpec names, or None for the latest."""
        if not spec.name:
            raise invalid_argument("ModelSpec has no name specified.")
        choice = spec.WhichOneof("version_choice")
        if choice == "version_label":
            with self._changed:
                number = self._labels.get(spec.name, {}).get(spec.version_label)
            if number is None:
                raise invalid_argument(f"Unrecognized servable version label: {spec.version_label}")
            return number
        return spec.version.value if choice == "version" else None

    def use(self, spec):
        """The servable of a ModelSpec, for a `with`; NOT_FOUND unless it is available."""
        number = self.resolve(spec)
        with self._changed:
            available = {
                key: version.servable
                for key, version in self._versions.get(spec.name, {}).items()
                if version.state == _STATE.AVAILABLE
            }
            if available and number is None:
                return available[max(available)].hold()
            if number in available:
                return available[number].hold()
        asked = f"Latest({spec.name})" if number is None else f"Specific({spec.name}, {number})"
        raise not_found(f"Servable not found for request: {asked}")

    def status(self, spec):
        """GetModelStatusResponse for a ModelSpec, newest version first.

        The real server looks at the version alone: with a label, known or not, it lists all
        (get_model_status_impl.cc)."""
        number = spec.version.value if spec.HasField("version") else None
        response = get_model_status_pb2.GetModelStatusResponse()
        with self._changed:
            known = self._versions.get(spec.name, {})
            if number is not None and number not in known:
                raise not_found(f"Could not find version {number} of model {spec.name}")
            if not known:
                raise not_found(f"Could not find any versions of model {spec.name}")
            for key in sorted(known if number is None else [number], reverse=True):
                status = response.model_version_status.add(version=key, state=known[key].state)
                error = known[key].error
                status.status.error_code = error.number if error else 0
                status.status.error_message = error.message if error else ""
        return response


def _identity(name, number):
    return f"{{name: {name} version: {number}}}"
