//! The tree of fields: paths, spans, and lies.

use proptest::prelude::*;
use rustls::HandshakeType;

use super::octets;
use crate::tls::{
    Certificate13, CertificateEntry, ClientHello, Content, Extension, ExtensionType, Field, Length,
    Message, extension,
};

fn hello() -> Message {
    let hello = ClientHello {
        legacy_version: 0x0303.into(),
        random: [0xaa; 32],
        session_id: vec![0xbb; 4],
        cipher_suites: vec![0x1301.into(), 0x1302.into()],
        compression_methods: vec![0],
        extensions: vec![
            extension::server_name("a.test"),
            Extension::new(ExtensionType(0x0a0a), [1, 2]),
            extension::server_name("b.test"),
        ],
    };
    hello.to_message()
}

fn certificate() -> Message {
    let entries = vec![CertificateEntry::new([1; 5]), CertificateEntry::new([2; 7])];
    Certificate13 { context: Vec::new(), entries }.to_message()
}

#[test]
fn names_are_those_of_the_standards() {
    let paths = hello().paths();
    let extension = |name| {
        ["", ".extension_type", ".extension_data"].map(|part| format!("extensions.{name}{part}"))
    };
    let mut expected: Vec<_> = [
        "legacy_version",
        "random",
        "legacy_session_id",
        "cipher_suites",
        "legacy_compression_methods",
        "extensions",
    ]
    .map(str::to_owned)
    .to_vec();
    expected.extend(extension("server_name"));
    expected.extend(extension("0x0a0a"));
    expected.extend(extension("2"));
    assert_eq!(paths, expected);

    let paths = certificate().paths();
    for path in ["certificate_list.0.cert_data", "certificate_list.1.extensions"] {
        assert!(paths.contains(&path.to_owned()), "{path}");
    }
}

#[test]
fn spans() {
    let message = certificate();
    let encoded = message.encode();
    let at = |path| message.span(path).map(|span| &encoded[span]);
    assert_eq!(at("certificate_list.1.cert_data"), Some(&[2; 7][..]));
    assert_eq!(at("certificate_list.0"), Some(&[0, 0, 5, 1, 1, 1, 1, 1, 0, 0][..]));
    assert_eq!(at("certificate_list.0.extensions"), Some(&[][..]));
    assert_eq!(at("certificate_list"), Some(&encoded[8..]));
    assert_eq!(at("certificate_list.2"), None);
    assert_eq!(at("nothing"), None);

    let message = hello();
    let encoded = message.encode();
    let at = |path| message.span(path).map(|span| &encoded[span]);
    assert_eq!(at("extensions.server_name.extension_data"), Some(&b"\0\x09\0\0\x06a.test"[..]));
    assert_eq!(at("extensions.2.extension_data"), Some(&b"\0\x09\0\0\x06b.test"[..]));
    assert_eq!(at("extensions.0x0a0a"), Some(&[0x0a, 0x0a, 0, 2, 1, 2][..]));
    assert_eq!(at("random"), Some(&[0xaa; 32][..]));
}

#[test]
fn contents_can_be_changed() {
    let mut message = certificate();
    let longer = Field::opaque("cert_data", 3, [9; 300]);
    *message.find_mut("certificate_list.0.cert_data").unwrap() = longer;
    let encoded = message.encode();
    let read = Certificate13::parse(&encoded[4..]).unwrap();
    assert_eq!(read.entries[0].data, [9; 300]);
    assert_eq!(message.find_mut("certificate_list.7"), None);
    assert_eq!(message.find_mut("certificate_list.0.cert_data.more"), None);
}

#[test]
fn lengths_are_cut_to_their_width() {
    let vector = |length| {
        let contents = vec![Field::bytes("", [7; 3])];
        let content = Content::Vector { width: 1, contents, length };
        let vector = Field { name: "v".into(), content };
        Message::new(HandshakeType::Finished, vec![vector]).encode()[4]
    };
    assert_eq!(vector(None), 3);
    assert_eq!(vector(Some(Length::Exactly(0x0102))), 2);
    assert_eq!(vector(Some(Length::Plus(2))), 5);
    assert_eq!(vector(Some(Length::Plus(-4))), 0xff);
}

