//! The revocation lists of a bundle, which a server was given some time ago.

use std::collections::{BTreeMap, BTreeSet};

use mtls_scenarios::{Account, Credential};
use rustls::pki_types::{CertificateRevocationListDer, UnixTime};
use thiserror::Error;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

use super::read::StoredAccount;
use crate::pki::error::ForgeError;
use crate::pki::forge::Forge;

/// Why nothing can be said about revocation with the lists of a bundle.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ListsError {
    /// There are none.
    #[error("the bundle has no revocation lists of this account")]
    Missing,
    /// Their time is over.
    #[error("the bundle's revocation lists ended on {0}")]
    Ended(String),
    /// They are those of another set of credentials.
    #[error("the bundle's revocation lists are not those of this version's credentials")]
    Differ,
    /// Something that is no list.
    #[error("a revocation list of the bundle cannot be read")]
    Unreadable,
    /// The lists to compare them with cannot be made.
    #[error(transparent)]
    Forge(#[from] ForgeError),
}

/// Issuer and serial numbers of each list.
type Contents = BTreeSet<(Vec<u8>, BTreeSet<Vec<u8>>)>;

impl StoredAccount {
    /// Whether a server that was given the lists refuses whom the scenarios say it must refuse, and nobody else.
    pub fn check_lists(
        &self,
        forge: &Forge,
        account: &Account,
        credentials: &BTreeMap<String, Credential>,
    ) -> Result<(), ListsError> {
        if self.crls.is_empty() {
            return Err(ListsError::Missing);
        }
        let (stored, ends) = contents(&self.crls)?;
        let wanted = forge.crls(&account.crls, &self.authority, credentials)?;
        if stored != contents(&wanted)?.0 {
            return Err(ListsError::Differ);
        }
        let now = i64::try_from(UnixTime::now().as_secs()).unwrap_or(i64::MAX);
        match ends.into_iter().min_by_key(|(seconds, _)| *seconds) {
            Some((seconds, date)) if seconds <= now => Err(ListsError::Ended(date)),
            _ => Ok(()),
        }
    }
}

/// What lists say, and when they end.
fn contents(
    lists: &[CertificateRevocationListDer<'static>],
) -> Result<(Contents, Vec<(i64, String)>), ListsError> {
    let mut contents = Contents::new();
    let mut ends = Vec::new();
    for list in lists {
        let Ok((_, list)) = CertificateRevocationList::from_der(list) else {
            return Err(ListsError::Unreadable);
        };
        let serials = list.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec());
        contents.insert((list.issuer().as_raw().to_vec(), serials.collect()));
        if let Some(end) = list.next_update() {
            ends.push((end.timestamp(), end.to_datetime().date().to_string()));
        }
    }
    Ok((contents, ends))
}
