"""As grpc_sync.py, with asyncio: python grpc_async.py HOST:8500 MODEL PICTURE"""

import asyncio
import sys

import grpc

from channel import DEADLINE, OPTIONS, request_for, services
from picture import read_picture, say


async def main(address, model, picture):
    async with grpc.aio.insecure_channel(address, OPTIONS) as channel:
        stub = services.PredictionServiceStub(channel)
        answer = await stub.Predict(request_for(model, read_picture(picture)), timeout=DEADLINE)
        say(answer.outputs["probabilities"].float_val)


asyncio.run(main(*sys.argv[1:]))
