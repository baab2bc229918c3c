"""As grpc_sync.py, with asyncio: python grpc_async.py HOST:8500 MODEL PICTURE"""

import asyncio
import sys

import grpc

from channel import DEADLINE, METADATA, open_channel, request_for, services
from picture import read_picture, say


async def main(address, model, picture):
    async with open_channel(address, grpc.aio) as channel:
        stub = services.PredictionServiceStub(channel)
        request = request_for(model, read_picture(picture))
        answer = await stub.Predict(request, timeout=DEADLINE, metadata=METADATA)
        say(answer.outputs["probabilities"].float_val)


asyncio.run(main(*sys.argv[1:]))
