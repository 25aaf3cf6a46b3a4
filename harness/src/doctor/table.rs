//! The rules: one table of what can be found, who minds, and what to do about it.
//!
//! Statements about products that are not run here are knowledge of this table, not results. What the validators
//! say that are run comes from [`super::validators`].

use super::finding::Rule;
use super::finding::Severity::{Error, Note, Warning};
use super::gate::Gate::{
    Agent, Boringssl, Every, Go, Go123, Java, Kubernetes, Letter, ListOrder, NginxDepth, Node,
    Openssl, OpensslLevel2, OpensslStrict, ReadsSan, ReadsSubject, Rustls, RustlsRing,
};

/// A certificate of version 3 for the same key and subject.
const REISSUE: &[&str] = &[
    "openssl x509 -x509toreq -in {certificate} -signkey {key} \\\n  -out client.csr",
    "printf '%s\\n' basicConstraints=CA:FALSE \\\n  keyUsage=critical,digitalSignature \\\n  \
     extendedKeyUsage=clientAuth > client.ext",
    "openssl x509 -req -sha256 -days 365 -extfile client.ext \\\n  -in client.csr -CA {ca} -CAkey ca.key \
     -CAcreateserial \\\n  -out client.new.crt",
];

/// A new key of the kind that every gate takes, and a request for it.
const NEW_KEY: &[&str] = &[
    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \\\n  -out client.new.key",
    "openssl req -new -key client.new.key -out client.csr \\\n  -subj '/O=Example ORG/CN=Client'",
];

/// A new CA.
const NEW_CA: &[&str] = &[
    "openssl req -x509 -sha256 -nodes -days 3650 -newkey rsa:3072 \\\n  -keyout ca.new.key -out ca.new.crt \
     -subj '/O=Example ORG/CN=CA Cert' \\\n  -addext keyUsage=critical,keyCertSign,cRLSign",
];

const SHOW: &[&str] = &["openssl x509 -in {certificate} -noout -text"];
const NONE: &[&str] = &[];

