//! The private key: is there one, can it be read, does it belong to the certificate?

use super::Subject;
use crate::doctor::contents::{FoundKey, KeyForm};
use crate::doctor::finding::Finding;
use crate::doctor::table;
use crate::pki::{Key, KeyError};

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let credential = subject.credential;
    let Some((key, others)) = credential.keys.split_first() else {
        let (rule, what) = if credential.expects_key {
            (&table::KEY_MISSING, "There is a certificate, but no private key.")
        } else {
            (&table::KEY_NOT_GIVEN, "No private key was given.")
        };
        return vec![rule.at(&credential.place, what)];
    };
    let mut findings = Vec::new();
    let more = others.iter().filter(|other| other.der != key.der).count();
    if more > 0 {
        let what = format!("There are {} private keys.", more + 1);
        findings.push(table::SEVERAL_KEYS.at(&key.place, what));
    }
    match key.form {
        KeyForm::Pkcs1 => {
            findings.push(table::KEY_PKCS1.at(&key.place, "The key is in PKCS #1 form."));
        }
        KeyForm::Sec1 => {
            findings.push(table::KEY_SEC1.at(&key.place, "The key is in SEC 1 form."));
        }
        KeyForm::Pkcs8 | KeyForm::Encrypted | KeyForm::Other => {}
    }
    findings.extend(belongs(subject, key, others));
    findings
}

/// Whether a key is the client certificate's; an error where that cannot be told.
pub(in crate::doctor) fn matches(public_key: &[u8], key: &FoundKey) -> Result<bool, KeyError> {
    if key.form == KeyForm::Encrypted {
        return Err(KeyError::Encrypted);
    }
    Key::from_pem_or_der(&key.der).map(|read| read.public_key() == public_key)
}

fn belongs(subject: &Subject<'_>, key: &FoundKey, others: &[FoundKey]) -> Option<Finding> {
    let belongs = |key| matches(&subject.client.public_key, key);
    let finding = match belongs(key) {
        Ok(true) => return None,
        Ok(false) if others.iter().any(|other| belongs(other) == Ok(true)) => table::KEY_MISMATCH
            .at(&key.place, "The first key is not the certificate's; a later one is."),
        Ok(false) => {
            table::KEY_MISMATCH.at(&key.place, "The private key is not the certificate's.")
        }
        Err(KeyError::Encrypted) => {
            table::KEY_ENCRYPTED.at(&key.place, "The private key is encrypted.")
        }
        Err(KeyError::Unsupported) => table::KEY_NOT_CHECKED
            .at(&key.place, "The key is damaged, or of an algorithm that is not read here."),
        Err(_) => table::KEY_UNREADABLE.at(&key.place, "The private key cannot be read."),
    };
    Some(finding)
}
