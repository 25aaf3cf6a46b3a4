//! The validator as a whole.

mod cases;
mod differential;
mod faults;
mod hostile;
mod paths;

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::der::{Notes, tag};
use super::name::Name;
use super::{Check, Checks, PathValidator, Refusal};
use crate::server::testing::{Minted, tlv, unix_now};

/// What a client sends and what the gate is configured with.
#[derive(Clone)]
struct Case {
    name: String,
    anchors: Vec<CertificateDer<'static>>,
    crls: Option<Vec<CertificateRevocationListDer<'static>>>,
    /// The `certificate_list`.
    sent: Vec<CertificateDer<'static>>,
}

impl Case {
    fn new(name: &str, anchors: &[&Minted], sent: &[&Minted]) -> Self {
        let ders = |list: &[&Minted]| list.iter().map(|minted| minted.der.clone()).collect();
        Self { name: name.to_owned(), anchors: ders(anchors), crls: None, sent: ders(sent) }
    }

    fn with_crls(mut self, crls: Vec<CertificateRevocationListDer<'static>>) -> Self {
        self.crls = Some(crls);
        self
    }

    fn verdict_under(&self, checks: Checks) -> Result<(), Refusal> {
        let (first, rest) = self.sent.split_first().unwrap();
        PathValidator::new(&self.anchors, self.crls.as_deref(), checks).unwrap().validate(
            first,
            rest,
            unix_now(),
        )
    }

    fn verdict(&self) -> Result<(), Refusal> {
        self.verdict_under(Checks::default())
    }

    fn verdict_without(&self, check: Check) -> Result<(), Refusal> {
        self.verdict_under(Checks::default().without(check))
    }
}

/// Type, string type and value.
type Attribute<'a> = (&'a [u8], u8, &'a [u8]);

/// The content of a `Name`.
pub(super) fn name(rdns: &[&[Attribute<'_>]]) -> Vec<u8> {
    let pair = |(oid, string, value): &Attribute<'_>| {
        tlv(tag::SEQUENCE, &[tlv(tag::OID, oid), tlv(*string, value)].concat())
    };
    rdns.iter()
        .flat_map(|rdn| tlv(tag::SET, &rdn.iter().flat_map(pair).collect::<Vec<_>>()))
        .collect()
}

pub(super) fn name_of(content: &[u8]) -> Name<'_> {
    Name::from_content(content, &Notes::default(), "name").unwrap()
}
