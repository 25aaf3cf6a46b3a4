//! `CertificateVerify`, honest and not.

use std::sync::Arc;

use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{
    Act, Forgery, Script, SignedAs, Signing, SigningContext, SigningKey, SigningTranscript,
};
use rustls::SignatureScheme;

use super::dial::{Dial, Identity};
use super::failure::Failure;
use super::forge::{Original, forge};
use super::view::View;
use crate::pki::Key;
use crate::tls::{CertificateVerify, HandshakeReader, Side, Transcript, signed_content};

/// Octets that the signed content of TLS 1.3 begins with.
const SPACES: [u8; 64] = [b' '; 64];
/// Handshake type of `Certificate`.
const CERTIFICATE: u8 = 11;
/// Place of the first octet of the random in an encoded `ClientHello`.
const RANDOM: usize = 6;

/// The scheme by which a key signs for a gate that lists these; `None` where it lists none that the key can do.
pub(super) fn choose(
    key: &Key,
    version: TlsVersion,
    listed: &[SignatureScheme],
) -> Option<SignatureScheme> {
    key.schemes().iter().copied().find(|scheme| {
        listed.contains(scheme) && (version == TlsVersion::Tls12 || !is_pkcs1(*scheme))
    })
}

/// RFC 8446 4.2.3: in TLS 1.3 these are for certificates alone.
const fn is_pkcs1(scheme: SignatureScheme) -> bool {
    matches!(
        scheme,
        SignatureScheme::RSA_PKCS1_SHA256
            | SignatureScheme::RSA_PKCS1_SHA384
            | SignatureScheme::RSA_PKCS1_SHA512
            | SignatureScheme::RSA_PKCS1_SHA1
    )
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

/// A registered name to its code point.
pub(super) fn scheme(name: &str) -> Result<SignatureScheme, Failure> {
    let known = SCHEMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, code)| SignatureScheme::from(*code)).ok_or_else(|| {
        let names: Vec<&str> = SCHEMES.iter().map(|(name, _)| *name).collect();
        Failure::Unable(format!(
            "unknown signature scheme `{name}`; known are {}",
            names.join(", ")
        ))
    })
}

/// The registry `TLS SignatureScheme`, with the pairs of TLS 1.2 that have no name there.
const SCHEMES: [(&str, u16); 19] = [
    ("rsa_pkcs1_md5", 0x0101),
    ("rsa_pkcs1_sha1", 0x0201),
    ("ecdsa_sha1", 0x0203),
    ("rsa_pkcs1_sha256", 0x0401),
    ("ecdsa_secp256r1_sha256", 0x0403),
    ("rsa_pkcs1_sha384", 0x0501),
    ("ecdsa_secp384r1_sha384", 0x0503),
    ("rsa_pkcs1_sha512", 0x0601),
    ("ecdsa_secp521r1_sha512", 0x0603),
    ("rsa_pss_rsae_sha256", 0x0804),
    ("rsa_pss_rsae_sha384", 0x0805),
    ("rsa_pss_rsae_sha512", 0x0806),
    ("ed25519", 0x0807),
    ("ed448", 0x0808),
    ("rsa_pss_pss_sha256", 0x0809),
    ("rsa_pss_pss_sha384", 0x080a),
    ("rsa_pss_pss_sha512", 0x080b),
    ("anonymous", 0x0000),
    ("grease", 0x0a0a),
];

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
    let done = signing.scheme.as_deref().map(scheme).transpose()?.or(honest);
    let done = done.ok_or_else(|| Failure::Unable("the key has no signature scheme".to_owned()))?;
    let content = content(&signing, view);
    let signature =
        key.sign_any(done, &content).map_err(|error| Failure::Unable(error.to_string()))?;
    let signature = match &signing.forge {
        None => signature,
        Some(forgery) => {
            // What is forged is a signature for the certificate, whoever signed in the first place.
            let key = own.unwrap_or(&key);
            let replayed = dial.memory.signature();
            forge(Original { key, content: &content, signature, replayed }, forgery)?
        }
    };
    if signing.forge != Some(Forgery::Replayed) {
        dial.memory.keep_signature(signature.clone());
    }
    let announced = signing.announce.as_deref().map(scheme).transpose()?.unwrap_or(done);
    Ok(CertificateVerify { scheme: announced, signature })
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
        assert_eq!(said.scheme.as_deref(), Some("ecdsa_sha1"));
        assert_eq!(said.announce.as_deref(), Some("ed448"));
    }

    #[test]
    fn schemes_go_by_their_registered_names() {
        assert_eq!(scheme("ed25519"), Ok(SignatureScheme::ED25519));
        assert_eq!(scheme("rsa_pss_rsae_sha256"), Ok(SignatureScheme::RSA_PSS_SHA256));
        let Err(Failure::Unable(why)) = scheme("ed25518") else { panic!() };
        assert!(why.contains("`ed25518`") && why.contains("ed25519"), "{why}");
    }
}
