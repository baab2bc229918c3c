"""As rest.py, with httpx: python rest_async.py http://HOST:8501/v1/models/NAME PICTURE"""

import asyncio
import ssl
import sys

import httpx

from caller import CA_FILE, HEADERS
from picture import read_picture, say


async def post(client, url, body, attempts=4):
    """Sends a prediction again, which changes nothing, where it was not taken; not where it is slow."""
    for attempt in range(1, attempts + 1):
        try:
            answer = await client.post(url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if attempt == attempts:
                raise
        else:
            if answer.status_code not in (502, 503) or attempt == attempts:
                return answer.raise_for_status()
        await asyncio.sleep(0.2 * 2**attempt)


async def main(url, picture):
    # Calls at a time: what is over that waits here, and not in the service.
    limits = httpx.Limits(max_connections=16)
    timeout = httpx.Timeout(10, connect=1)
    options = {"headers": HEADERS, "verify": ssl.create_default_context(cafile=CA_FILE)}
    async with httpx.AsyncClient(limits=limits, timeout=timeout, **options) as client:
        body = {"instances": [read_picture(picture).tolist()]}
        answer = await post(client, f"{url}:predict", body)
        say(answer.json()["predictions"][0])


asyncio.run(main(*sys.argv[1:]))
