//! Whom an account's endpoints trust, and whose names they list.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustls::DistinguishedName;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::verify::{PathValidator, ValidatorError};
use super::{ConfigError, Fault};

/// The CAs and revocation lists of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trust {
    pub(super) anchors: Vec<CertificateDer<'static>>,
    pub(super) crls: Vec<CertificateRevocationListDer<'static>>,
}

impl Trust {
    pub(super) fn validator(
        &self,
        account: &str,
        check_crls: bool,
        fault: Option<Fault>,
    ) -> Result<PathValidator, ConfigError> {
        if self.anchors.is_empty() {
            return Err(ConfigError::NoAnchors(account.to_owned()));
        }
        let crls = check_crls.then_some(self.crls.as_slice());
        PathValidator::new(&self.anchors, crls, Fault::checks(fault)).map_err(|error| match error {
            ValidatorError::Anchor { index, reason } => {
                ConfigError::Anchor { account: account.to_owned(), index, reason }
            }
            ValidatorError::Crl { index, reason } => {
                ConfigError::Crl { account: account.to_owned(), index, reason }
            }
        })
    }

    /// What an account's endpoints trust: the account's own, and nobody else's.
    pub(super) fn of<'a>(
        accounts: &'a BTreeMap<String, Self>,
        name: &str,
        fault: Option<Fault>,
    ) -> Option<Cow<'a, Self>> {
        let own = accounts.get(name)?;
        if fault != Some(Fault::OneBundleForAll) {
            return Some(Cow::Borrowed(own));
        }
        let all = accounts.values();
        Some(Cow::Owned(Self {
            anchors: all.clone().flat_map(|trust| trust.anchors.iter().cloned()).collect(),
            crls: all.flat_map(|trust| trust.crls.iter().cloned()).collect(),
        }))
    }

    /// The `certificate_authorities` that a faulty gate lists; `None` where they are those that it trusts.
    pub(super) fn misleading_list(
        accounts: &BTreeMap<String, Self>,
        name: &str,
        fault: Option<Fault>,
    ) -> Result<Option<Vec<DistinguishedName>>, ConfigError> {
        let others = accounts.iter().filter(|(other, _)| *other != name);
        let listed: Vec<_> = match fault {
            Some(Fault::ListsEveryAuthority) => accounts.iter().collect(),
            Some(Fault::ListsOtherAuthority) => others.take(1).collect(),
            _ => return Ok(None),
        };
        let mut names = Vec::new();
        for (account, trust) in listed {
            names.extend(trust.validator(account, false, fault)?.hints());
        }
        Ok(Some(names))
    }
}
