"""Asks for the class of a picture over gRPC: python grpc_sync.py HOST:8500 MODEL PICTURE"""

import sys

from channel import DEADLINE, METADATA, open_channel, request_for, services
from picture import read_picture, say


def main(address, model, picture):
    # One channel for the life of a program: it balances nothing itself, the balancer does so by call.
    with open_channel(address) as channel:
        stub = services.PredictionServiceStub(channel)
        request = request_for(model, read_picture(picture))
        answer = stub.Predict(request, timeout=DEADLINE, metadata=METADATA)
        say(answer.outputs["probabilities"].float_val)


main(*sys.argv[1:])
