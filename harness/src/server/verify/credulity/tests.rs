//! Each fault takes the signatures that it is there for, and nobody else takes them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use mtls_scenarios::TlsVersion;
use rustls::SignatureScheme;
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs as provider};
use rustls::pki_types::alg_id;

use super::*;

const HASH: &[u8] = &[7; 32];

const SIGNATURE_FAULTS: [Fault; 7] = [
    Fault::EmptySignaturePasses,
    Fault::DegenerateSignaturePasses,
    Fault::ReplayedSignaturePasses,
    Fault::IgnoreSignatureContext,
    Fault::IgnoreSignatureScheme,
    Fault::IgnoreSignatureEncoding,
    Fault::IgnoreSignaturePadding,
];

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key, and how it signs.
struct Signer {
    algorithm: &'static [u8],
    public: Vec<u8>,
    scheme: SignatureScheme,
    sign: Sign,
}

fn p256() -> Signer {
    let pair = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    Signer {
        algorithm: alg_id::ECDSA_P256.as_ref().to_vec().leak(),
        public: pair.public_key().as_ref().to_vec(),
        scheme: SignatureScheme::ECDSA_NISTP256_SHA256,
        sign: Box::new(move |message| {
            pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
        }),
    }
}

fn ed25519() -> Signer {
    let pair = Ed25519KeyPair::generate().unwrap();
    Signer {
        algorithm: alg_id::ED25519.as_ref().to_vec().leak(),
        public: pair.public_key().as_ref().to_vec(),
        scheme: SignatureScheme::ED25519,
        sign: Box::new(move |message| pair.sign(message).as_ref().to_vec()),
    }
}

fn rsa() -> Signer {
    let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    Signer {
        algorithm: alg_id::RSA_ENCRYPTION.as_ref().to_vec().leak(),
        public: pair.public_key().as_ref().to_vec(),
        scheme: SignatureScheme::RSA_PKCS1_SHA256,
        sign: Box::new(move |message| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                .unwrap();
            signature
        }),
    }
}

impl Signer {
    fn key(&self) -> PublicKey<'_> {
        PublicKey { algorithm: self.algorithm, bits: &self.public }
    }
}

fn algorithms() -> WebPkiSupportedAlgorithms {
    provider::default_provider().signature_verification_algorithms
}

/// The faults that take a signature; a gate without a fault must not.
fn takers(signer: &Signer, version: TlsVersion, signature: &[u8]) -> Vec<Fault> {
    let message = signed_content(Side::Client, HASH);
    let proof = Proof { version, message: &message, scheme: signer.scheme, signature };
    let verify = |fault| Credulity::new(fault).verify(proof, &algorithms(), signer.key()).is_ok();
    assert!(!verify(None), "it is a good signature");
    SIGNATURE_FAULTS.into_iter().filter(|fault| verify(Some(*fault))).collect()
}

#[test]
fn good_signatures_are_good_for_everybody() {
    for signer in [p256(), ed25519(), rsa()] {
        let signature = (signer.sign)(b"message");
        let (version, scheme) = (TlsVersion::Tls12, signer.scheme);
        let proof = Proof { version, message: b"message", scheme, signature: &signature };
        for fault in SIGNATURE_FAULTS.into_iter().map(Some).chain([None]) {
            Credulity::new(fault).verify(proof, &algorithms(), signer.key()).unwrap();
        }
    }
}

#[test]
fn nothing_and_numbers_that_anybody_can_write_down() {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> =
        (0..64).step_by(2).map(|at| u8::from_str_radix(&order[at..at + 2], 16).unwrap()).collect();
    let both_order = [&[0x30, 70, 2, 33, 0][..], &order, &[2, 33, 0], &order].concat();
    let neutral = [&[1][..], &[0; 63]].concat();
    let rsa = rsa();
    for (signer, signature) in [
        (&p256(), &[0x30, 6, 2, 1, 0, 2, 1, 0][..]),
        (&p256(), &both_order),
        (&ed25519(), &[0; 64]),
        (&ed25519(), &neutral),
        (&rsa, &[0; 256]),
        (&rsa, &[&[0; 255][..], &[1]].concat()),
    ] {
        let takers = takers(signer, TlsVersion::Tls12, signature);
        assert_eq!(takers, [Fault::DegenerateSignaturePasses], "{signature:?}");
    }
    for signer in [&p256(), &ed25519(), &rsa] {
        assert_eq!(takers(signer, TlsVersion::Tls12, &[]), [Fault::EmptySignaturePasses]);
        assert_eq!(takers(signer, TlsVersion::Tls12, &[3; 70]), []);
    }
}

