#!/bin/sh
# Makes the stubs from ../protos; the plugins come with go.mod. Needs protoc with Google's own protos
# (Debian: protobuf-compiler and libprotobuf-dev), or PROTOC='python3 -m grpc_tools.protoc'.
set -eu
cd "$(dirname "$0")"
${PROTOC:-protoc} -I ../protos \
  --plugin="$(go tool -n protoc-gen-go)" --go_out=. --go_opt=module=tfserving.example/clients \
  --plugin="$(go tool -n protoc-gen-go-grpc)" --go-grpc_out=. \
  --go-grpc_opt=module=tfserving.example/clients \
  serving.proto tensorflow.proto
