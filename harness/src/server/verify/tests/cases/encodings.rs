//! Encodings and versions.

use super::bad::{DIFFERENT_SCOPE, bad_case};
use super::{Bad, Check, Refusal};
use crate::server::testing::{Minted, children, content, root, tlv, with_long_length};
use crate::server::verify::EncodingDefect;

pub(super) fn bad() -> Vec<Bad> {
    let root = root("Root");
    let client = root.client("Client");
    let parts = children(content(&client.der));
    let outer = |tbs: &[u8], algorithm: &[u8]| tlv(0x30, &[tbs, algorithm, &parts[2]].concat());
    let trailing = client.replaced([client.der.as_ref(), &[0, 0]].concat());
    let long_outside = client.replaced(with_long_length(&client.der));
    let long_inside = client.altered(&root, |fields| fields[5] = with_long_length(&fields[5]));
    let sha384 = tlv(0x30, &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]));
    let other_algorithm = client.replaced(outer(&parts[0], &sha384));
    let long_serial = client.altered(&root, |fields| fields[1] = tlv(2, &[0, 0x11]));
    let spelled_out = client.as_v1(&root).altered(&root, |fields| {
        fields.insert(0, tlv(0xa0, &tlv(2, &[0])));
    });
    let early = client.altered(&root, |fields| {
        let after = children(content(&fields[4]))[1].clone();
        fields[4] = tlv(0x30, &[tlv(0x18, b"20200101000000Z"), after].concat());
    });
    let version_4 = client.altered(&root, |fields| fields[0] = tlv(0xa0, &tlv(2, &[3])));
    let v1_with_extensions = client.altered(&root, |fields| {
        fields.remove(0);
    });
    let with = |defect| (Refusal::Encoding(defect), Some(Check::DerStrictness));
    let version = || (Refusal::Version, Some(Check::Version));
    let one = |name, with, client: &Minted| bad_case(name, with, &[&root], &[client]);
    vec![
        one("trailing octets", with(EncodingDefect::TrailingBytes), &trailing),
        one("long length outside", with(EncodingDefect::NonMinimalLength), &long_outside),
        one("long length inside", with(EncodingDefect::NonMinimalLength), &long_inside),
        one("outer algorithm", with(EncodingDefect::AlgorithmMismatch), &other_algorithm),
        one("long integer", with(EncodingDefect::NonMinimalInteger), &long_serial)
            .webpki_accepts(DIFFERENT_SCOPE),
        one("version 1 spelled out", with(EncodingDefect::ExplicitVersion1), &spelled_out),
        one("GeneralizedTime before 2050", with(EncodingDefect::TimeType), &early)
            .webpki_accepts(DIFFERENT_SCOPE),
        one("version 4", version(), &version_4),
        one("version 1 with extensions", version(), &v1_with_extensions),
    ]
}
