//! What `mtls-harness` tests: the JSON formats of scenarios, credentials, accounts, targets, gates and waivers,
//! and the expansion of a scenario over its matrix into cases.
//!
//! This crate describes; it opens no socket and makes no key. The only files it reads are its
//! own formats, either embedded in the binary or from a directory the user names.

mod account;
mod case;
mod check;
mod connect;
mod credential;
mod date;
mod defect;
mod diagnostic;
mod discrepancy;
mod expect;
mod field;
mod filter;
mod from_text;
mod gate;
mod library;
mod load;
mod matrix;
mod name;
mod octets;
mod operation;
mod public_key;
mod recipe;
mod scenario;
#[cfg(feature = "schema")]
mod schema;
pub mod script;
mod step;
mod target;
mod waiver;
mod wording;

pub use account::{Account, CertificateRef, Crl};
pub use case::{Case, Cell, expand};
pub use connect::{Connect, EndpointChoice, Raw, RawBytes, Reuse};
pub use credential::{Credential, Program, Sent};
pub use date::{Date, DateError};
pub use defect::{Defect, Padding};
pub use diagnostic::{Diagnostic, did_you_mean};
pub use discrepancy::Discrepancy;
pub use expect::{Alert, Expect, Expected, LooseFamily, Policy, Promise, Promises};
pub use field::{ExtensionName, Field, SignatureAlgorithm};
pub use filter::{Filter, FilterError};
pub use gate::{AccountMode, GateDocument, GateFile, GateFileAccount, GateServer};
pub use library::Library;
pub use load::{LoadError, read_target};
pub use matrix::{Alpn, KeyAlgorithm, Matrix, Mode, Resumption, TlsVersion};
pub use name::{AttributeType, Name, Rdn, StringType};
pub use octets::{Octets, Repeated};
pub use operation::{Apply, CaFile, Claim, Operation, Revoke, SetMode, Spoilt, Trust, Wait};
pub use public_key::{PublicKey, RsaPublicKey};
pub use recipe::{
    BasicConstraints, Extension, GeneralName, GivenClient, IssuerRef, KeyIdentifier, KeySpec,
    KeyUsage, NameConstraints, Profile, Purpose, Recipe, Serial, Validity, When,
};
pub use scenario::{Scenario, Severity};
#[cfg(feature = "schema")]
pub use schema::schemas;
pub use script::Script;
pub use step::{Action, Authorities, Control, Step, Visit};
pub use target::{
    Build, Echo, Endpoint, HttpProbe, IdentitySource, Launch, Listener, Postgresql, Prelude, Probe,
    Protocol, Reload, Role, Start, Target, ValueSource,
};
pub use waiver::{
    CasePattern, CasePatternError, FILL_IN, PlacedWaiver, ReadWaiversError, Waiver, WaiverFile,
    read_waivers,
};
pub use wording::{Piece, Placeholder, Shape, TicketEdit, UnknownPlaceholder, Wording, pieces};
