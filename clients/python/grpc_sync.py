"""Asks for the class of a picture over gRPC: python grpc_sync.py HOST:8500 MODEL PICTURE"""

import sys

import grpc

from channel import DEADLINE, OPTIONS, request_for, services
from picture import read_picture, say


def main(address, model, picture):
    # One channel for the life of a program: it balances nothing itself, the balancer does so by call.
    with grpc.insecure_channel(address, OPTIONS) as channel:
        stub = services.PredictionServiceStub(channel)
        answer = stub.Predict(request_for(model, read_picture(picture)), timeout=DEADLINE)
        say(answer.outputs["probabilities"].float_val)


main(*sys.argv[1:])
