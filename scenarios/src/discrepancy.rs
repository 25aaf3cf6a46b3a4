//! How a case can fail.

use serde::{Deserialize, Serialize};

/// Kinds of failure; the stable names that waivers and fingerprints use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Discrepancy {
    /// Let in, and should not have been.
    UnexpectedAcceptance,
    /// Refused, and should have been let in.
    UnexpectedRefusal,
    /// Served as nobody, and should have been authenticated.
    UnexpectedAnonymous,
    /// Let in as somebody else.
    WrongIdentity,
    /// The gate calls the client verified but does not give the marker, or gives the marker but does not say whom it saw.
    IncoherentAcceptance,
    /// Not verified, yet an identity was reported.
    UnverifiedIdentity,
    /// Refused by another way than the target promises.
    OtherRefusal,
    /// Refused with another alert than the scenario names (`--pedantic` only).
    OtherAlert,
    /// Given the secret of another endpoint than the one it was let in at.
    ForeignSecret,
    /// A request that anybody can replay was served (RFC 8446 8, RFC 8470).
    EarlyDataServed,
    /// The `CertificateRequest` names CAs of other accounts.
    ForeignAuthorities,
    /// Well before the attack, no answer after it.
    Unresponsive,
}
