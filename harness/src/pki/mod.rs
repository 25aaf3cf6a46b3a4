//! The forge: recipes to keys, certificates, revocation lists and bundles.
//!
//! Every certificate takes one way: rcgen writes the well-formed skeleton, the DER tree of it is
//! completed and then broken as the recipe says, the issuer's key signs, and what is to be wrong
//! outside the signed part is made wrong. Same seed and same clock, same bytes.
//!
//! Keys made here follow from the seed and protect nothing. A user's own CA key signs only through
//! aws-lc-rs (and the `rsa` crate for what aws-lc-rs refuses), never with derived nonces.

mod authority;
mod bundle;
mod certificate;
mod chain;
mod credential;
mod crl;
mod decimal;
mod defect;
pub mod der;
mod error;
mod forge;
mod general_name;
mod hex;
mod key;
mod name;
mod oid;
mod openssl_recipe;
pub mod pem;
mod recipe;
mod repeat;
mod rfc4514;
mod server;
mod sign;
mod surgery;
mod time;
mod user_ca;
mod user_client;
mod user_file;

#[cfg(test)]
mod tests;

pub use authority::Authority;
pub use bundle::{Bundle, BundleError, ListsError, StoredAccount, StoredBundle, StoredBundleError};
pub use credential::{EndEntity, Minted, is_at_use};
pub use error::{ForgeError, RecipeError};
pub use forge::Forge;
pub use key::{Key, KeyError, KeyStoreError, SignError};
pub use oid::OidError;
pub use openssl_recipe::{OpensslError, OpensslRecipe};
pub use server::ServerCredential;
pub use time::TimeError;
pub use user_ca::UserCa;
pub use user_client::UserClient;
pub use user_file::UserFileError;

pub(crate) use credential::sha256;
pub(crate) use rfc4514::text as name_text;
pub(crate) use time::Clock;

/// Points in time as the forge takes them.
pub use rustls::pki_types::UnixTime;