fn vectors(message: &mut Message) -> Vec<String> {
    let mut paths = message.paths();
    paths.retain(|path| matches!(message.find_mut(path).unwrap().content, Content::Vector { .. }));
    paths
}

fn lengths() -> impl Strategy<Value = Length> {
    prop_oneof![any::<u32>().prop_map(Length::Exactly), any::<i32>().prop_map(Length::Plus)]
}

/// Any tree, its names often the same.
fn fields() -> impl Strategy<Value = Vec<Field>> {
    let name = prop::sample::select(vec!["a", "b", "0", "1"]);
    let leaf = (name.clone(), octets(6)).prop_map(|(name, octets)| Field::bytes(name, octets));
    let field = leaf.prop_recursive(3, 12, 4, move |inner| {
        let fields = prop::collection::vec(inner, 0..4);
        (name.clone(), 0..4_u8, fields).prop_map(|(name, width, fields)| match width {
            0 => Field::group(name, fields),
            _ => Field::vector(name, width, fields),
        })
    });
    prop::collection::vec(field, 0..4)
}

proptest! {
    #[test]
    fn a_lie_changes_the_length_alone(pick in any::<prop::sample::Index>(), lie in lengths()) {
        for mut message in [hello(), certificate()] {
            let honest = message.encode();
            let vectors = vectors(&mut message);
            let path = pick.get(&vectors);
            let contents = message.span(path).unwrap();
            let Content::Vector { width, length, .. } = &mut message.find_mut(path).unwrap().content
            else { unreachable!() };
            *length = Some(lie);
            let prefix = contents.start - usize::from(*width)..contents.start;
            let lying = message.encode();
            prop_assert_eq!(lying.len(), honest.len());
            for (at, (honest, lying)) in honest.iter().zip(&lying).enumerate() {
                prop_assert!(honest == lying || prefix.contains(&at), "{path} at {at}");
            }
            prop_assert_eq!(message.span(path), Some(contents));
        }
    }

    #[test]
    fn a_lie_in_the_header_changes_the_header_alone(lie in lengths()) {
        let mut message = hello();
        let honest = message.encode();
        message.length = Some(lie);
        let lying = message.encode();
        prop_assert_eq!(&lying[4..], &honest[4..]);
        prop_assert_eq!(lying[0], honest[0]);
        let said = u32::from_be_bytes([0, lying[1], lying[2], lying[3]]);
        let truth = u32::try_from(honest.len() - 4).unwrap();
        let expected = match lie {
            Length::Exactly(length) => length,
            Length::Plus(more) => truth.wrapping_add_signed(more),
        };
        prop_assert_eq!(said, expected & 0x00ff_ffff);
    }

    #[test]
    fn every_path_leads_to_its_own_field(fields in fields()) {
        let mut message = Message::new(HandshakeType::Finished, fields);
        let encoded = message.encode();
        let paths = message.paths();
        for path in &paths {
            let span = message.span(path).unwrap();
            let alone = match message.find_mut(path).unwrap().clone() {
                Field { content: Content::Vector { contents, .. }, .. } => contents,
                field => vec![field],
            };
            let alone = Message::new(HandshakeType::Finished, alone).encode();
            prop_assert_eq!(&encoded[span], &alone[4..], "{}", path);
        }
        // From the inside out, so that a field is still there when it is its turn.
        let taken = Content::Bytes(b"taken before".to_vec());
        for path in paths.iter().rev() {
            let content = &mut message.find_mut(path).unwrap().content;
            prop_assert_ne!(&*content, &taken, "{}", path);
            content.clone_from(&taken);
        }
    }
}
