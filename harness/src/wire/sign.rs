//! `CertificateVerify`, honest and not.

use std::sync::Arc;

use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{
    Act, Forgery, Number, Scheme, Script, SignedAs, Signing, SigningContext, SigningKey,
    SigningTranscript,
};
use rustls::SignatureScheme;

use super::dial::{Dial, Identity};
use super::failure::Failure;
use super::forge::{Original, forge};
use super::view::View;
use crate::pki::Key;
use crate::tls::{
    CertificateVerify, HandshakeReader, Side, Transcript, signed_content, signs_tls13,
};

/// Octets that the signed content of TLS 1.3 begins with.
const SPACES: [u8; 64] = [b' '; 64];
/// Handshake type of `Certificate`.
const CERTIFICATE: u8 = 11;
/// Place of the first octet of the random in an encoded `ClientHello`.
const RANDOM: usize = 6;
/// Most signatures that are made until one fits.
const ATTEMPTS: u32 = 64;

/// The scheme by which a key signs for a gate that lists these; `None` where it lists none that the key can do.
pub(super) fn choose(
    key: &Key,
    version: TlsVersion,
    listed: &[SignatureScheme],
) -> Option<SignatureScheme> {
    key.schemes().iter().copied().find(|scheme| {
        listed.contains(scheme) && (version == TlsVersion::Tls12 || signs_tls13(*scheme))
    })
}

/// What the script says of the signature; the last word on each point counts.
pub(super) fn signing(script: &Script) -> Signing {
    let mut all = Signing::default();
    for act in &script.0 {
        if let Act::Sign(signing) = act {
            let Signing { key, scheme, announce, signed_as, transcript, forge } = signing.clone();
            all = Signing {
                key: key.or(all.key),
                scheme: scheme.or(all.scheme),
                announce: announce.or(all.announce),
                signed_as: signed_as.or(all.signed_as),
                transcript: transcript.or(all.transcript),
                forge: forge.or(all.forge),
            };
        }
    }
    all
}

/// The scheme that a script names.
fn named(scheme: Scheme) -> SignatureScheme {
    scheme.code().into()
}

/// Signs what has been sent and received so far.
pub(super) fn certificate_verify(
    dial: &Dial,
    script: &Script,
    identity: &Identity,
    view: &View,
) -> Result<CertificateVerify, Failure> {
    let signing = signing(script);
    let own = identity.key.as_ref();
    let key = signing_key(dial, &signing, own)?;
    let listed = view.request.as_ref().map_or(&[][..], |request| &request.schemes);
    let honest = choose(&key, view.version, listed).or_else(|| key.schemes().first().copied());
    let done = signing.scheme.map(named).or(honest);
    let done = done.ok_or_else(|| Failure::Unable("the key has no signature scheme".to_owned()))?;
    let content = content(&signing, view);
    let sign = || key.sign_any(done, &content).map_err(|error| Failure::Unable(error.to_string()));
    let signature = match &signing.forge {
        None => sign()?,
        // What is forged is a signature for the certificate, whoever signed in the first place.
        Some(forgery) => {
            let key = own.unwrap_or(&key);
            fitting(forgery, || {
                let (signature, replayed) = (sign()?, dial.memory.signature());
                let length = signature.len();
                let original = Original { key, content: &content, signature, replayed };
                Ok((forge(original, forgery)?, length))
            })?
        }
    };
    if signing.forge != Some(Forgery::Replayed) {
        dial.memory.keep_signature(signature.clone());
    }
    let announced = signing.announce.map_or(done, named);
    Ok(CertificateVerify { scheme: announced, signature })
}

/// A forged signature, made with the length of the one before. A number with the modulus added may need an octet more,
/// and would be refused for that alone: RSASSA-PSS makes others, until one fits.
fn fitting(
    forgery: &Forgery,
    mut make: impl FnMut() -> Result<(Vec<u8>, usize), Failure>,
) -> Result<Vec<u8>, Failure> {
    let (mut forged, mut length) = make()?;
    if *forgery == Forgery::Rsa(Number::PlusModulus) {
        for _ in 0..ATTEMPTS {
            if forged.len() <= length {
                break;
            }
            (forged, length) = make()?;
        }
    }
    Ok(forged)
}

fn signing_key(
    dial: &Dial,
    signing: &Signing,
    own: Option<&Arc<Key>>,
) -> Result<Arc<Key>, Failure> {
    let missing = |what: &str| Failure::Unable(format!("there is no key of {what} to sign with"));
    let key = match &signing.key {
        None => own.ok_or_else(|| missing("the client")),
        Some(SigningKey::Other) => dial.stranger.as_ref().ok_or_else(|| missing("nobody")),
        Some(SigningKey::Of(name)) => {
            dial.others.get(name).and_then(|other| other.key.as_ref()).ok_or_else(|| missing(name))
        }
    };
    key.cloned()
}

