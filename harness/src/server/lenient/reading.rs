//! Messages read strictly, or as a gate reads them that believes no length.

use std::io::Read as _;

use flate2::read::ZlibDecoder;
use rustls::pki_types::CertificateDer;
use rustls::{AlertDescription, CertificateCompressionAlgorithm, HandshakeType};

use super::failure::Failure;
use super::leniency::{Forgiven, Leniency};
use crate::server::health::Health;
use crate::tls::{
    Certificate12, Certificate13, CertificateVerify, CompressedCertificate, Malformed, Received,
    Version,
};

/// Octets after a message that are looked through for its end.
const MAX_TRAILING: usize = 4096;
/// What a certificate begins with: a SEQUENCE with a length of two octets.
const SEQUENCE: [u8; 2] = [0x30, 0x82];
/// Octets of type and length of such a SEQUENCE.
const SEQUENCE_HEADER: usize = 4;
/// Octets of a certificate message that are decompressed.
const MAX_DECOMPRESSED: u64 = 0xffff;
/// Octets that a gate survives which decompresses any amount.
const SURVIVABLE_DECOMPRESSED: u64 = 1 << 20;

/// A `Certificate` of either version.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) context: Vec<u8>,
    pub(super) list: Vec<CertificateDer<'static>>,
}

/// Reads the body of a message.
pub(super) fn parse<T>(
    body: &[u8],
    forgiven: Forgiven,
    parse: impl Fn(&[u8]) -> Result<T, Malformed>,
) -> Result<T, Malformed> {
    match parse(body) {
        Err(Malformed::Trailing { .. }) if forgiven.has(Leniency::TrailingOctets) => {}
        done => return done,
    }
    // The message is whatever can be read at the front.
    (1..body.len().min(MAX_TRAILING))
        .filter_map(|cut| body.len().checked_sub(cut).and_then(|length| body.get(..length)))
        .find_map(|front| parse(front).ok())
        .ok_or(Malformed::Trailing { what: "message" })
}

/// Reads a `CertificateVerify`.
pub(super) fn proof(body: &[u8], forgiven: Forgiven) -> Result<CertificateVerify, Failure> {
    if forgiven.has(Leniency::AnyLengths)
        && let Some((&[high, low, _, _], signature)) = body.split_first_chunk()
    {
        let scheme = u16::from_be_bytes([high, low]).into();
        return Ok(CertificateVerify { scheme, signature: signature.to_vec() });
    }
    Ok(parse(body, forgiven, CertificateVerify::parse)?)
}

/// Reads a `Certificate`, compressed or not.
pub(super) fn certificate(
    message: &Received,
    version: Version,
    forgiven: Forgiven,
    health: &Health,
) -> Result<Shown, Failure> {
    if message.kind == HandshakeType::CompressedCertificate {
        let body = decompressed(message.body(), version, forgiven, health)?;
        return plain(&body, version, forgiven);
    }
    plain(message.body(), version, forgiven)
}

fn plain(body: &[u8], version: Version, forgiven: Forgiven) -> Result<Shown, Failure> {
    if forgiven.has(Leniency::AnyLengths) {
        return Ok(Shown { context: Vec::new(), list: found(body) });
    }
    if version == Version::Tls12 {
        let list = parse(body, forgiven, Certificate12::parse)?.list;
        let list = list.into_iter().map(CertificateDer::from).collect();
        return Ok(Shown { context: Vec::new(), list });
    }
    let Certificate13 { context, entries } = parse(body, forgiven, Certificate13::parse)?;
    let extended = entries.iter().any(|entry| !entry.extensions.is_empty());
    if extended && !forgiven.has(Leniency::EntryExtensions) {
        let alert = AlertDescription::UnsupportedExtension;
        return Err(Failure::new(alert, "a certificate has extensions that were not asked for"));
    }
    let list = entries.into_iter().map(|entry| entry.data.into()).collect();
    Ok(Shown { context, list })
}

