import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
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

    /** What one host on one port promises. */
    record Endpoint(String host, String mode, String secret, String policy, X509ExtendedTrustManager trust, SSLContext context) {}

    /** The endpoints by port, and by host within it. */
    record Table(String generation, Map<Integer, Map<String, Endpoint>> ports) {
        static Table read(Table before) throws IOException, GeneralSecurityException {
            String generation = "";
            Map<Integer, Map<String, Endpoint>> ports = new HashMap<>();
            for (String line : Files.readAllLines(Path.of(file))) {
                String[] field = line.split("\t");
                String host = field[1], mode = field[3], ca = field[4], crl = field[5];
                int port = Integer.parseInt(field[2]);
                generation = field[7];
                String policy = mode;
                for (String name : List.of(ca, crl)) policy += name.equals("-") ? "" : Files.readString(Path.of(name));
                Endpoint here = before.find(port, host);
                if (here == null || !here.policy.equals(policy)) {
                    X509ExtendedTrustManager trust = ca.equals("-") ? null : trust(ca, crl);
                    here = new Endpoint(host, mode, field[6], policy, trust, context(trust));
                }
                if (ports.computeIfAbsent(port, any -> new HashMap<>()).put(host, here) != null) {
                    throw new GeneralSecurityException("two endpoints are called " + host);
                }
            }
            return new Table(generation, ports);
        }

        Endpoint find(int port, String host) {
            return ports.getOrDefault(port, Map.of()).get(host.toLowerCase());
        }
    }

    /** Verifies by the CAs of the server name. */
    static class ByServerName extends X509ExtendedTrustManager {
        final int port;

        ByServerName(int port) {
            this.port = port;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            Endpoint here = table.find(port, serverName(engine.getHandshakeSession()));
            if (here == null) throw new CertificateException("nobody here is called so");
            here.trust.checkClientTrusted(chain, type, engine);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            // It is not told who asks: those of all would tell everybody who else is served here.
            return new X509Certificate[0];
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("without a server name nobody is trusted");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            checkClientTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this is no client");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            checkServerTrusted(chain, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            checkServerTrusted(chain, type);
        }
    }

    /** Sets up the connections of one port, and answers their requests. */
    static class Gate extends HttpsConfigurator {
        final int port;
        /** The table that was in force when a connection began, by its other end. */
        final Map<InetSocketAddress, Table> begun = new ConcurrentHashMap<>();

        Gate(int port, SSLContext context) {
            super(context);
            this.port = port;
        }

        @Override
        public void configure(HttpsParameters connection) {
            begun.put(connection.getClientAddress(), table);
            Map<String, Endpoint> hosts = table.ports.get(port);
            SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
            parameters.setSNIMatchers(List.of(new SNIMatcher(StandardConstants.SNI_HOST_NAME) {
                @Override
                public boolean matches(SNIServerName name) {
                    return hosts.containsKey(new SNIHostName(name.getEncoded()).getAsciiName().toLowerCase());
                }
            }));
            String mode = hosts.size() > 1 ? "loose" : hosts.values().iterator().next().mode;
            if (mode.equals("strict")) parameters.setNeedClientAuth(true);
            if (mode.equals("loose")) parameters.setWantClientAuth(true);
            connection.setSSLParameters(parameters);
        }

        void answer(HttpsExchange exchange) throws IOException {
            SSLSession session = exchange.getSSLSession();
            Table now = table, then = begun.get(exchange.getRemoteAddress());
            exchange.getResponseHeaders().set("x-generation", now.generation);
            Endpoint here = now.find(port, serverName(session));
            List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
            // The client was verified by the policy of the server name, as it was then: Host must not choose another one.
            if (here == null || here != then.find(port, here.host) || hosts.size() != 1
                    || !hosts.get(0).replaceAll(":\\d+$", "").equalsIgnoreCase(here.host)) {
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
            if (client == null && here.mode.equals("strict")) say(exchange, 403, "");
            else if (path.equals("/whoami")) say(exchange, 200, client == null ? "{\"verified\": false}" : describe(client));
            else if (!path.equals("/protected")) say(exchange, 404, "");
            else if (client == null) say(exchange, 403, "");
            else say(exchange, 200, here.secret);
        }
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

    static String serverName(SSLSession session) {
        List<SNIServerName> names = ((ExtendedSSLSession) session).getRequestedServerNames();
        return names.isEmpty() ? "" : new SNIHostName(names.get(0).getEncoded()).getAsciiName();
    }

    static SSLContext context(TrustManager trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        // Without a trust manager that of the JDK would be taken, which nobody asks where no certificate is wanted.
        context.init(keys, trust == null ? null : new TrustManager[] {trust}, null);
        return context;
    }

    static X509ExtendedTrustManager trust(String ca, String crl) throws IOException, GeneralSecurityException {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        for (Certificate anchor : certificates(ca)) anchors.setCertificateEntry("anchor-" + anchors.size(), anchor);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        if (crl.equals("-")) {
            factory.init(anchors);
        } else {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
            ByteArrayInputStream pem = new ByteArrayInputStream(Files.readAllBytes(Path.of(crl)));
            var lists = CertificateFactory.getInstance("X.509").generateCRLs(pem);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            parameters.setRevocationEnabled(true);
            factory.init(new CertPathTrustManagerParameters(parameters));
        }
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    static KeyManager[] keys(String certificate, String key) throws IOException, GeneralSecurityException {
        Certificate[] chain = certificates(certificate);
        String pem = Files.readString(Path.of(key)).replaceAll("-----[A-Z ]+-----", "");
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem));
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        String algorithm = chain[0].getPublicKey().getAlgorithm();
        own.setKeyEntry("server", KeyFactory.getInstance(algorithm).generatePrivate(encoded), new char[0], chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, new char[0]);
        return factory.getKeyManagers();
    }

    static Certificate[] certificates(String file) throws IOException, GeneralSecurityException {
        ByteArrayInputStream pem = new ByteArrayInputStream(Files.readAllBytes(Path.of(file)));
        Certificate[] read = CertificateFactory.getInstance("X.509").generateCertificates(pem).toArray(Certificate[]::new);
        if (read.length == 0) throw new CertificateException("no certificate in " + file);
        return read;
    }

    /** Reads the table; a port with one endpoint takes over its context. */
    static synchronized void apply() throws IOException, GeneralSecurityException {
        table = Table.read(table);
        for (var port : table.ports.entrySet()) {
            var hosts = port.getValue().values();
            HttpsServer server = SERVERS.get(port.getKey());
            if (server == null) {
                server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port.getKey()), 256);
                SSLContext shared = context(new ByServerName(port.getKey()));
                server.setHttpsConfigurator(new Gate(port.getKey(), shared));
                server.setExecutor(Executors.newCachedThreadPool());
                HttpsServer made = server;
                server.createContext("/", exchange -> ((Gate) made.getHttpsConfigurator()).answer((HttpsExchange) exchange));
                SERVERS.put(port.getKey(), server);
            }
            SSLContext own = hosts.iterator().next().context;
            Gate gate = (Gate) server.getHttpsConfigurator();
            if (hosts.size() == 1 && gate.getSSLContext() != own) {
                Gate next = new Gate(port.getKey(), own);
                next.begun.putAll(gate.begun);
                server.setHttpsConfigurator(next);
            }
        }
    }

    public static void main(String[] given) throws Exception {
        file = given[0];
        keys = keys(given[1], given[2]);
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