#[test]
fn other_contexts_and_schemes() {
    for signer in [p256(), ed25519()] {
        for content in [signed_content(Side::Server, HASH), HASH.to_vec()] {
            let taken = takers(&signer, TlsVersion::Tls13, &(signer.sign)(&content));
            assert_eq!(taken, [Fault::IgnoreSignatureContext]);
        }
    }
    let content = signed_content(Side::Client, HASH);
    let rsa = rsa();
    let taken = takers(&rsa, TlsVersion::Tls13, &(rsa.sign)(&content));
    assert_eq!(taken, [Fault::IgnoreSignatureScheme]);
    let misnamed = Signer { scheme: SignatureScheme::ED448, ..p256() };
    let taken = takers(&misnamed, TlsVersion::Tls12, &(misnamed.sign)(&content));
    assert_eq!(taken, [Fault::IgnoreSignatureScheme]);
}

#[test]
fn other_forms_of_a_right_signature() {
    let content = signed_content(Side::Client, HASH);
    let signer = p256();
    let right = (signer.sign)(&content);
    let trailing = [&right[..], &[0]].concat();
    let long_length = [&[0x30, 0x81, right[1]], &right[2..]].concat();
    for form in [trailing, long_length] {
        let taken = takers(&signer, TlsVersion::Tls13, &form);
        assert_eq!(taken, [Fault::IgnoreSignatureEncoding]);
    }
    let signer = ed25519();
    let mut right = (signer.sign)(&content);
    // The group order, little-endian (RFC 8032 5.1), is added to the number.
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (octet, more) in right[32..].iter_mut().zip(order) {
        let [high, low] = (u16::from(*octet) + more + carry).to_be_bytes();
        (*octet, carry) = (low, high.into());
    }
    let taken = takers(&signer, TlsVersion::Tls13, &right);
    assert_eq!(taken, [Fault::IgnoreSignatureEncoding]);
}

#[test]
fn replays() {
    let signer = p256();
    let signature = (signer.sign)(b"first");
    let (version, scheme) = (TlsVersion::Tls12, signer.scheme);
    let first = Proof { version, message: b"first", scheme, signature: &signature };
    let second = Proof { message: b"second", ..first };
    let credulity = Credulity::new(Some(Fault::ReplayedSignaturePasses));
    assert!(credulity.verify(second, &algorithms(), signer.key()).is_err());
    credulity.verify(first, &algorithms(), signer.key()).unwrap();
    credulity.verify(second, &algorithms(), signer.key()).unwrap();
    // Another key's is another signature.
    assert!(credulity.verify(second, &algorithms(), p256().key()).is_err());
    let sound = Credulity::new(None);
    sound.verify(first, &algorithms(), signer.key()).unwrap();
    assert!(sound.verify(second, &algorithms(), signer.key()).is_err());
}

#[test]
fn padding_that_ends_early() {
    // A modulus of 2048 bits, above every cube that begins with 00 01; the exponent 3.
    let modulus = [&[0xff; 255][..], &[1]].concat();
    let public = [&[0x30, 0x82, 1, 8, 2, 0x82, 1, 1, 0][..], &modulus, &[2, 1, 3]].concat();
    let key = PublicKey { algorithm: alg_id::RSA_ENCRYPTION.as_ref(), bits: &public };
    let kind = public_key::Kind::of(key);
    assert_eq!(kind, Some(public_key::Kind::Rsa { modulus, exponent: vec![3] }));
    let proof = Proof {
        version: TlsVersion::Tls12,
        message: b"message",
        scheme: SignatureScheme::RSA_PKCS1_SHA256,
        signature: &[0; 256],
    };
    assert!(!padding::begins_rightly(proof, key));
}
