//! What is written reads as the same again.

use proptest::prelude::*;
use rustls::CipherSuite;

use super::octets;
use crate::tls::{
    Certificate12, Certificate13, CertificateEntry, CertificateRequest12, CertificateRequest13,
    CertificateVerify, ClientHello, ClientKeyExchange, CompressedCertificate, EncryptedExtensions,
    EndOfEarlyData, Extension, ExtensionType, Finished, HelloRequest, KeyUpdate, Malformed,
    NewSessionTicket12, NewSessionTicket13, ServerHello, ServerHelloDone, ServerKeyExchange,
};

fn some_octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..=most)
}

fn code_points<T: From<u16> + std::fmt::Debug>() -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(any::<u16>().prop_map(T::from), 1..5)
}

fn extensions() -> impl Strategy<Value = Vec<Extension>> {
    prop::collection::btree_map(any::<u16>(), octets(20), 0..5).prop_map(|extensions| {
        let extension = |(kind, data)| Extension { kind: ExtensionType(kind), data };
        extensions.into_iter().map(extension).collect()
    })
}

/// A test each: written, and read again.
macro_rules! round_trips {
    ($($test:ident: $message:ident { $($field:ident: $strategy:expr,)* })*) => {
        proptest! {$(
            #[test]
            fn $test($($field in $strategy),*) {
                let message = $message { $($field: $field.into()),* };
                let encoded = message.to_message().encode();
                prop_assert_eq!($message::parse(&encoded[4..]), Ok(message.clone()));
                let received = super::received(&encoded);
                prop_assert_eq!(received.body(), &encoded[4..]);
                for end in 4..encoded.len() {
                    // Cut short it is another message, or none.
                    prop_assert_ne!($message::parse(&encoded[4..end]), Ok(message.clone()));
                }
            }
        )*}
    };
}

round_trips! {
    client_hello: ClientHello {
        legacy_version: any::<u16>(),
        random: any::<[u8; 32]>(),
        session_id: octets(32),
        cipher_suites: code_points::<CipherSuite>(),
        compression_methods: some_octets(3),
        extensions: extensions(),
    }
    server_hello: ServerHello {
        legacy_version: any::<u16>(),
        random: any::<[u8; 32]>(),
        session_id: octets(32),
        cipher_suite: any::<u16>(),
        compression_method: any::<u8>(),
        extensions: extensions(),
    }
    encrypted_extensions: EncryptedExtensions { extensions: extensions(), }
    certificate_request_13: CertificateRequest13 { context: octets(255), extensions: extensions(), }
    certificate_request_12: CertificateRequest12 {
        certificate_types: some_octets(5),
        signature_algorithms: code_points(),
        certificate_authorities: prop::collection::vec(some_octets(20), 0..4),
    }
    certificate_13: Certificate13 {
        context: octets(255),
        entries: prop::collection::vec(
            (some_octets(30), extensions()).prop_map(|(data, extensions)| CertificateEntry { data, extensions }),
            0..4,
        ),
    }
    certificate_12: Certificate12 { list: prop::collection::vec(some_octets(30), 0..4), }
    compressed_certificate: CompressedCertificate {
        algorithm: any::<u16>(),
        uncompressed_length: 0..1_u32 << 24,
        compressed: some_octets(30),
    }
    server_key_exchange: ServerKeyExchange {
        group: any::<u16>(),
        public: some_octets(65),
        scheme: any::<u16>(),
        signature: octets(72),
    }
    client_key_exchange: ClientKeyExchange { public: some_octets(65), }
    certificate_verify: CertificateVerify { scheme: any::<u16>(), signature: octets(72), }
    finished: Finished { verify_data: some_octets(48), }
    new_session_ticket_13: NewSessionTicket13 {
        lifetime: any::<u32>(),
        age_add: any::<u32>(),
        nonce: octets(255),
        ticket: some_octets(60),
        extensions: extensions(),
    }
    new_session_ticket_12: NewSessionTicket12 { lifetime_hint: any::<u32>(), ticket: octets(60), }
    key_update: KeyUpdate { request_update: any::<bool>(), }
}

#[test]
fn empty_messages_are_empty() {
    assert_eq!(HelloRequest.to_message().encode(), [0, 0, 0, 0]);
    assert_eq!(ServerHelloDone.to_message().encode(), [14, 0, 0, 0]);
    assert_eq!(EndOfEarlyData.to_message().encode(), [5, 0, 0, 0]);
    assert_eq!(EndOfEarlyData::parse(&[]), Ok(EndOfEarlyData));
    assert!(HelloRequest::parse(&[0]).is_err());
    assert!(ServerHelloDone::parse(&[0]).is_err());
}

#[test]
fn what_is_signed_in_tls_12() {
    let message = ServerKeyExchange {
        group: 0x001d.into(),
        public: vec![7; 2],
        scheme: 0x0403.into(),
        signature: vec![9],
    };
    assert_eq!(message.params(), [3, 0, 0x1d, 2, 7, 7]);
    assert_eq!(message.to_message().encode(), [12, 0, 0, 11, 3, 0, 0x1d, 2, 7, 7, 4, 3, 0, 1, 9]);
}

#[test]
fn what_the_standards_do_not_allow() {
    let invalid = |what| Malformed::Invalid { what };
    let hello = |edit: fn(&mut ClientHello)| {
        let mut hello = ClientHello {
            legacy_version: 0x0303.into(),
            random: [0; 32],
            session_id: vec![0; 32],
            cipher_suites: vec![0x1301.into()],
            compression_methods: vec![0],
            extensions: vec![Extension::new(ExtensionType(1), [2])],
        };
        edit(&mut hello);
        ClientHello::parse(&hello.to_message().encode()[4..]).map(drop)
    };
    assert_eq!(hello(|_| ()), Ok(()));
    assert_eq!(hello(|hello| hello.session_id.push(0)), Err(invalid("legacy_session_id")));
    assert_eq!(hello(|hello| hello.cipher_suites.clear()), Err(invalid("cipher_suites")));
    assert_eq!(
        hello(|hello| hello.compression_methods.clear()),
        Err(invalid("legacy_compression_methods"))
    );
    assert_eq!(
        hello(|hello| hello.extensions.push(Extension::empty(ExtensionType(1)))),
        Err(Malformed::Repeated { what: "extensions" })
    );

    assert_eq!(KeyUpdate::parse(&[2]), Err(invalid("request_update")));
    assert_eq!(Finished::parse(&[]), Err(invalid("verify_data")));
    assert_eq!(ServerKeyExchange::parse(&[1, 0, 0]), Err(invalid("curve_type")));
    assert_eq!(
        CertificateVerify::parse(&[4, 3, 0, 1, 9, 9]),
        Err(Malformed::Trailing { what: "signature" })
    );
    assert_eq!(
        Certificate12::parse(&[0, 0, 4, 0, 0, 2, 1]),
        Err(Malformed::Truncated { what: "certificate_list" })
    );
    assert_eq!(
        Certificate13::parse(&[0, 0, 0, 4, 0, 0, 2, 1]),
        Err(Malformed::Truncated { what: "cert_data" })
    );
}
