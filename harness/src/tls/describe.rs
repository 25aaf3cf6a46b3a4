//! One line about a message, for people. Printable ASCII, and short whatever the peer sent.

use std::borrow::Cow;

use rustls::{HandshakeType, NamedGroup, ProtocolVersion};

use super::extension::{Extension, read};
use super::extension_type::ExtensionType;
use super::handshake::Received;
use super::message::{
    Certificate12, Certificate13, CertificateRequest12, CertificateRequest13, CertificateVerify,
    ClientHello, ClientKeyExchange, CompressedCertificate, EncryptedExtensions, EndOfEarlyData,
    Finished, HelloRequest, KeyUpdate, NewSessionTicket12, NewSessionTicket13, ServerHello,
    ServerHelloDone, ServerKeyExchange,
};
use super::names;
use super::reader::Malformed;

/// Octets of a peer's text, and items of a list, that are shown.
const LONGEST_TEXT: usize = 64;
const LONGEST_LIST: usize = 8;

/// One line about a message; `version` tells the forms of TLS 1.2 and 1.3 apart.
pub fn describe(received: &Received, version: ProtocolVersion) -> String {
    let name = names::message(received.kind);
    match contents(received.kind, received.body(), version == ProtocolVersion::TLSv1_3) {
        Ok(parts) if parts.is_empty() => name.into_owned(),
        Ok(parts) => format!("{name}: {}", parts.join(", ")),
        Err(malformed) => format!("{name}: not readable: {malformed}"),
    }
}

/// One line about the payload of an alert: `fatal bad_certificate (42)`.
pub fn describe_alert(payload: &[u8]) -> String {
    match payload {
        [1, description] => format!("warning {} ({description})", names::alert(*description)),
        [2, description] => format!("fatal {} ({description})", names::alert(*description)),
        [level, description] => {
            format!("level {level} {} ({description})", names::alert(*description))
        }
        _ => format!("alert of {} instead of 2", octets(payload)),
    }
}

type Parts = Result<Vec<String>, Malformed>;

fn contents(kind: HandshakeType, body: &[u8], is_13: bool) -> Parts {
    match kind {
        HandshakeType::HelloRequest => HelloRequest::parse(body).map(|_| Vec::new()),
        HandshakeType::ServerHelloDone => ServerHelloDone::parse(body).map(|_| Vec::new()),
        HandshakeType::EndOfEarlyData => EndOfEarlyData::parse(body).map(|_| Vec::new()),
        HandshakeType::ClientHello => client_hello(&ClientHello::parse(body)?),
        HandshakeType::ServerHello => server_hello(&ServerHello::parse(body)?),
        HandshakeType::EncryptedExtensions => {
            encrypted_extensions(&EncryptedExtensions::parse(body)?)
        }
        HandshakeType::CertificateRequest if is_13 => {
            certificate_request_13(&CertificateRequest13::parse(body)?)
        }
        HandshakeType::CertificateRequest => {
            let request = CertificateRequest12::parse(body)?;
            Ok(vec![
                few(&request.signature_algorithms, |&scheme| names::signature_scheme(scheme)),
                count(request.certificate_authorities.len(), "certificate authority"),
            ])
        }
        HandshakeType::Certificate if is_13 => {
            let entries = Certificate13::parse(body)?.entries;
            Ok(certificates(entries.iter().map(|entry| entry.data.len())))
        }
        HandshakeType::Certificate => {
            Ok(certificates(Certificate12::parse(body)?.list.iter().map(Vec::len)))
        }
        HandshakeType::CompressedCertificate => {
            let message = CompressedCertificate::parse(body)?;
            let before = format!("said to be {} before", message.uncompressed_length);
            let algorithm = names::compression(message.algorithm).into_owned();
            Ok(vec![algorithm, octets(&message.compressed), before])
        }
        HandshakeType::NewSessionTicket => new_session_ticket(body, is_13),
        _ => key_proofs(kind, body),
    }
}

/// The messages that are keys, signatures and the like.
fn key_proofs(kind: HandshakeType, body: &[u8]) -> Parts {
    match kind {
        HandshakeType::ServerKeyExchange => {
            let message = ServerKeyExchange::parse(body)?;
            let scheme = names::signature_scheme(message.scheme);
            let signature = format!("{scheme}, {}", octets(&message.signature));
            Ok(vec![names::group(message.group).into_owned(), signature])
        }
        HandshakeType::ClientKeyExchange => {
            Ok(vec![octets(&ClientKeyExchange::parse(body)?.public)])
        }
        HandshakeType::CertificateVerify => {
            let message = CertificateVerify::parse(body)?;
            let scheme = names::signature_scheme(message.scheme).into_owned();
            Ok(vec![scheme, octets(&message.signature)])
        }
        HandshakeType::Finished => Ok(vec![octets(&Finished::parse(body)?.verify_data)]),
        HandshakeType::KeyUpdate => Ok(vec![if KeyUpdate::parse(body)?.request_update {
            "update_requested".to_owned()
        } else {
            "update_not_requested".to_owned()
        }]),
        _ => Ok(vec![octets(body)]),
    }
}

