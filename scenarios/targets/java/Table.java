import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.X509ExtendedTrustManager;

/** The endpoints by port, and by host within it. */
record Table(String generation, Map<Integer, Map<String, Endpoint>> ports) {
    /** What one host on one port promises. */
    record Endpoint(String host, String mode, String secret, String policy, X509ExtendedTrustManager trust) {}

    /** What has not changed is the same object as in the table before. */
    static Table read(String file, Table before) throws IOException, GeneralSecurityException {
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
                X509ExtendedTrustManager trust = ca.equals("-") ? null : Tls.trust(ca, crl);
                here = new Endpoint(host, mode, field[6], policy, trust);
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
