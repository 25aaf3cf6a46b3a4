//! A PKI on disk: what `pki init` writes, for a server to be configured with, and what a run reads again.

mod lists;
mod manifest;
mod read;
mod write;

pub use lists::ListsError;
pub use read::{StoredAccount, StoredBundle, StoredBundleError};
pub use write::{Bundle, BundleError};
