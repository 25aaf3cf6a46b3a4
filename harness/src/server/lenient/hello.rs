//! What a `ClientHello` offers.

use mtls_scenarios::Alpn;
use rustls::{
    CipherSuite, HandshakeType, NamedGroup, ProtocolVersion, SignatureAlgorithm, SignatureScheme,
};

use super::failure::Failure;
use super::leniency::{Forgiven, Leniency};
use super::reading;
use crate::tls::extension::read;
use crate::tls::{
    ClientHello, Extension, ExtensionType, Field, Malformed, Message, Reader, Received, Suite,
    Version, signs_tls13,
};

/// Groups that keys are exchanged in, best first.
const GROUPS: [NamedGroup; 2] = [NamedGroup::X25519, NamedGroup::secp256r1];
/// `psk_dhe_ke` (RFC 8446 4.2.9).
const PSK_WITH_KEY_EXCHANGE: u8 = 1;

/// A `ClientHello`, as it came and as it reads.
#[derive(Debug)]
pub(super) struct Hello {
    pub(super) encoded: Vec<u8>,
    pub(super) parsed: ClientHello,
}

impl Hello {
    pub(super) fn read(received: Received, forgiven: Forgiven) -> Result<Self, Failure> {
        let parsed = match reading::parse(received.body(), forgiven, ClientHello::parse) {
            Err(Malformed::Repeated { .. }) if forgiven.has(Leniency::Repetitions) => {
                ClientHello::parse(&without_repetitions(received.body())?)?
            }
            parsed => parsed?,
        };
        if !parsed.compression_methods.contains(&0) {
            return Err(illegal("no compression method but compression"));
        }
        Ok(Self { encoded: received.encoded, parsed })
    }

    pub(super) fn has(&self, kind: ExtensionType) -> bool {
        self.parsed.extension(kind).is_some()
    }

    /// The server name as the client wrote it.
    pub(super) fn server_name(&self) -> Result<Option<&[u8]>, Failure> {
        let name = self.parsed.extension(ExtensionType::SERVER_NAME);
        Ok(name.map(read::server_name).transpose()?)
    }

    /// The version to speak.
    pub(super) fn version(&self) -> Result<Version, Failure> {
        let offered = match self.parsed.extension(ExtensionType::SUPPORTED_VERSIONS) {
            Some(data) => read::supported_versions(data)?,
            None => vec![self.parsed.legacy_version],
        };
        if offered.contains(&ProtocolVersion::TLSv1_3) {
            Ok(Version::Tls13)
        } else if offered.contains(&ProtocolVersion::TLSv1_2)
            || (!self.has(ExtensionType::SUPPORTED_VERSIONS)
                && u16::from(self.parsed.legacy_version) >= u16::from(ProtocolVersion::TLSv1_2))
        {
            Ok(Version::Tls12)
        } else {
            let alert = rustls::AlertDescription::ProtocolVersion;
            Err(Failure::new(alert, "neither TLS 1.2 nor TLS 1.3 is offered"))
        }
    }

