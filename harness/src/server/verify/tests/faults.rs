//! Each rule refuses what it is there for, and only that rule does.

use std::mem::discriminant;

use super::cases::bad;
use super::{Case, Check, Refusal};
use crate::server::testing::root;

#[test]
fn each_refusal_has_its_reason() {
    for bad in bad() {
        let refusal = bad.case.verdict().unwrap_err();
        // Times of the clock differ.
        let same = refusal == bad.refusal || discriminant(&refusal) == discriminant(&bad.refusal);
        assert!(same, "{}: {refusal:?} instead of {:?}", bad.case.name, bad.refusal);
    }
}

#[test]
fn without_its_rule_each_is_let_in() {
    for bad in bad() {
        if let Some(check) = bad.check {
            assert_eq!(
                bad.case.verdict_without(check),
                Ok(()),
                "{} without {check:?}",
                bad.case.name
            );
        }
    }
}

/// A serial number is unique for one issuer only.
#[test]
fn lists_of_other_issuers_say_nothing() {
    let root = root("Root");
    let one = root.intermediate("One");
    let client = root.client("Client");
    let namesake = one.client_with("Other", |params| {
        params.serial_number = client.params.serial_number.clone();
    });
    let case = Case::new("namesake", &[&root], &[&client])
        .with_crls(vec![root.crl(&[]), one.crl(&[&namesake])]);
    assert_eq!(case.verdict(), Ok(()));
    assert_eq!(case.verdict_without(Check::CrlIssuer), Err(Refusal::Revoked));
}
