//! Bytes that somebody else chose.

use proptest::prelude::*;
use rustls::pki_types::CertificateDer;

use crate::server::testing::{root, unix_now};
use crate::server::verify::certificate::Certificate;
use crate::server::verify::crl::Crl;
use crate::server::verify::{Checks, PathValidator};

fn look_at(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::read(bytes) {
        let _ = certificate.subject_text();
        let _ = certificate.subject_alt_names();
    }
    let _ = Crl::read(bytes);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        look_at(&bytes);
    }

    /// Certificates with some octets changed get past the outer layers.
    #[test]
    fn mutated_certificates_do_no_harm(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let (anchor, mut bytes) = {
            static SUBJECT: std::sync::OnceLock<(Vec<u8>, Vec<u8>)> = std::sync::OnceLock::new();
            SUBJECT
                .get_or_init(|| {
                    let root = root("Root");
                    (root.der.to_vec(), super::cases::everything(&root).to_vec())
                })
                .clone()
        };
        for (index, octet) in changes {
            let at = index.index(bytes.len());
            bytes[at] = octet;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        look_at(&bytes);
        // With every rule off, everything behind the rules is reached.
        let end_entity = CertificateDer::from(bytes);
        for checks in [Checks::default(), Checks::none()] {
            let validator = PathValidator::new(&[anchor.clone().into()], None, checks).unwrap();
            let _ = validator.validate(&end_entity, std::slice::from_ref(&end_entity), unix_now());
        }
    }
}
