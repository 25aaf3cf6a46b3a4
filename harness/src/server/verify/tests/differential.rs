//! Our verdicts beside rustls-webpki's: where the two differ, the case says why.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;

use super::Case;
use super::cases::{bad, good};
use crate::server::testing::unix_now;

fn webpki_accepts(case: &Case) -> bool {
    let mut roots = RootCertStore::empty();
    for anchor in &case.anchors {
        roots.add(anchor.clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    if let Some(crls) = &case.crls {
        builder = builder.with_crls(crls.clone()).enforce_revocation_expiration();
    }
    let (first, rest) = case.sent.split_first().unwrap();
    builder.build().unwrap().verify_client_cert(first, rest, unix_now()).is_ok()
}

#[test]
fn what_we_let_in() {
    let mut wrong = Vec::new();
    for good in good() {
        let expected = good.webpki_refuses.is_none();
        if good.case.verdict() != Ok(()) || webpki_accepts(&good.case) != expected {
            wrong.push((good.case.name.clone(), good.case.verdict(), webpki_accepts(&good.case)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_we_refuse() {
    let mut wrong = Vec::new();
    for bad in bad() {
        let expected = bad.webpki_accepts.is_some();
        if bad.case.verdict().is_ok() || webpki_accepts(&bad.case) != expected {
            wrong.push((bad.case.name.clone(), bad.case.verdict(), webpki_accepts(&bad.case)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
