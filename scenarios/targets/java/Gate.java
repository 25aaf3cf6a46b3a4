import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;

/** Sets up the connections of one port, and answers their requests. */
class Gate extends HttpsConfigurator {
    final int port;
    /** The table that was in force when a connection began, by its other end. */
    final Map<InetSocketAddress, Table> begun = new ConcurrentHashMap<>();

    Gate(int port, SSLContext context) {
        super(context);
        this.port = port;
    }

    @Override
    public void configure(HttpsParameters connection) {
        begun.put(connection.getClientAddress(), Server.table);
        Map<String, Table.Endpoint> hosts = Server.table.ports().get(port);
        SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
        parameters.setSNIMatchers(List.of(new SNIMatcher(StandardConstants.SNI_HOST_NAME) {
            @Override
            public boolean matches(SNIServerName name) {
                return hosts.containsKey(new SNIHostName(name.getEncoded()).getAsciiName().toLowerCase());
            }
        }));
        String mode = hosts.size() > 1 ? "loose" : hosts.values().iterator().next().mode();
        if (mode.equals("strict")) parameters.setNeedClientAuth(true);
        if (mode.equals("loose")) parameters.setWantClientAuth(true);
        connection.setSSLParameters(parameters);
    }

    void answer(HttpsExchange exchange) throws IOException {
        SSLSession session = exchange.getSSLSession();
        Table now = Server.table, then = begun.get(exchange.getRemoteAddress());
        exchange.getResponseHeaders().set("x-generation", now.generation());
        Table.Endpoint here = now.find(port, Tls.serverName(session));
        List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        // The client was verified by the policy of the server name, as it was then: Host must not choose another one.
        if (here == null || here != then.find(port, here.host()) || hosts.size() != 1
                || !hosts.get(0).replaceAll(":\\d+$", "").equalsIgnoreCase(here.host())) {
            exchange.getResponseHeaders().set("connection", "close");
            say(exchange, 421, "");
            return;
        }
        X509Certificate client = null;
        try {
            client = (X509Certificate) session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException nobody) {
            // A client without a certificate.
        }
        String path = exchange.getRequestURI().getPath();
        if (client == null && here.mode().equals("strict")) say(exchange, 403, "");
        else if (path.equals("/whoami")) say(exchange, 200, client == null ? "{\"verified\": false}" : describe(client));
        else if (!path.equals("/protected")) say(exchange, 404, "");
        else if (client == null) say(exchange, 403, "");
        else say(exchange, 200, here.secret());
    }

    static void say(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    static String describe(X509Certificate client) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(client.getEncoded());
            StringBuilder subject = new StringBuilder();
            for (char c : client.getSubjectX500Principal().getName().toCharArray()) {
                subject.append(c < ' ' || c > '~' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : c);
            }
            return String.format("{\"verified\": true, \"subject\": \"%s\", \"sha256\": \"%s\"}", subject, HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException odd) {
            throw new IOException(odd);
        }
    }
}
