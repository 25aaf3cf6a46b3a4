use proptest::prelude::*;

use super::*;

fn tree() -> impl Strategy<Value = Node> {
    let leaf = (0_u32..100_000, any::<Vec<u8>>())
        .prop_map(|(number, octets)| Node::octets(Tag::context(number), octets));
    leaf.prop_recursive(6, 64, 8, |inner| {
        (0_u32..40, proptest::collection::vec(inner, 0..8))
            .prop_map(|(number, values)| Node::values(Tag::context(number).constructed(), values))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(tree in tree()) {
        prop_assert_eq!(read(&tree.to_bytes()), Ok(tree));
    }

    #[test]
    fn what_is_read_is_written_back(octets in any::<Vec<u8>>()) {
        if let Ok(tree) = read(&octets) {
            prop_assert_eq!(tree.to_bytes(), octets);
        }
    }

    #[test]
    fn cut_and_changed_certificates_are_refused_or_read(at in 0_usize..900, octet in any::<u8>()) {
        let mut certificate = include_bytes!("testdata/openssl-client.der").to_vec();
        let at = at % certificate.len();
        prop_assert!(read(&certificate[..at]).is_err());
        certificate[at] = octet;
        if let Ok(tree) = read(&certificate) {
            prop_assert_eq!(tree.to_bytes(), certificate);
        }
    }

    #[test]
    fn padding_goes_into_the_length_only(octets in any::<Vec<u8>>(), padding in any::<u8>()) {
        let mut node = Node::octets(Tag::OCTET_STRING, octets.as_slice());
        let plain = node.to_bytes();
        node.padding = padding;
        let padded = Node::sequence(vec![node.clone()]).to_bytes();
        prop_assert!(padded.ends_with(&octets));
        prop_assert_eq!(read(&node.to_bytes()).is_ok(), padding == 0);
        let long = usize::from(padding.min(118)) + usize::from(padding > 0 && octets.len() < 128);
        prop_assert_eq!(node.to_bytes().len(), plain.len() + long);
    }
}

#[test]
fn refuses_what_is_not_der() {
    for (octets, error) in [
        (&[][..], DerError::Truncated),
        (&[0x30, 0x80, 0, 0], DerError::Length),
        (&[0x04, 0x81, 0x01, 0xff], DerError::Length),
        (&[0x04, 0x82, 0x00, 0x80], DerError::Length),
        (&[0x04, 0x85, 1, 0, 0, 0, 0], DerError::Length),
        (&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], DerError::Truncated),
        (&[0x9f, 0x1e, 0x00], DerError::TagNumber),
        (&[0x9f, 0x80, 0x01, 0x00], DerError::TagNumber),
        (&[0x9f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0], DerError::TagNumber),
        (&[0x05, 0x00, 0x00], DerError::TrailingBytes),
    ] {
        assert_eq!(read(octets), Err(error), "{octets:02x?}");
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |levels: usize| {
        (0..levels).fold(Node::sequence(Vec::new()), |inner, _| Node::sequence(vec![inner]))
    };
    assert!(read(&nested(MAX_DEPTH - 1).to_bytes()).is_ok());
    assert_eq!(read(&nested(MAX_DEPTH).to_bytes()), Err(DerError::TooDeep));
    assert_eq!(read(&vec![0; MAX_SIZE + 1]), Err(DerError::TooLong));
}
