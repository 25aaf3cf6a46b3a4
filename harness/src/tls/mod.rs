//! TLS as bytes: what is on the wire of TLS 1.2 (RFC 5246) and TLS 1.3 (RFC 8446), without behaviour.
//!
//! No state machine, no sockets: whoever speaks decides what is sent and when. Reading is strict, so that
//! a mistake of the peer shows; writing can also produce what no peer should ever send.

mod hash;
mod key_exchange;
mod protection;
mod reader;
mod record;
mod schedule12;
mod schedule13;
mod signed;
mod suite;
#[cfg(test)]
mod tests;

pub use hash::{HashAlgorithm, Transcript};
pub use key_exchange::{KeyExchange, Unsupported};
pub use protection::Protection;
pub use reader::Malformed;
pub use record::{Record, RecordReader};
pub use schedule12::{
    KeyBlock, extended_master_secret, master_secret, prf, protections, verify_data12,
};
pub use schedule13::{KeySchedule, Secret, resumption_psk};
pub use signed::Side;
pub use suite::{Aead, Suite, Version};
