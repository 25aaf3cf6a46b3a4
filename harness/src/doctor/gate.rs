//! Kinds of gates, in the words in which findings speak of them.

/// A kind of gate. What it refuses is said by the rules that name it; products are examples of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Every,
    Rustls,
    RustlsRing,
    Openssl,
    OpensslLevel2,
    OpensslStrict,
    NginxDepth,
    Boringssl,
    Go,
    Go123,
    Java,
    Node,
    Letter,
    ListOrder,
    ReadsSan,
    ReadsSubject,
    Agent,
    Kubernetes,
}

impl Gate {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Every => "every gate",
            Self::Rustls => "gates built on rustls",
            Self::RustlsRing => "gates built on rustls with ring",
            Self::Openssl => "gates built on OpenSSL (nginx, HAProxy, Apache, stunnel, Python)",
            Self::OpensslLevel2 => {
                "OpenSSL at security level 2, as Debian sets it (nginx, HAProxy, Apache, stunnel)"
            }
            Self::OpensslStrict => {
                "OpenSSL with X509_V_FLAG_X509_STRICT (default contexts of Python 3.13 and later)"
            }
            Self::NginxDepth => "nginx with its default of ssl_verify_depth 1",
            Self::Boringssl => "gates built on BoringSSL (Envoy, Istio)",
            Self::Go => "gates written in Go (Caddy, Traefik, NATS, etcd)",
            Self::Go123 => "gates built with Go 1.23 or later",
            Self::Java => "gates written in Java",
            Self::Node => "gates written for Node.js",
            Self::Letter => "gates that hold certificates to RFC 5280 to the letter",
            Self::ListOrder => "gates that insist on the order of TLS 1.2 (RFC 5246 7.4.2)",
            Self::ReadsSan => {
                "gates that take the identity from a subjectAltName (SPIFFE, Envoy matchers)"
            }
            Self::ReadsSubject => {
                "gates that take the identity from the subject (nginx, HAProxy, Apache)"
            }
            Self::Agent => "the agent itself, before it reaches a gate",
            Self::Kubernetes => "the Kubernetes API server",
        }
    }
}
