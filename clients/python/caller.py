"""With what a service is called that wants a key, over TLS. The environment names a file of each."""

import os
import pathlib

# The authority that signed the service's certificate. A path, and gRPC speaks TLS where there is one.
CA_FILE = os.environ.get("TF_SERVING_CA_FILE")
KEY_FILE = os.environ.get("TF_SERVING_API_KEY_FILE")
KEY = pathlib.Path(KEY_FILE).read_text().strip() if KEY_FILE else None
HEADERS = {"authorization": f"Bearer {KEY}"} if KEY else {}
