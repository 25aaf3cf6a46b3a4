import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import sun.misc.Signal;

/**
 * A gate with the HttpsServer of the JDK: {@code Server ENDPOINTS CERTIFICATE KEY}.
 *
 * <p>ENDPOINTS has a line for each endpoint: role, host, port, mode, CA file, CRL file, secret, generation. It is read again on SIGHUP.
 *
 * <p>HttpsConfigurator asks for need or want before the client has said a server name. Where several endpoints share a port, the TLS
 * layer therefore verifies what clients show, by the CAs of the server name, and each request looks whether there was something.
 */
public class Server {
    static volatile Table table = new Table("", Map.of());

    /** A server keeps its context once it runs: the trust manager looks the CAs up in the table. */
    static void serve(int port, KeyManager[] keys) throws IOException, GeneralSecurityException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port), 256);
        Gate gate = new Gate(port, Tls.context(keys, new ByServerName(port)));
        server.setHttpsConfigurator(gate);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> gate.answer((HttpsExchange) exchange));
        server.start();
    }

    public static void main(String[] given) throws Exception {
        KeyManager[] keys = Tls.keys(given[1], given[2]);
        table = Table.read(given[0], table);
        for (int port : table.ports().keySet()) serve(port, keys);
        Signal.handle(new Signal("HUP"), signal -> {
            try {
                table = Table.read(given[0], table);
            } catch (IOException | GeneralSecurityException | RuntimeException error) {
                System.err.println("the policy before stays in force: " + error);
            }
        });
    }
}
