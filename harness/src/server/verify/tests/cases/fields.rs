//! Fields of the end-entity.

use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose, SerialNumber};

use super::bad::{DIFFERENT_SCOPE, Edit, bad_case};
use super::{Bad, Check, Refusal};
use crate::server::testing::{root, tlv};
use crate::server::verify::Malformed;

pub(super) fn bad() -> Vec<Bad> {
    let root = root("Root");
    let mut bad: Vec<Bad> = usages()
        .into_iter()
        .chain(unreadable())
        .chain(others())
        .map(|(name, refusal, check, edit, webpki_accepts)| Bad {
            webpki_accepts,
            ..bad_case(name, (refusal, Some(check)), &[&root], &[&root.client_with("Client", edit)])
        })
        .collect();
    let negative = root.client("Client").altered(&root, |fields| fields[1] = tlv(2, &[0xff, 0x01]));
    let with_serial = (Refusal::SerialNumber, Some(Check::SerialNumber));
    bad.push(
        bad_case("serial negative", with_serial, &[&root], &[&negative])
            .webpki_accepts(DIFFERENT_SCOPE),
    );
    bad
}

type Row = (&'static str, Refusal, Check, Edit, Option<&'static str>);

fn usages() -> Vec<Row> {
    vec![
        (
            "keyUsage",
            Refusal::NotForSigning,
            Check::KeyUsage,
            |p| {
                p.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
            },
            Some("it does not read keyUsage of end-entities"),
        ),
        (
            "serverAuth",
            Refusal::NotForClientAuthentication,
            Check::ExtendedKeyUsage,
            |p| {
                p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            },
            None,
        ),
        (
            "anyExtendedKeyUsage",
            Refusal::NotForClientAuthentication,
            Check::ExtendedKeyUsage,
            |p| {
                p.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
            },
            None,
        ),
    ]
}

/// Extensions that decide what a certificate may do, and cannot be read.
fn unreadable() -> Vec<Row> {
    vec![
        (
            "extKeyUsage of nothing",
            Refusal::Malformed(Malformed::new("extKeyUsage")),
            Check::ExtensionSyntax,
            |p| {
                p.extended_key_usages.clear();
                let empty = CustomExtension::from_oid_content(&[2, 5, 29, 37], vec![0x30, 0]);
                p.custom_extensions = vec![empty];
            },
            None,
        ),
        (
            "basicConstraints that is none",
            Refusal::Malformed(Malformed::new("basicConstraints")),
            Check::ExtensionSyntax,
            |p| {
                p.is_ca = rcgen::IsCa::NoCa;
                let boolean = CustomExtension::from_oid_content(&[2, 5, 29, 19], vec![1, 1, 0xff]);
                p.custom_extensions = vec![boolean];
            },
            None,
        ),
    ]
}

fn others() -> Vec<Row> {
    vec![
        (
            "unknown critical",
            Refusal::UnknownCriticalExtension,
            Check::CriticalExtensions,
            |p| {
                let mut unknown = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                unknown.set_criticality(true);
                p.custom_extensions = vec![unknown];
            },
            None,
        ),
        (
            "duplicate extension",
            Refusal::DuplicateExtension,
            Check::DuplicateExtensions,
            |p| {
                let again = CustomExtension::from_oid_content(&[2, 5, 29, 15], vec![3, 2, 7, 0x80]);
                p.custom_extensions = vec![again];
            },
            None,
        ),
        (
            "duplicate unknown extension",
            Refusal::DuplicateExtension,
            Check::DuplicateExtensions,
            |p| {
                let one = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                p.custom_extensions = vec![one.clone(), one];
            },
            Some("it looks for duplicates of known extensions only"),
        ),
        (
            "empty subject",
            Refusal::EmptySubject,
            Check::EmptySubject,
            |p| {
                p.distinguished_name = rcgen::DistinguishedName::new();
            },
            Some(DIFFERENT_SCOPE),
        ),
        (
            "serial of 21 octets",
            Refusal::SerialNumber,
            Check::SerialNumber,
            |p| {
                p.serial_number = Some(SerialNumber::from_slice(&[0x11; 21]));
            },
            Some(DIFFERENT_SCOPE),
        ),
        (
            "serial 0",
            Refusal::SerialNumber,
            Check::SerialNumber,
            |p| {
                p.serial_number = Some(SerialNumber::from_slice(&[0]));
            },
            Some(DIFFERENT_SCOPE),
        ),
    ]
}
