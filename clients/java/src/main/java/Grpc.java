import com.google.protobuf.ByteString;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;
import tensorflow.serving.ModelSpec;
import tensorflow.serving.PredictRequest;
import tensorflow.serving.PredictionServiceGrpc;

/**
 * Asks for the class of a picture: Grpc HOST:8500 MODEL PICTURE. On Docker's network the host is
 * tf-model-serving: Java takes none with underscores.
 */
public class Grpc {
  // UNAVAILABLE: no replica took the call. A prediction changes nothing, so that it may be sent again.
  private static final Map<String, ?> RETRY =
      Map.of(
          "maxAttempts", 4.0,
          "initialBackoff", "0.2s",
          "maxBackoff", "2s",
          "backoffMultiplier", 2.0,
          "retryableStatusCodes", List.of("UNAVAILABLE"));

  public static void main(String[] args) throws Exception {
    var request = request(args[1], Picture.read(args[2]).pixels());
    var caller = Caller.fromEnvironment();
    var credentials =
        caller.authority() == null
            ? InsecureChannelCredentials.create()
            : TlsChannelCredentials.newBuilder()
                .trustManager(new ByteArrayInputStream(caller.authority()))
                .build();
    var metadata = new Metadata();
    if (caller.authorization() != null) {
      var key = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
      metadata.put(key, caller.authorization());
    }
    // One for the life of a program.
    var channel =
        io.grpc.Grpc.newChannelBuilder(args[0], credentials)
            .enableRetry()
            .defaultServiceConfig(
                Map.of("methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", RETRY))))
            // Larger calls are not sent again; the default is 1 MiB, less than two pictures.
            .perRpcBufferLimit(16 << 20)
            // Answers over the default of 4 MiB are thrown away after all of the work.
            .maxInboundMessageSize(64 << 20)
            // Finds connections that something on the way forgot: Docker's VIP does after 900 s, others
            // earlier.
            .keepAliveTime(120, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .build();
    try {
      var answer =
          PredictionServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
              // What a call and its retries may take together. Without it a call may wait for ever.
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .predict(request);
      Picture.say(answer.getOutputsOrThrow("probabilities").getFloatValList());
    } finally {
      channel.shutdown();
    }
  }

  private static PredictRequest request(String model, float[][][] pixels) {
    int[] shape = {1, pixels.length, pixels[0].length, 3};
    var content =
        ByteBuffer.allocate(4 * shape[1] * shape[2] * shape[3]).order(ByteOrder.LITTLE_ENDIAN);
    for (var row : pixels) {
      for (var pixel : row) {
        for (var value : pixel) {
          content.putFloat(value);
        }
      }
    }
    var dimensions = TensorShapeProto.newBuilder();
    for (int size : shape) {
      dimensions.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    var images =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_FLOAT)
            .setTensorShape(dimensions)
            .setTensorContent(ByteString.copyFrom(content.flip()));
    return PredictRequest.newBuilder()
        .setModelSpec(ModelSpec.newBuilder().setName(model))
        .putInputs("images", images.build())
        .build();
  }
}
