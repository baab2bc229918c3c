#!/usr/bin/python3
"""Starts JupyterLab, or what DOCKER_STACKS_JUPYTER_CMD names, with NOTEBOOK_ARGS and the arguments
of the container. Token and port come from JUPYTER_TOKEN, JUPYTER_TOKEN_FILE and JUPYTER_PORT, which
Jupyter reads itself."""

import os
import shlex
import sys

command = ["jupyter", os.environ.get("DOCKER_STACKS_JUPYTER_CMD", "lab")]
command += shlex.split(os.environ.get("NOTEBOOK_ARGS", "")) + sys.argv[1:]
print("Executing: jupyter", command[1], flush=True)
os.execvp(command[0], command)
