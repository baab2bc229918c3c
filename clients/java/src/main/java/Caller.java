import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * With what a service is called that wants a key, over TLS. The environment names a file of each.
 *
 * @param authorization header or metadata that shows the key; null without one
 * @param authority what signed the service's certificate, in PEM; null for whom Java trusts
 */
record Caller(String authorization, byte[] authority) {
  static Caller fromEnvironment() throws IOException {
    var key = read("TF_SERVING_API_KEY_FILE");
    return new Caller(
        key == null ? null : "Bearer " + new String(key).strip(), read("TF_SERVING_CA_FILE"));
  }

  SSLContext tls() throws GeneralSecurityException, IOException {
    if (authority == null) {
      return SSLContext.getDefault();
    }
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var factory = CertificateFactory.getInstance("X.509");
    store.setCertificateEntry(
        "authority", factory.generateCertificate(new ByteArrayInputStream(authority)));
    var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trusted.getTrustManagers(), null);
    return context;
  }

  private static byte[] read(String variable) throws IOException {
    var file = System.getenv(variable);
    return file == null ? null : Files.readAllBytes(Path.of(file));
  }
}
