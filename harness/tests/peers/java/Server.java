// One server for every six arguments: MODE PORT CERTIFICATE KEY CA MARKER.
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;

public class Server {
    public static void main(String[] given) throws Exception {
        for (int at = 0; at < given.length; at += 6) {
            serve(given[at].equals("strict"), Integer.parseInt(given[at + 1]),
                    context(given[at + 2], given[at + 3], given[at + 4]), given[at + 5]);
        }
    }

    static void serve(boolean strict, int port, SSLContext context, String marker) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", port), 64);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters asked = context.getDefaultSSLParameters();
                if (strict) asked.setNeedClientAuth(true);
                else asked.setWantClientAuth(true);
                parameters.setSSLParameters(asked);
            }
        });
        server.createContext("/", exchange -> answer((HttpsExchange) exchange, marker));
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    static void answer(HttpsExchange exchange, String marker) throws IOException {
        boolean verified = false;
        try {
            X509Certificate client = (X509Certificate) exchange.getSSLSession().getPeerCertificates()[0];
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(client.getEncoded());
            exchange.getResponseHeaders().set("x-client-subject", client.getSubjectX500Principal().getName());
            exchange.getResponseHeaders().set("x-client-sha256", HexFormat.of().formatHex(digest));
            verified = true;
        } catch (SSLPeerUnverifiedException nobody) {
            // A client without a certificate.
        } catch (java.security.GeneralSecurityException odd) {
            throw new IOException(odd);
        }
        exchange.getResponseHeaders().set("x-client-verify", verified ? "SUCCESS" : "NONE");
        boolean secret = exchange.getRequestURI().getPath().equals("/protected");
        byte[] body = (secret && verified ? marker : "").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(secret && !verified ? 403 : 200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    static SSLContext context(String certificate, String key, String ca) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        Certificate[] chain = certificates(certificate);
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(pkcs8(key));
        PrivateKey secret = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm()).generatePrivate(encoded);
        own.setKeyEntry("server", secret, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);

        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        int number = 0;
        for (Certificate anchor : certificates(ca)) trusted.setCertificateEntry("anchor-" + number++, anchor);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);

        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static Certificate[] certificates(String file) throws Exception {
        byte[] pem = Files.readAllBytes(Path.of(file));
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem)).toArray(Certificate[]::new);
    }

    static byte[] pkcs8(String file) throws IOException {
        String pem = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----", "");
        return Base64.getMimeDecoder().decode(pem);
    }
}
