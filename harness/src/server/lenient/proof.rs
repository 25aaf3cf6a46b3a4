//! Whether a `CertificateVerify` proves that the client has the key of its certificate.

use rustls::DigitallySignedStruct;
use rustls::internal::msgs::codec::Codec as _;
use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier;

use super::failure::Failure;
use super::leniency::{Forgiven, Leniency};
use crate::tls::{
    CertificateVerify, HandshakeReader, HashAlgorithm, Message, Side, Transcript, Version,
    signed_content,
};

/// Handshake type of `Certificate`.
const CERTIFICATE: u8 = 11;
/// Place of the first octet of the random in an encoded `ClientHello`.
const RANDOM: usize = 6;

/// What is to be signed: everything up to the signature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'a> {
    pub(super) version: Version,
    pub(super) hash: HashAlgorithm,
    pub(super) transcript: &'a Transcript,
}

/// Verifies a proof, by the rules of an endpoint.
pub(super) fn verify(
    verifier: &dyn ClientCertVerifier,
    certificate: &CertificateDer<'_>,
    message: &CertificateVerify,
    signed: Signed<'_>,
    forgiven: Forgiven,
) -> Result<(), Failure> {
    // rustls makes this type from what was on the wire and from nothing else.
    let encoded = message.to_message().encode();
    let body = encoded.get(Message::HEADER..).unwrap_or_default();
    let proof = DigitallySignedStruct::read_bytes(body).map_err(rustls::Error::from)?;
    let verify = |content: &[u8]| match signed.version {
        Version::Tls12 => verifier.verify_tls12_signature(content, certificate, &proof),
        Version::Tls13 => verifier.verify_tls13_signature(content, certificate, &proof),
    };
    match verify(&signed.content(signed.version, signed.transcript)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let lenient = forgiven.has(Leniency::AnyTranscript);
            let passes = lenient && signed.others().iter().any(|content| verify(content).is_ok());
            if passes { Ok(()) } else { Err(error.into()) }
        }
    }
}

impl Signed<'_> {
    /// What a version signs of a transcript.
    fn content(&self, version: Version, transcript: &Transcript) -> Vec<u8> {
        match version {
            Version::Tls12 => transcript.octets(),
            Version::Tls13 => signed_content(Side::Client, &transcript.hash(self.hash)),
        }
    }

    /// What a gate takes that does not look closely at what is signed.
    fn others(&self) -> Vec<Vec<u8>> {
        let other = match self.version {
            Version::Tls12 => Version::Tls13,
            Version::Tls13 => Version::Tls12,
        };
        let mut contents =
            vec![self.content(other, self.transcript), self.transcript.hash(self.hash)];
        let of_messages = |messages: &[Vec<u8>]| {
            let mut transcript = Transcript::new();
            for message in messages {
                transcript.push(message);
            }
            self.content(self.version, &transcript)
        };
        let mut messages = messages(self.transcript);
        contents.push(of_messages(&[]));
        contents.push(of_messages(messages.get(..1).unwrap_or_default()));
        let without: Vec<Vec<u8>> = {
            let last = messages.iter().rposition(|message| message.first() == Some(&CERTIFICATE));
            let kept = messages.iter().enumerate().filter(|(index, _)| Some(*index) != last);
            kept.map(|(_, message)| message.clone()).collect()
        };
        contents.push(of_messages(&without));
        for change in 1..=u8::MAX {
            if let Some(octet) = messages.first_mut().and_then(|hello| hello.get_mut(RANDOM)) {
                // Undoes the change before, too.
                *octet ^= change ^ (change - 1);
            }
            contents.push(of_messages(&messages));
        }
        contents
    }
}

fn messages(transcript: &Transcript) -> Vec<Vec<u8>> {
    let mut reader = HandshakeReader::new(usize::MAX);
    reader.push(&transcript.octets());
    std::iter::from_fn(|| reader.next().ok().flatten()).map(|message| message.encoded).collect()
}
