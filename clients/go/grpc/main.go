// Command grpc asks for the class of a picture: go run ./grpc HOST:8500 MODEL PICTURE
package main

import (
	"context"
	"encoding/binary"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	"tfserving.example/clients/caller"
	"tfserving.example/clients/picture"
	"tfserving.example/clients/serving"
	"tfserving.example/clients/tensorflow"
)

// UNAVAILABLE: no replica took the call. A prediction changes nothing, so that it may be sent again.
const serviceConfig = `{"methodConfig": [{"name": [{}], "retryPolicy": {
	"maxAttempts": 4, "initialBackoff": "0.2s", "maxBackoff": "2s", "backoffMultiplier": 2,
	"retryableStatusCodes": ["UNAVAILABLE"]}}]}`

func main() {
	address, model, file := os.Args[1], os.Args[2], os.Args[3]
	pixels, height, width, err := picture.Read(file)
	if err != nil {
		log.Fatal(err)
	}
	content, err := binary.Append(nil, binary.LittleEndian, pixels)
	if err != nil {
		log.Fatal(err)
	}
	security := insecure.NewCredentials()
	if config := caller.TLS(); config != nil {
		security = credentials.NewTLS(config)
	}
	// One for the life of a program.
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(security),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDefaultCallOptions(
			// Larger calls are not sent again, and a picture has more than the default of 256 KiB.
			grpc.MaxRetryRPCBufferSize(16<<20),
			// Answers over the default of 4 MiB are thrown away after all of the work.
			grpc.MaxCallRecvMsgSize(64<<20),
		),
		// Finds connections that something on the way forgot: Docker's VIP does after 900 s, others earlier.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: 2 * time.Minute, Timeout: 20 * time.Second, PermitWithoutStream: true,
		}),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	dimension := func(size int) *tensorflow.TensorShapeProto_Dim {
		return &tensorflow.TensorShapeProto_Dim{Size: int64(size)}
	}
	request := &serving.PredictRequest{
		ModelSpec: &serving.ModelSpec{Name: model},
		Inputs: map[string]*tensorflow.TensorProto{"images": {
			Dtype: tensorflow.DataType_DT_FLOAT,
			TensorShape: &tensorflow.TensorShapeProto{Dim: []*tensorflow.TensorShapeProto_Dim{
				dimension(1), dimension(height), dimension(width), dimension(3),
			}},
			TensorContent: content,
		}},
	}
	// What a call and its retries may take together. Without it a call may wait for ever.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if authorization := caller.Authorization(); authorization != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", authorization)
	}
	answer, err := serving.NewPredictionServiceClient(connection).Predict(ctx, request)
	if err != nil {
		log.Fatal(err)
	}
	picture.Say(answer.Outputs["probabilities"].FloatVal)
}