/// Certificates wherever they begin, as long as they say themselves.
fn found(mut octets: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut list = Vec::new();
    while let Some(start) = octets.windows(2).position(|pair| pair == SEQUENCE) {
        let rest = octets.get(start..).unwrap_or_default();
        let length = match rest {
            [_, _, high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => break,
        };
        let end = rest.len().min(SEQUENCE_HEADER.saturating_add(length));
        let (certificate, after) = rest.split_at(end);
        list.push(certificate.to_vec().into());
        octets = after;
    }
    list
}

/// Whether this gate takes compressed certificates.
pub(super) fn decompresses(forgiven: Forgiven) -> bool {
    [Leniency::AnyCompression, Leniency::CompressionBombs, Leniency::CompressionForProof]
        .iter()
        .any(|leniency| forgiven.has(*leniency))
}

fn decompressed(
    body: &[u8],
    version: Version,
    forgiven: Forgiven,
    health: &Health,
) -> Result<Vec<u8>, Failure> {
    if version == Version::Tls12 || !decompresses(forgiven) {
        return Err(Failure::unexpected("CompressedCertificate"));
    }
    let message = CompressedCertificate::parse(body)?;
    let bad = |what| Failure::new(AlertDescription::BadCertificate, what);
    let lenient = forgiven.has(Leniency::AnyCompression);
    if message.algorithm != CertificateCompressionAlgorithm::Zlib && !lenient {
        return Err(bad("a compression that was not offered"));
    }
    let limit = if forgiven.has(Leniency::CompressionBombs) {
        SURVIVABLE_DECOMPRESSED
    } else {
        MAX_DECOMPRESSED
    };
    let mut plain = Vec::new();
    let mut decoder = ZlibDecoder::new(message.compressed.as_slice()).take(limit.saturating_add(1));
    let done = decoder.read_to_end(&mut plain);
    let length = u64::try_from(plain.len()).unwrap_or(u64::MAX);
    if length > limit {
        if forgiven.has(Leniency::CompressionBombs) {
            health.succumb();
        }
        return Err(bad("a certificate that is too long decompressed"));
    }
    done.map_err(|_| bad("a certificate that cannot be decompressed"))?;
    if length != u64::from(message.uncompressed_length) && !lenient {
        return Err(bad("uncompressed_length is not the length"));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;
    use crate::server::Fault;
    use crate::server::testing::root;
    use crate::tls::{CertificateEntry, Content, Extension, ExtensionType, Length, Message};

    const CORRECT: Forgiven = Forgiven::by(None);

    fn one() -> Vec<u8> {
        root("One").der.to_vec()
    }

    fn message(extensions: Vec<Extension>, der: &[u8]) -> Message {
        let entry = CertificateEntry { data: der.to_vec(), extensions };
        Certificate13 { context: Vec::new(), entries: vec![entry] }.to_message()
    }

    fn read(message: &Message, fault: Option<Fault>) -> Option<Vec<Vec<u8>>> {
        let received = Received { kind: message.kind, encoded: message.encode() };
        let health = Health::new(fault);
        let shown = certificate(&received, Version::Tls13, Forgiven::by(fault), &health).ok()?;
        Some(shown.list.iter().map(|der| der.to_vec()).collect())
    }

    #[test]
    fn lengths_are_believed_by_all_but_one() {
        let der = one();
        let lenient = Some(Fault::LenientLengths);
        assert_eq!(read(&message(Vec::new(), &der), None), Some(vec![der.clone()]));
        for path in ["certificate_list", "certificate_list.0.cert_data"] {
            for length in [Length::Plus(-1), Length::Plus(1), Length::Exactly(0xff_ffff)] {
                let mut lie = message(Vec::new(), &der);
                let Some(Content::Vector { length: said, .. }) =
                    lie.find_mut(path).map(|field| &mut field.content)
                else {
                    panic!("no vector");
                };
                *said = Some(length);
                assert_eq!(read(&lie, None), None, "{path} {length:?}");
                assert_eq!(read(&lie, lenient), Some(vec![der.clone()]), "{path} {length:?}");
            }
        }
    }

    #[test]
    fn extensions_of_entries() {
        let der = one();
        let extended =
            message(vec![Extension::empty(ExtensionType::SIGNED_CERTIFICATE_TIMESTAMP)], &der);
        assert_eq!(read(&extended, None), None);
        assert_eq!(read(&extended, Some(Fault::IgnoreEntryExtensions)), Some(vec![der]));
    }

    #[test]
    fn octets_after_the_end() {
        let proof = CertificateVerify {
            scheme: rustls::SignatureScheme::ED25519,
            signature: vec![1, 2, 3],
        };
        let encoded = proof.to_message().encode();
        let body = [&encoded[Message::HEADER..], &[0, 0]].concat();
        assert!(super::proof(&body, CORRECT).is_err());
        let lenient = Forgiven::by(Some(Fault::IgnoreTrailingOctets));
        assert_eq!(super::proof(&body, lenient).unwrap(), proof);
    }

    fn compressed(algorithm: u16, plain: &[u8], length: u32) -> Message {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        CompressedCertificate {
            algorithm: algorithm.into(),
            uncompressed_length: length,
            compressed: encoder.finish().unwrap(),
        }
        .to_message()
    }

    #[test]
    fn compressed_certificates() {
        let der = one();
        let encoded = message(Vec::new(), &der).encode();
        let plain = &encoded[Message::HEADER..];
        let length = u32::try_from(plain.len()).unwrap();
        let (any, bomb) = (Some(Fault::LenientDecompression), Some(Fault::DiesOnCompressionBomb));
        let list = Some(vec![der]);
        for (lie, correct, lenient) in [
            (compressed(1, plain, length), &list, &list),
            (compressed(1, plain, length + 1), &None, &list),
            (compressed(2, plain, length), &None, &list),
        ] {
            assert_eq!(read(&lie, None), None);
            assert_eq!(read(&lie, bomb), *correct);
            assert_eq!(read(&lie, any), *lenient);
        }
        let giant = compressed(1, &vec![0; 2 << 20], 2 << 20);
        assert_eq!(read(&giant, any), None);
        assert_eq!(read(&giant, bomb), None);
    }
}
