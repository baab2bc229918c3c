#!/bin/bash
# Runs a command as the notebook's user. Started as root, it gives root up for NB_UID:NB_GID;
# of the upstream script's other settings (CHOWN_*, GRANT_SUDO) it knows none.
set -e
[[ $# -gt 0 ]] || set -- start-notebook.py
if [[ $(id -u) -eq 0 ]]; then
  exec setpriv --reuid "$NB_UID" --regid "$NB_GID" --clear-groups "$@"
fi
exec "$@"