fn client_hello(hello: &ClientHello) -> Parts {
    let mut parts = vec![match hello.extension(ExtensionType::SUPPORTED_VERSIONS) {
        None => names::version(hello.legacy_version).into_owned(),
        Some(data) => few(&read::supported_versions(data)?, |&version| names::version(version)),
    }];
    if let Some(data) = hello.extension(ExtensionType::SERVER_NAME) {
        parts.push(format!("server_name {}", text(read::server_name(data)?)));
    }
    parts.extend(alpn(&hello.extensions)?);
    if let Some(data) = hello.extension(ExtensionType::KEY_SHARE) {
        let groups = few(&read::key_share(data)?, |(group, _)| names::group(*group));
        parts.push(format!("key_share {groups}"));
    }
    if let Some(ticket @ [_, ..]) = hello.extension(ExtensionType::SESSION_TICKET) {
        parts.push(format!("session_ticket of {}", octets(ticket)));
    }
    if let Some(data) = hello.extension(ExtensionType::PRE_SHARED_KEY) {
        let offered = read::pre_shared_key(data)?;
        parts.push(count(offered.identities.len(), "pre-shared key"));
    }
    parts.push(count(hello.cipher_suites.len(), "cipher suite"));
    parts.push(count(hello.extensions.len(), "extension"));
    Ok(parts)
}

fn server_hello(hello: &ServerHello) -> Parts {
    let mut parts = Vec::new();
    if hello.is_retry() {
        parts.push("HelloRetryRequest".to_owned());
    }
    let version = match hello.extension(ExtensionType::SUPPORTED_VERSIONS) {
        None => hello.legacy_version,
        Some(data) => read::selected_version(data)?,
    };
    parts.push(names::version(version).into_owned());
    parts.push(names::cipher_suite(hello.cipher_suite).into_owned());
    if let Some(data) = hello.extension(ExtensionType::KEY_SHARE) {
        let group: NamedGroup = if hello.is_retry() {
            read::retry_key_share(data)?
        } else {
            read::server_key_share(data)?.0
        };
        parts.push(format!("key_share {}", names::group(group)));
    }
    if let Some(data) = hello.extension(ExtensionType::PRE_SHARED_KEY) {
        parts.push(format!("pre_shared_key {}", read::selected_psk(data)?));
    }
    parts.extend(alpn(&hello.extensions)?);
    Ok(parts)
}

fn encrypted_extensions(message: &EncryptedExtensions) -> Parts {
    let mut parts: Vec<_> = alpn(&message.extensions)?.into_iter().collect();
    let others: Vec<_> = message
        .extensions
        .iter()
        .map(|extension| extension.kind)
        .filter(|kind| *kind != ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
        .collect();
    if !others.is_empty() {
        parts.push(few(&others, |kind| kind.name()));
    }
    Ok(parts)
}

fn certificate_request_13(request: &CertificateRequest13) -> Parts {
    let mut parts = Vec::new();
    let find = |kind| Extension::find(&request.extensions, kind);
    if let Some(extension) = find(ExtensionType::SIGNATURE_ALGORITHMS) {
        let schemes = read::signature_algorithms(&extension.data)?;
        parts.push(few(&schemes, |&scheme| names::signature_scheme(scheme)));
    }
    if let Some(extension) = find(ExtensionType::CERTIFICATE_AUTHORITIES) {
        let authorities = read::certificate_authorities(&extension.data)?;
        parts.push(count(authorities.len(), "certificate authority"));
    }
    if !request.context.is_empty() {
        parts.push(format!("context of {}", octets(&request.context)));
    }
    Ok(parts)
}

fn certificates(sizes: impl ExactSizeIterator<Item = usize>) -> Vec<String> {
    let number = sizes.len();
    let mut parts = vec![count(number, "certificate")];
    if number > 0 {
        parts.push(count(sizes.sum(), "octet"));
    }
    parts
}

fn new_session_ticket(body: &[u8], is_13: bool) -> Parts {
    let (ticket, lifetime) = if is_13 {
        let message = NewSessionTicket13::parse(body)?;
        (message.ticket, message.lifetime)
    } else {
        let message = NewSessionTicket12::parse(body)?;
        (message.ticket, message.lifetime_hint)
    };
    Ok(vec![octets(&ticket), format!("for {lifetime} s")])
}

fn alpn(extensions: &[Extension]) -> Result<Option<String>, Malformed> {
    Extension::find(extensions, ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION)
        .map(|extension| {
            let protocols = read::alpn(&extension.data)?;
            Ok(format!("alpn {}", few(&protocols, |name| text(name).into())))
        })
        .transpose()
}

fn octets(octets: &[u8]) -> String {
    count(octets.len(), "octet")
}

/// `1 octet`, `2 octets`, `no octets`; authorities, too.
fn count(number: usize, what: &str) -> String {
    let plural = match what.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{what}s"),
    };
    match number {
        0 => format!("no {plural}"),
        1 => format!("1 {what}"),
        _ => format!("{number} {plural}"),
    }
}

/// The first of these, and how many more there are.
fn few<T>(items: &[T], name: impl Fn(&T) -> Cow<'static, str>) -> String {
    let shown: Vec<_> = items.iter().take(LONGEST_LIST).map(name).collect();
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A peer's text, escaped and cut.
fn text(octets: &[u8]) -> String {
    match octets.split_at_checked(LONGEST_TEXT) {
        Some((head, [_, ..])) => format!("{}...", head.escape_ascii()),
        _ => octets.escape_ascii().to_string(),
    }
}