macro_rules! rules {
    ($($name:ident = $severity:ident $id:literal, [$($gate:ident),*], $remedy:literal, $commands:expr;)*) => {
        $(pub(super) const $name: Rule = Rule {
            id: $id, severity: $severity, gates: &[$($gate),*], remedy: $remedy, commands: $commands,
        };)*
        /// Every rule.
        #[cfg(test)]
        pub(super) const ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    // The private key.
    KEY_MISMATCH = Error "key-mismatch", [Agent, Every],
        "Use the key that the certificate was issued for. These two must print the same.",
        &["openssl x509 -in {certificate} -noout -pubkey", "openssl pkey -in {key} -pubout"];
    KEY_MISSING = Error "key-missing", [Agent],
        "Put the private key beside the certificate; nobody can prove possession without it.", NONE;
    KEY_NOT_GIVEN = Note "key-not-given", [],
        "Give it with --key to see whether it belongs to the certificate.", NONE;
    KEY_ENCRYPTED = Error "key-encrypted", [Agent],
        "Decrypt it, unless the agent is told the passphrase; keep the result readable to the agent alone.",
        &["openssl pkey -in {key} -out client.plain.key"];
    KEY_UNREADABLE = Error "key-unreadable", [Agent],
        "Copy the key file again from where it was made, or make a new key.", NEW_KEY;
    KEY_NOT_CHECKED = Warning "key-not-checked", [],
        "Compare by hand. These two must print the same.",
        &["openssl x509 -in {certificate} -noout -pubkey", "openssl pkey -in {key} -pubout"];
    KEY_PKCS1 = Note "key-pkcs1", [],
        "Most software reads this form. Where one does not, convert it to PKCS #8.",
        &["openssl pkcs8 -topk8 -nocrypt -in {key} -out client.pkcs8.key"];
    KEY_SEC1 = Note "key-sec1", [],
        "Most software reads this form. Where one does not (older Java), convert it to PKCS #8.",
        &["openssl pkcs8 -topk8 -nocrypt -in {key} -out client.pkcs8.key"];
    EC_PARAMETERS = Note "ec-parameters-in-key-file", [],
        "Remove the section `EC PARAMETERS`; some readers stop at it. PKCS #8 does without.",
        &["openssl pkcs8 -topk8 -nocrypt -in {key} -out client.pkcs8.key"];
    SEVERAL_KEYS = Warning "several-keys", [],
        "Leave only the key of the client's certificate; which one is taken depends on the software.", NONE;
    KEY_READABLE = Warning "key-readable-by-others", [],
        "Let only the agent's user read it.", &["chmod 600 {key}"];

    // Files and fields.
    NOT_PEM = Warning "not-pem", [],
        "Most agents want PEM. Convert it.",
        &["openssl x509 -inform DER -in {certificate} -out client.pem.crt",
          "openssl pkey -inform DER -in {key} -out client.pem.key"];
    FILES_SWAPPED = Error "files-swapped", [Agent],
        "Exchange the two: the certificate is public, the key is not.", NONE;
    KEY_IN_CERTIFICATE_FILE = Warning "key-in-certificate-file", [],
        "Keep the key in a file of its own: certificates are handed out, keys are not.", NONE;
    KEY_IN_CA_FILE = Warning "key-in-ca-file", [],
        "Take the private key out. Whoever holds a CA's key can be any client.", NONE;
    CERTIFICATE_IN_KEY_FILE = Note "certificate-in-key-file", [],
        "Fine where the software wants one file for both; otherwise take it out.", NONE;
    TRUSTED_FORM = Warning "openssl-trusted-certificate", [Agent],
        "`TRUSTED CERTIFICATE` is a form of OpenSSL's own; nothing else reads it. Convert it.",
        &["openssl x509 -in {certificate} -out client.plain.crt"];
    PEM_DAMAGED = Error "pem-damaged", [Agent, Every],
        "Copy the file again; a PEM section must run from BEGIN to END with nothing lost.", NONE;
    PEM_JOINED = Error "pem-lines-joined", [Agent],
        "Keep the line breaks of PEM: in YAML use a block scalar (`|`), not a folded (`>`) or plain one.", NONE;
    PEM_ESCAPED = Error "pem-newlines-escaped", [Agent],
        "Replace each `\\n` that is spelled out by a line break: in YAML, a block scalar (`|`).", NONE;
    SECRET_PLAIN = Error "secret-data-not-base64", [Kubernetes],
        "Encode the value in base64, or move it from `data` to `stringData`.",
        &["kubectl create secret generic NAME --dry-run=client -o yaml \\\n  \
           --from-file=client.crt --from-file=client.key --from-file=ca.crt"];
    DOUBLE_BASE64 = Error "base64-twice", [Agent],
        "Encode it once: the mounted file is base64 text now, not PEM.",
        &["kubectl create secret generic NAME --dry-run=client -o yaml \\\n  \
           --from-file=client.crt --from-file=client.key --from-file=ca.crt"];
    TEXT_BASE64 = Warning "base64-in-plain-field", [Agent],
        "Kubernetes does not decode this field. Write PEM, or make sure that the agent decodes it.", NONE;
    FIELD_UNREADABLE = Error "field-unreadable", [Agent],
        "Put PEM there (in the `data` of a Secret, base64 of PEM).", NONE;

    // The certificate as such.
    MALFORMED = Error "certificate-malformed", [Every],
        "Issue it again with other software; see what another reader makes of it.", SHOW;
    V1 = Error "x509-v1", [Rustls],
        "Issue it again with at least one extension: an empty extension section makes version 1.", REISSUE;
    VERSION = Error "x509-version-unsupported", [Rustls, Go, Letter],
        "Issue it again as version 3.", REISSUE;
    EKU_NOT_CLIENT = Error "eku-without-client-auth", [Every],
        "Issue it again with extendedKeyUsage=clientAuth.", REISSUE;
    EKU_ANY = Error "eku-any-only", [Rustls, Openssl],
        "Name clientAuth: anyExtendedKeyUsage does not stand for it everywhere.", REISSUE;
    KU_NO_SIGNATURE = Error "key-usage-without-digital-signature", [Openssl, Java, Node],
        "Issue it again with keyUsage=digitalSignature: a client signs the handshake.", REISSUE;
    NO_SAN = Warning "no-subject-alt-name", [ReadsSan],
        "Nothing, where the subject is the identity. Otherwise issue it again with the name that the gate looks for, such as subjectAltName=DNS:client.example.org.",
        NONE;
    EMPTY_SUBJECT = Error "names-nobody", [Letter],
        "Issue it again with a subject: no gate can tell whom it let in.", REISSUE;
    EMPTY_SUBJECT_SAN = Warning "empty-subject", [ReadsSubject],
        "Issue it again with a subject, unless the gate reads the subjectAltName.", NONE;
    CA_AS_CLIENT = Error "ca-certificate-as-client", [Rustls],
        "Issue an end-entity certificate (basicConstraints=CA:FALSE). Whoever holds this key can be any client.",
        REISSUE;
    SERIAL_NEGATIVE = Error "serial-negative", [Go123, Letter],
        "Issue it again with a positive serial number.", REISSUE;
    SERIAL_ZERO = Error "serial-zero", [Letter],
        "Issue it again with a positive serial number.", REISSUE;
    SERIAL_LONG = Error "serial-too-long", [Letter],
        "Issue it again with a serial number of at most 20 octets.", REISSUE;
    UNKNOWN_CRITICAL = Error "unknown-critical-extension", [Every],
        "Issue it again without the extension, or with it not critical.", REISSUE;
    DUPLICATE_EXTENSION = Error "duplicate-extension", [Every],
        "Issue it again with the extension once.", REISSUE;

    // Keys and signatures.
    MD5 = Error "md5-signature", [Every],
        "Issue it again with SHA-256.", REISSUE;
    SHA1 = Error "sha1-signature", [OpensslLevel2, Node, Go, Rustls],
        "Issue it again with SHA-256.", REISSUE;
    RSA_SHORT = Error "rsa-below-2048", [OpensslLevel2, Rustls],
        "Make a new key, P-256 or RSA of 2048 bits and more, and a certificate for it.", NEW_KEY;
    P521 = Error "curve-p521", [Boringssl, RustlsRing],
        "Use P-256, which every gate takes.", NEW_KEY;
    CURVE_UNUSUAL = Error "curve-unusual", [Rustls, Go, Boringssl, Java],
        "Use P-256, which every gate takes.", NEW_KEY;
    ED25519 = Error "ed25519-key", [Boringssl],
        "Use P-256, which every gate takes.", NEW_KEY;
    ED448 = Error "ed448-key", [Rustls, Go, Boringssl],
        "Use P-256, which every gate takes.", NEW_KEY;
    RSA_PSS_KEY = Error "rsa-pss-key", [Rustls, Go, Boringssl],
        "Use a key of the ordinary RSA type (rsaEncryption), or P-256.", NEW_KEY;
    KEY_TYPE_UNKNOWN = Error "key-algorithm-unknown", [Every],
        "Use P-256, which every gate takes.", NEW_KEY;

    // Dates.
    EXPIRED = Error "expired", [Every],
        "Issue it again.", REISSUE;
    NOT_YET_VALID = Error "not-yet-valid", [Every],
        "Wait, or issue it again; compare the clock of the machine that issued it.", &["date -u"];
    EXPIRES_SOON = Warning "expires-soon", [],
        "Renew it now, before agents drop out one by one.", REISSUE;
    OUTLIVES_ISSUER = Warning "outlives-issuer", [],
        "Renew the issuer first: from its last day on, this certificate is refused, too.", NONE;
    LONG_LIVED = Note "long-lived", [],
        "Prefer a year or less: a stolen key is of use until then, and few gates check revocation.", NONE;
    CA_EXPIRED = Error "ca-expired", [Openssl, Go, Boringssl],
        "Make a new CA, let gates trust both for a while, and issue the certificates again.", NEW_CA;
    CA_NOT_YET_VALID = Error "ca-not-yet-valid", [Openssl, Go, Boringssl],
        "Wait, or compare the clock of the machine that made it.", &["date -u"];
    CA_EXPIRES_SOON = Warning "ca-expires-soon", [Openssl, Go, Boringssl],
        "Make a new CA, let gates trust both for a while, and issue the certificates again.", NEW_CA;

    // The chain.
    CA_NOT_GIVEN = Note "ca-not-given", [],
        "Give it with --ca to see whether the chain builds.", NONE;
    SELF_SIGNED = Error "self-signed", [Every],
        "Let the CA issue it: gates trust the CA, not the certificate.", REISSUE;
    MISSING_INTERMEDIATE = Error "missing-intermediate", [Every],
        "Append the issuer's certificate to the client's, or give the CA that issued it: the gate must trust that one.",
        &["cat client.crt intermediate.crt > client.chain.crt"];
    WRONG_SIGNATURE = Error "signature-wrong", [Every],
        "A CA of the same name but another key issued it, or it was changed. Use the CA that issued it.",
        &["openssl verify -CAfile {ca} {certificate}"];
    LEAF_NOT_FIRST = Error "client-certificate-not-first", [Agent, Every],
        "Put the client's certificate first, then each issuer after what it issued.", NONE;
    CHAIN_ORDER = Warning "chain-order", [ListOrder],
        "Put each issuer after what it issued: TLS 1.2 demands it, some gates of old hold clients to it.", NONE;
    ROOT_IN_FILE = Note "root-in-file", [],
        "Leave it out: the gate has its own copy and ignores this one.", NONE;
    DUPLICATE = Note "duplicate-certificate", [],
        "Leave it out.", NONE;
    UNRELATED = Warning "unrelated-certificate", [ListOrder],
        "Leave it out, or put the issuer in its place.", NONE;
    CHAIN_DEEP = Warning "chain-deep", [NginxDepth],
        "Raise the gate's limit, or let a CA issue that is nearer to the trusted one.",
        &["ssl_verify_depth 3;   # in the nginx configuration"];
    CHAIN_TOO_DEEP = Error "chain-too-deep", [Rustls],
        "Let a CA issue that is nearer to the trusted one; rustls follows 6 intermediates.", NONE;
    NAME_CONSTRAINTS = Error "name-constraints", [],
        "Ask the CA for a name inside what its issuer may name, or for an issuer that may name this.", SHOW;
    PATH_LENGTH = Error "path-length", [Every],
        "An issuer's pathLenConstraint allows fewer CAs below it. Let a CA higher up issue the certificate.", NONE;
    PATH_REFUSED = Error "path-refused", [],
        "See what the validator says; another validator may say more.",
        &["openssl verify -x509_strict -purpose sslclient \\\n  -CAfile {ca} {certificate}"];

    // Issuers: the CA and what is between it and the client.
    ISSUER_NOT_A_CA = Error "issuer-not-a-ca", [Every],
        "Only a certificate with basicConstraints=CA:TRUE issues others. Give the CA's, or make one.", NEW_CA;
    ISSUER_V1 = Error "issuer-x509-v1", [Rustls, Go, Letter],
        "Make the CA again as version 3 with basicConstraints=CA:TRUE.", NEW_CA;
    ISSUER_NO_KEY_USAGE = Warning "issuer-without-key-usage", [OpensslStrict],
        "Nothing for most gates. A new CA should have keyUsage=keyCertSign,cRLSign.", NEW_CA;
    ISSUER_KEY_USAGE = Error "issuer-key-usage", [Every],
        "Make the CA again with keyUsage=keyCertSign,cRLSign.", NEW_CA;
    ISSUER_EKU = Error "issuer-eku-without-client-auth", [Openssl, Go, Rustls],
        "The issuer's extendedKeyUsage limits what it issues. Use an issuer with clientAuth, or without the extension.",
        NONE;
    CA_NOT_ROOT = Error "ca-not-self-signed", [Openssl],
        "Add the root to the CA file: OpenSSL builds up to a self-signed certificate unless told otherwise.",
        &["cat intermediate.crt root.crt > ca.bundle.crt"];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_kebab_and_unique() {
        let ids: BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for id in ids {
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        }
    }

    #[test]
    fn errors_say_who_refuses() {
        // Here the validators that refuse are named.
        let asked = [PATH_REFUSED.id, NAME_CONSTRAINTS.id];
        for rule in ALL.iter().filter(|rule| rule.severity == Error) {
            assert!(!rule.gates.is_empty() || asked.contains(&rule.id), "{}", rule.id);
        }
    }

    #[test]
    fn commands_fit_a_terminal() {
        for line in ALL.iter().flat_map(|rule| rule.commands).flat_map(|command| command.lines()) {
            assert!(line.len() <= 76, "{line}");
        }
    }
}
