"""Asks for the class of a picture over REST: python rest.py http://HOST:8501/v1/models/NAME PICTURE"""

import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from caller import CA_FILE, HEADERS
from picture import read_picture, say

# A prediction changes nothing, so that a POST may be sent again: where the service was not reached,
# and where it says that nothing is ready. An answer that takes too long would do so again.
retry = Retry(
    total=3,
    read=0,
    status_forcelist=[502, 503],
    allowed_methods=["POST"],
    backoff_factor=0.2,
    raise_on_status=False,
)


def main(url, picture):
    with requests.Session() as session:  # one connection for all calls
        session.mount(url.partition("//")[0] + "//", HTTPAdapter(max_retries=retry))
        session.headers.update(HEADERS)
        body = {"instances": [read_picture(picture).tolist()]}
        # Seconds to connect, and between two pieces of the answer; the service itself takes 30 at most.
        options = {"timeout": (1, 10), "verify": CA_FILE or True}
        answer = session.post(f"{url}:predict", json=body, **options)
        answer.raise_for_status()
        say(answer.json()["predictions"][0])


main(*sys.argv[1:])
