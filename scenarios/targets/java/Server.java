import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
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
    static String file;
    static KeyManager[] keys;
    static volatile Table table = new Table("", Map.of());
    static final Map<Integer, HttpsServer> SERVERS = new HashMap<>();

    /** Reads the table; a port with one endpoint takes over its context. */
    static synchronized void apply() throws IOException, GeneralSecurityException {
        table = Table.read(file, keys, table);
        for (var port : table.ports().entrySet()) {
            var hosts = port.getValue().values();
            HttpsServer server = SERVERS.get(port.getKey());
            if (server == null) {
                server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port.getKey()), 256);
                SSLContext shared = Tls.context(keys, new ByServerName(port.getKey()));
                server.setHttpsConfigurator(new Gate(port.getKey(), shared));
                server.setExecutor(Executors.newCachedThreadPool());
                HttpsServer made = server;
                server.createContext("/", exchange -> ((Gate) made.getHttpsConfigurator()).answer((HttpsExchange) exchange));
                SERVERS.put(port.getKey(), server);
            }
            SSLContext own = hosts.iterator().next().context();
            Gate gate = (Gate) server.getHttpsConfigurator();
            if (hosts.size() == 1 && gate.getSSLContext() != own) server.setHttpsConfigurator(gate.with(own));
        }
    }

    public static void main(String[] given) throws Exception {
        file = given[0];
        keys = Tls.keys(given[1], given[2]);
        apply();
        for (HttpsServer server : SERVERS.values()) server.start();
        Signal.handle(new Signal("HUP"), signal -> {
            try {
                apply();
            } catch (IOException | GeneralSecurityException | RuntimeException error) {
                System.err.println("the policy before stays in force: " + error);
            }
        });
    }
}
