//! What an honest `ClientHello` of ours offers.

use mtls_scenarios::{Alpn, KeyAlgorithm, TlsVersion};
use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme};

use crate::tls::extension;
use crate::tls::{Extension, KeyExchange, Suite, Version};

/// Groups that we can exchange keys in, best first.
pub(super) const GROUPS: [NamedGroup; 2] = [NamedGroup::X25519, NamedGroup::secp256r1];

/// `PskKeyExchangeMode` with a key exchange (RFC 8446 4.2.9).
const PSK_DHE_KE: u8 = 1;

/// `ECPointFormat` (RFC 8422 5.1.2).
const UNCOMPRESSED: u8 = 0;

/// Schemes by which the gate may sign.
pub(super) const SCHEMES: [SignatureScheme; 10] = [
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ECDSA_NISTP521_SHA512,
    SignatureScheme::ED25519,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA512,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

/// What a `ClientHello` offers, before it is put into extensions.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) versions: Vec<TlsVersion>,
    pub(super) suites: Vec<CipherSuite>,
    pub(super) groups: Vec<NamedGroup>,
    pub(super) schemes: Vec<SignatureScheme>,
    pub(super) extended_master_secret: bool,
    /// Contents of the `session_ticket` extension.
    pub(super) ticket: Vec<u8>,
    /// `renegotiated_connection` (RFC 5746 3.2).
    pub(super) renegotiated: Vec<u8>,
    pub(super) post_handshake_auth: bool,
    pub(super) cookie: Option<Vec<u8>>,
    pub(super) padding: Option<u16>,
}

impl Offer {
    /// An honest offer of one version. The curve of the client's own certificate is among the groups: OpenSSL holds
    /// TLS 1.2 clients to it.
    pub(super) fn honest(version: TlsVersion, key: Option<KeyAlgorithm>) -> Self {
        let own = match key {
            Some(KeyAlgorithm::P384) => Some(NamedGroup::secp384r1),
            Some(KeyAlgorithm::P521) => Some(NamedGroup::secp521r1),
            _ => None,
        };
        Self {
            versions: vec![version],
            suites: suites(&[version]),
            groups: GROUPS.into_iter().chain(own).collect(),
            schemes: SCHEMES.to_vec(),
            extended_master_secret: true,
            ticket: Vec::new(),
            renegotiated: Vec::new(),
            post_handshake_auth: false,
            cookie: None,
            padding: None,
        }
    }

    pub(super) fn offers(&self, version: TlsVersion) -> bool {
        self.versions.contains(&version)
    }

    /// Its extensions, in the order in which they are sent; without `pre_shared_key`, which comes last.
    pub(super) fn extensions(
        &self,
        sni: Option<&str>,
        alpn: Option<Alpn>,
        shares: &[KeyExchange],
    ) -> Vec<Extension> {
        let old = self.offers(TlsVersion::Tls12);
        let new = self.offers(TlsVersion::Tls13);
        let mut extensions = Vec::new();
        extensions.extend(sni.map(extension::server_name));
        if old && self.extended_master_secret {
            extensions.push(extension::extended_master_secret());
        }
        if old {
            extensions.push(extension::renegotiation_info(&self.renegotiated));
            extensions.push(extension::ec_point_formats(&[UNCOMPRESSED]));
        }
        if old || !self.ticket.is_empty() {
            extensions.push(extension::session_ticket(&self.ticket));
        }
        extensions.push(extension::supported_groups(&self.groups));
        extensions.extend(alpn.map(|alpn| extension::alpn(&[alpn.as_str()])));
        extensions.push(extension::signature_algorithms(&self.schemes));
        if new {
            let versions: Vec<ProtocolVersion> =
                self.versions.iter().map(|version| code(*version)).collect();
            extensions.push(extension::supported_versions(&versions));
            let shares: Vec<(NamedGroup, &[u8])> =
                shares.iter().map(|share| (share.group(), share.public())).collect();
            extensions.push(extension::key_share(&shares));
            extensions.push(extension::psk_key_exchange_modes(&[PSK_DHE_KE]));
            extensions.extend(self.cookie.as_deref().map(extension::cookie));
            if self.post_handshake_auth {
                extensions.push(extension::post_handshake_auth());
            }
        }
        extensions.extend(self.padding.map(|octets| extension::padding(octets.into())));
        extensions
    }
}

/// The cipher suites of these versions.
pub(super) fn suites(versions: &[TlsVersion]) -> Vec<CipherSuite> {
    let of = |version| match version {
        Version::Tls12 => TlsVersion::Tls12,
        Version::Tls13 => TlsVersion::Tls13,
    };
    let fitting = Suite::ALL.iter().filter(|suite| versions.contains(&of(suite.version)));
    fitting.map(|suite| suite.id).collect()
}

/// The code point of a version.
pub(super) const fn code(version: TlsVersion) -> ProtocolVersion {
    match version {
        TlsVersion::Tls12 => ProtocolVersion::TLSv1_2,
        TlsVersion::Tls13 => ProtocolVersion::TLSv1_3,
    }
}
