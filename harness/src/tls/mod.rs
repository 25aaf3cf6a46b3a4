//! TLS as bytes: what is on the wire of TLS 1.2 (RFC 5246) and TLS 1.3 (RFC 8446), without behaviour.
//!
//! No state machine, no sockets: whoever speaks decides what is sent and when. Reading is strict, so that
//! a mistake of the peer shows; writing can also produce what no peer should ever send.

mod describe;
pub mod extension;
mod extension_type;
mod field;
mod handshake;
mod hash;
mod key_exchange;
mod message;
mod names;
mod protection;
mod reader;
mod record;
mod schedule12;
mod schedule13;
mod signed;
mod suite;
#[cfg(test)]
mod tests;

pub use describe::{describe, describe_alert};
pub use extension::{Extension, OfferedPsks, PskIdentity};
pub use extension_type::ExtensionType;
pub use field::{Content, Field, Length, Message};
pub use handshake::{HandshakeReader, Received};
pub use hash::{HashAlgorithm, Transcript};
pub use key_exchange::{KeyExchange, Unsupported};
pub use message::{
    Certificate12, Certificate13, CertificateEntry, CertificateRequest12, CertificateRequest13,
    CertificateVerify, ClientHello, ClientKeyExchange, CompressedCertificate, EncryptedExtensions,
    EndOfEarlyData, Finished, HelloRequest, KeyUpdate, NewSessionTicket12, NewSessionTicket13,
    ServerHello, ServerHelloDone, ServerKeyExchange,
};
pub use protection::Protection;
pub use reader::{Malformed, Reader};
pub use record::{Record, RecordReader};
pub use schedule12::{
    KeyBlock, extended_master_secret, master_secret, prf, protections, verify_data12,
};
pub use schedule13::{KeySchedule, Secret, resumption_psk};
pub use signed::{Side, signed_content, signs_tls13};
pub use suite::{Aead, Suite, Version};
