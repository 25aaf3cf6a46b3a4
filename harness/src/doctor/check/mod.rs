//! The rules, one file a family. Each takes what was read and says what it finds.

mod algorithms;
mod chain;
mod dates;
mod issuers;
mod key;
mod list;
mod profile;

pub(super) use chain::Chain;
pub(super) use key::matches;

use super::certificate::Certificate;
use super::credential::Credential;
use super::finding::Finding;

/// What the rules look at.
pub(super) struct Subject<'a> {
    pub(super) credential: &'a Credential,
    /// The client's own certificate.
    pub(super) client: &'a Certificate,
    /// All that the client's file holds and that could be read, in its order.
    pub(super) sent: &'a [Certificate],
    /// The CAs that could be read.
    pub(super) cas: &'a [Certificate],
    /// How the client's certificate leads to a CA.
    pub(super) chain: &'a Chain<'a>,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Asks every family.
pub(super) fn all(subject: &Subject<'_>) -> Vec<Finding> {
    let families = [
        key::check,
        profile::check,
        algorithms::check,
        dates::check,
        list::check,
        chain::check,
        issuers::check,
    ];
    families.into_iter().flat_map(|check| check(subject)).collect()
}
