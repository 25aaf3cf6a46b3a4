//! The doctor: looks at a client's certificate, key and CA, and says which gates will refuse it, why, and what to do.
//!
//! A [`Credential`] is read from files or from a Kubernetes manifest; [`examine`] holds it to the rules of one table
//! and asks two validators that are run. Nothing is contacted, and nothing of a private key is shown.

mod algorithm;
mod certificate;
mod check;
mod contents;
mod credential;
mod diagnosis;
mod error;
mod extensions;
mod files;
mod finding;
mod gate;
mod manifest;
mod moment;
mod pem;
mod place;
mod sniff;
mod table;
mod text;
mod validators;

#[cfg(test)]
mod tests;

pub use credential::Credential;
pub use diagnosis::{
    Counts, Diagnosis, Examination, FORMAT_VERSION, KeySummary, Role, Summary, examine,
};
pub use error::DoctorError;
pub use files::Files;
pub use finding::{Finding, Severity};
pub use moment::{MomentError, moment};
pub use place::Place;
pub use validators::Verdict;