/// What is signed.
fn content(signing: &Signing, view: &View) -> Vec<u8> {
    let changed;
    let transcript = match signing.transcript {
        None => &view.transcript,
        Some(choice) => {
            changed = transcript(choice, &view.transcript);
            &changed
        }
    };
    let hash = || transcript.hash(view.hash());
    let tls13 = || signed_content(Side::Client, &hash());
    match (&signing.signed_as, view.version) {
        (None, TlsVersion::Tls13) | (Some(SignedAs::OtherVersion), TlsVersion::Tls12) => tls13(),
        (None, TlsVersion::Tls12) | (Some(SignedAs::OtherVersion), TlsVersion::Tls13) => {
            transcript.octets()
        }
        (Some(SignedAs::Bare), _) => hash(),
        (Some(SignedAs::Context(SigningContext::Server)), _) => {
            signed_content(Side::Server, &hash())
        }
        (Some(SignedAs::Context(SigningContext::Text(text))), _) => {
            [SPACES.as_slice(), text.as_bytes(), &[0], &hash()].concat()
        }
    }
}

/// Another transcript.
fn transcript(choice: SigningTranscript, own: &Transcript) -> Transcript {
    let mut messages = messages(own);
    match choice {
        SigningTranscript::Empty => messages.clear(),
        SigningTranscript::ClientHello => messages.truncate(1),
        SigningTranscript::WithoutCertificate => {
            let last = messages.iter().rposition(|message| message.first() == Some(&CERTIFICATE));
            if let Some(last) = last {
                messages.remove(last);
            }
        }
        SigningTranscript::OtherRandom => {
            if let Some(octet) = messages.first_mut().and_then(|hello| hello.get_mut(RANDOM)) {
                *octet ^= 1;
            }
        }
    }
    let mut transcript = Transcript::new();
    for message in &messages {
        transcript.push(message);
    }
    transcript
}

/// The messages of a transcript. One that cannot be told apart from the next, because of a lie about its length, ends it.
fn messages(transcript: &Transcript) -> Vec<Vec<u8>> {
    let mut reader = HandshakeReader::new(usize::MAX);
    reader.push(&transcript.octets());
    std::iter::from_fn(|| reader.next().ok().flatten()).map(|message| message.encoded).collect()
}

#[cfg(test)]
mod tests {
    use rustls::HandshakeType;

    use super::*;
    use crate::tls::{HashAlgorithm, Message};

    fn message(kind: HandshakeType, body: &[u8]) -> Vec<u8> {
        Message::raw(kind, body).encode()
    }

    fn own() -> (Transcript, [Vec<u8>; 4]) {
        let messages = [
            message(HandshakeType::ClientHello, &[3, 3, 0x40, 7]),
            message(HandshakeType::Certificate, b"the gate's"),
            message(HandshakeType::ServerHelloDone, b""),
            message(HandshakeType::Certificate, b"the client's"),
        ];
        let mut transcript = Transcript::new();
        for message in &messages {
            transcript.push(message);
        }
        (transcript, messages)
    }

    #[test]
    fn other_transcripts_differ_in_what_they_say() {
        let (own, messages) = own();
        let of = |choice| transcript(choice, &own).octets();
        assert_eq!(of(SigningTranscript::Empty), b"");
        assert_eq!(of(SigningTranscript::ClientHello), messages[0]);
        assert_eq!(of(SigningTranscript::WithoutCertificate), messages[..3].concat());
        let mut other = own.octets();
        other[RANDOM] ^= 1;
        assert_eq!(of(SigningTranscript::OtherRandom), other);
    }

    #[test]
    fn what_is_signed_depends_on_version_and_script() {
        let octets = own().0.octets();
        let hash = HashAlgorithm::Sha256.digest(&octets);
        let signed = |script: &str, version| {
            let mut view = View::new(version);
            view.transcript = own().0;
            content(&serde_json::from_str(script).unwrap(), &view)
        };
        let client = signed_content(Side::Client, &hash);
        let server = signed_content(Side::Server, &hash);
        let text = r#"{"as": {"context": {"text": "TLS 1.3, server CertificateVerify"}}}"#;
        for (script, tls12, tls13) in [
            ("{}", &octets, &client),
            (r#"{"as": "other_version"}"#, &client, &octets),
            (r#"{"as": "bare"}"#, &hash, &hash),
            (r#"{"as": {"context": "server"}}"#, &server, &server),
            (text, &server, &server),
        ] {
            assert_eq!(&signed(script, TlsVersion::Tls12), tls12, "{script}");
            assert_eq!(&signed(script, TlsVersion::Tls13), tls13, "{script}");
        }
    }

    #[test]
    fn the_last_word_on_each_point_counts() {
        let script = r#"[
            {"sign": {"key": "other", "scheme": "ed25519"}},
            {"skip": "finished"},
            {"sign": {"scheme": "ecdsa_sha1", "announce": "ed448"}}
        ]"#;
        let said = signing(&serde_json::from_str(script).unwrap());
        assert_eq!(said.key, Some(SigningKey::Other));
        assert_eq!(said.scheme, Some(Scheme::EcdsaSha1));
        assert_eq!(said.announce, Some(Scheme::Ed448));
    }
}
