import com.google.gson.Gson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Asks for the class of a picture: Rest http://HOST:8501/v1/models/NAME PICTURE. On Docker's network
 * the host is tf-model-serving: of tf_model_serving, with underscores, Java finds no host.
 */
public class Rest {
  private static final int ATTEMPTS = 4;
  // One for the life of a program, with its connections. HTTP/1.1, since the service has no other.
  private static HttpClient client(Caller caller) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(1))
        .sslContext(caller.tls())
        .build();
  }

  record Answer(List<List<Float>> predictions) {}

  public static void main(String[] args) throws Exception {
    var gson = new Gson();
    var body = gson.toJson(Map.of("instances", new float[][][][] {Picture.read(args[1]).pixels()}));
    var request =
        HttpRequest.newBuilder(URI.create(args[0] + ":predict"))
            .timeout(Duration.ofSeconds(10)) // of one attempt; the service itself takes 30 s at most
            .POST(HttpRequest.BodyPublishers.ofString(body));
    var caller = Caller.fromEnvironment();
    if (caller.authorization() != null) {
      request.header("Authorization", caller.authorization());
    }
    var answer = send(client(caller), request.build());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + ": " + answer.body());
    }
    Picture.say(gson.fromJson(answer.body(), Answer.class).predictions().get(0));
  }

  /** Sends a prediction again, which changes nothing, where it was not taken; not where it is slow. */
  private static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (!List.of(502, 503).contains(answer.statusCode()) || attempt == ATTEMPTS) {
          return answer;
        }
      } catch (ConnectException | HttpConnectTimeoutException error) {
        if (attempt == ATTEMPTS) {
          throw error;
        }
      }
      Thread.sleep(200L << attempt);
    }
  }
}
