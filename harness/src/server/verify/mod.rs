//! Who may come in: RFC 5280 path validation of our own, the single authority on client certificates.
//!
//! Every rule is a named [`Check`] that can be switched off, so that the harness can prove that it notices
//! a gate without it. Reading never fails for what is merely not DER; refusing that is a check as well.

mod anchor;
mod burden;
mod certificate;
mod check;
mod client;
mod constraints;
mod credulity;
mod crl;
mod der;
mod extensions;
mod general_name;
mod matching;
mod name;
mod path;
mod refusal;
mod rules;
mod signature;
mod single;
mod substitutes;
mod text;
mod time;
mod validator;

#[cfg(test)]
mod tests;

pub(super) use burden::Burden;
pub(super) use certificate::Certificate;
pub(super) use client::GateVerifier;
pub(super) use crl::Crl;
pub(super) use text::hex;

pub use anchor::AnchorError;
pub use check::{Check, Checks};
pub use crl::CrlError;
pub use refusal::{EncodingDefect, Malformed, Refusal};
pub use validator::{PathValidator, ValidatorError};

pub(super) use anchor::TrustAnchor;
