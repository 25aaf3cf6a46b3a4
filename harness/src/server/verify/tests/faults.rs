//! Each rule refuses what it is there for, and only that rule does.

use std::mem::discriminant;

use super::cases::bad;

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