    /// The cipher suite to use with a server key of this kind.
    pub(super) fn suite(
        &self,
        version: Version,
        key: SignatureAlgorithm,
    ) -> Result<&'static Suite, Failure> {
        let is_rsa = key == SignatureAlgorithm::RSA;
        let fits = |suite: &&Suite| {
            suite.version == version && suite.signs_with_rsa.is_none_or(|rsa| rsa == is_rsa)
        };
        let mut offered = self.parsed.cipher_suites.iter();
        offered.find_map(|id| Suite::find(*id).filter(fits)).ok_or_else(|| none("cipher suite"))
    }

    /// The groups that both sides know, best first.
    pub(super) fn groups(&self) -> Result<Vec<NamedGroup>, Failure> {
        let offered = match self.parsed.extension(ExtensionType::SUPPORTED_GROUPS) {
            Some(data) => read::supported_groups(data)?,
            None => GROUPS.to_vec(),
        };
        Ok(GROUPS.into_iter().filter(|group| offered.contains(group)).collect())
    }

    /// The best group and the client's key share in it; `None` asks for a share.
    pub(super) fn share(&self) -> Result<(NamedGroup, Option<&[u8]>), Failure> {
        let groups = self.groups()?;
        let data = self.parsed.extension(ExtensionType::KEY_SHARE);
        let shares = data.map(read::key_share).transpose()?.unwrap_or_default();
        let of = |group: NamedGroup| shares.iter().find(|(theirs, _)| *theirs == group);
        if let Some((group, public)) = groups.iter().find_map(|group| of(*group)) {
            return Ok((*group, Some(public)));
        }
        groups.first().map(|group| (*group, None)).ok_or_else(|| none("group"))
    }

    /// The schemes that the server may sign by.
    pub(super) fn schemes(&self, version: Version) -> Result<Vec<SignatureScheme>, Failure> {
        let data = self.parsed.extension(ExtensionType::SIGNATURE_ALGORITHMS);
        let Some(data) = data else {
            let alert = rustls::AlertDescription::MissingExtension;
            return Err(Failure::new(alert, "signature_algorithms is missing"));
        };
        let mut schemes = read::signature_algorithms(data)?;
        schemes.retain(|scheme| version == Version::Tls12 || signs_tls13(*scheme));
        Ok(schemes)
    }

    /// The application protocol, as rustls chooses it.
    pub(super) fn alpn(&self) -> Result<Option<Alpn>, Failure> {
        let kind = ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION;
        let Some(data) = self.parsed.extension(kind) else {
            return Ok(None);
        };
        let offered = read::alpn(data)?;
        let chosen = [Alpn::H2, Alpn::Http1]
            .into_iter()
            .find(|alpn| offered.contains(&alpn.as_str().as_bytes()));
        let alert = rustls::AlertDescription::NoApplicationProtocol;
        let failure = || Failure::new(alert, "no application protocol in common");
        chosen.map(Some).ok_or_else(failure)
    }

    /// The session ticket that is offered (RFC 5077).
    pub(super) fn ticket(&self) -> &[u8] {
        self.parsed.extension(ExtensionType::SESSION_TICKET).unwrap_or_default()
    }

    /// Whether a PSK may be used, with a key exchange.
    pub(super) fn takes_psk(&self) -> Result<bool, Failure> {
        let modes = self.parsed.extension(ExtensionType::PSK_KEY_EXCHANGE_MODES);
        let modes = modes.map(read::psk_key_exchange_modes).transpose()?.unwrap_or_default();
        Ok(modes.contains(&PSK_WITH_KEY_EXCHANGE))
    }

    /// Whether secure renegotiation is understood (RFC 5746 3.6).
    pub(super) fn knows_renegotiation(&self) -> bool {
        let signal = CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV;
        self.has(ExtensionType::RENEGOTIATION_INFO) || self.parsed.cipher_suites.contains(&signal)
    }
}

/// The body of a `ClientHello` with the first extension of each kind alone.
fn without_repetitions(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader::new(body);
    reader.take(2 + 32, "random")?;
    reader.vec8("legacy_session_id")?;
    reader.vec16("cipher_suites")?;
    reader.vec8("legacy_compression_methods")?;
    let mut rest = reader.clone();
    let front = body.len().saturating_sub(rest.rest().len());
    let (mut seen, mut kept) = (Vec::new(), Vec::new());
    let mut list = Reader::new(reader.vec16("extensions")?);
    while !list.is_empty() {
        let (kind, data) = (list.u16("extension_type")?, list.vec16("extension_data")?);
        if !seen.contains(&kind) {
            seen.push(kind);
            kept.push(Extension::new(ExtensionType(kind), data));
        }
    }
    let fields = kept.iter().map(Extension::to_field).collect();
    let extensions = Message::new(HandshakeType::Unknown(0), vec![Field::vector("", 2, fields)]);
    let encoded = extensions.encode();
    let extensions = encoded.get(Message::HEADER..).unwrap_or_default();
    Ok([body.get(..front).unwrap_or_default(), extensions].concat())
}

fn illegal(what: &str) -> Failure {
    Failure::new(rustls::AlertDescription::IllegalParameter, what)
}

fn none(what: &str) -> Failure {
    let alert = rustls::AlertDescription::HandshakeFailure;
    Failure::new(alert, &format!("no {what} in common"))
}
