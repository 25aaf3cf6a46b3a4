import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Certificates, keys and revocation lists as JSSE wants them. */
class Tls {
    static SSLContext context(KeyManager[] keys, TrustManager trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, new TrustManager[] {trust}, null);
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

    static String serverName(SSLSession session) {
        List<SNIServerName> names = ((ExtendedSSLSession) session).getRequestedServerNames();
        return names.isEmpty() ? "" : new SNIHostName(names.get(0).getEncoded()).getAsciiName();
    }
}
