//! Header fields in which proxies tell their backends who the client is.
//!
//! A gate has to remove them from what clients send. These are the names in use: RFC 9440, Envoy, nginx and
//! ingress-nginx, Apache, `HAProxy`, Traefik, and the load balancers of AWS, Azure and Google Cloud.

use http::{HeaderMap, HeaderValue};

/// Characters of a claimed name that are reported.
const MAX_SUBJECT: usize = 256;

/// Names in lower case.
const NAMES: [&str; 37] = [
    "client-cert",
    "client-cert-chain",
    "remote-user",
    "ssl-client-cert",
    "ssl-client-issuer-dn",
    "ssl-client-s-dn",
    "ssl-client-subject-dn",
    "ssl-client-verify",
    "ssl_client_cert",
    "ssl_client_s_dn",
    "ssl_client_verify",
    "x-amzn-mtls-clientcert",
    "x-amzn-mtls-clientcert-leaf",
    "x-amzn-mtls-clientcert-subject",
    "x-arr-clientcert",
    "x-client-cert",
    "x-client-cert-chain-verified",
    "x-client-cert-present",
    "x-client-cert-spiffe",
    "x-client-cert-subject-dn",
    "x-client-dn",
    "x-client-subject",
    "x-client-verify",
    "x-forwarded-client-cert",
    "x-forwarded-client-dn",
    "x-forwarded-tls-client-cert",
    "x-forwarded-tls-client-cert-info",
    "x-forwarded-user",
    "x-remote-user",
    "x-ssl-cert",
    "x-ssl-client-cert",
    "x-ssl-client-cn",
    "x-ssl-client-dn",
    "x-ssl-client-s-dn",
    "x-ssl-client-sha1",
    "x-ssl-client-subject",
    "x-ssl-client-verify",
];

/// Which spellings of a name are taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// The listed one.
    AsListed,
    /// Those with an underscore in place of a hyphen, as CGI variables have; never the listed one.
    Underscores,
}

/// Whether it is one of the names, in any case.
pub(super) fn is_listed(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The client's name by these fields: the values that say that it is verified are passed over where another names
/// it.
pub(super) fn believe(fields: &HeaderMap, spelling: Spelling) -> Option<String> {
    let mut claims = fields.iter().filter(|(name, _)| is_spelt(name.as_str(), spelling)).peekable();
    claims.peek()?;
    let (verdicts, names): (Vec<_>, Vec<_>) = claims.partition(|(name, _)| {
        let name = name.as_str();
        ["verify", "verified", "present"].iter().any(|end| name.ends_with(end))
    });
    let passed = verdicts.iter().all(|(_, verdict)| !says_no(verdict));
    let subject = names.first().or(verdicts.first())?.1;
    passed.then(|| String::from_utf8_lossy(subject.as_bytes()).chars().take(MAX_SUBJECT).collect())
}

/// nginx writes `NONE` and `FAILED:reason`.
fn says_no(verdict: &HeaderValue) -> bool {
    ["NONE", "FAILED", "false"]
        .iter()
        .any(|no| verdict.as_bytes().get(..no.len()).is_some_and(|start| start == no.as_bytes()))
}

fn is_spelt(name: &str, spelling: Spelling) -> bool {
    match spelling {
        Spelling::AsListed => is_listed(name),
        Spelling::Underscores => {
            let hyphenated = name.replace('_', "-");
            hyphenated != name && is_listed(&hyphenated)
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn fields(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn names_are_sorted_and_in_lower_case() {
        assert!(NAMES.is_sorted());
        assert!(NAMES.iter().all(|name| *name == name.to_ascii_lowercase()));
        assert!(is_listed("X-SSL-Client-Verify") && !is_listed("x-ssl"));
    }

    #[test]
    fn spellings() {
        for (name, listed, underscores) in [
            ("x-client-subject", true, false),
            ("x_client_subject", false, true),
            ("x-client_subject", false, true),
            ("ssl_client_verify", true, true),
            ("x-client-subjects", false, false),
        ] {
            let fields = fields(&[(name, "CN=Me")]);
            assert_eq!(believe(&fields, Spelling::AsListed).is_some(), listed, "{name}");
            assert_eq!(believe(&fields, Spelling::Underscores).is_some(), underscores, "{name}");
        }
    }

    #[test]
    fn names_before_verdicts() {
        let both = fields(&[("x-ssl-client-verify", "SUCCESS"), ("x-ssl-client-s-dn", "CN=Me")]);
        assert_eq!(believe(&both, Spelling::AsListed).as_deref(), Some("CN=Me"));
        let alone = fields(&[("ssl-client-verify", "SUCCESS")]);
        assert_eq!(believe(&alone, Spelling::AsListed).as_deref(), Some("SUCCESS"));
        let failed = fields(&[("ssl-client-verify", "FAILED:expired"), ("client-cert", ":AA==:")]);
        assert_eq!(believe(&failed, Spelling::AsListed), None);
        assert_eq!(believe(&fields(&[("accept", "*/*")]), Spelling::AsListed), None);
    }
}
