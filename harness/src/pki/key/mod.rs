//! Keys: derived from the seed, taken from the pool of test keys, or a user's own.

mod ecdsa;
mod encoding;
mod load;
mod posed;
mod rsa;
mod signer;
mod store;

pub use load::KeyError;
pub(crate) use posed::Posed;
pub use signer::{Key, SignError};
pub use store::KeyStoreError;
pub(crate) use store::{KeyRequest, KeyScope, KeyStore, RsaSlots};
