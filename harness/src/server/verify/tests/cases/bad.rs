//! Paths with one thing wrong.

use rcgen::CertificateParams;

use super::{
    Bad, Case, Check, Refusal, constraints, encodings, fields, issuers, revocation, trust,
};
use crate::server::testing::Minted;

pub(super) type Edit = fn(&mut CertificateParams);

pub(super) const DIFFERENT_SCOPE: &str = "RFC 5280 rules for CAs that it leaves to the CA";

pub(in super::super) fn bad() -> Vec<Bad> {
    [
        trust::bad(),
        fields::bad(),
        issuers::bad(),
        encodings::bad(),
        constraints::bad(),
        revocation::bad(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn bad_case(
    name: &str,
    (refusal, check): (Refusal, Option<Check>),
    anchors: &[&Minted],
    sent: &[&Minted],
) -> Bad {
    Bad { case: Case::new(name, anchors, sent), refusal, check, webpki_accepts: None }
}

impl Bad {
    pub(super) fn webpki_accepts(mut self, reason: &'static str) -> Self {
        self.webpki_accepts = Some(reason);
        self
    }
}
