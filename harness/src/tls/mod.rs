//! TLS as bytes: a strict reader, and a writer that can write anything.
//!
//! No behaviour and no sockets: who says what when is for the lying client and the deliberately wrong gate.

mod describe;
pub mod extension;
mod extension_type;
mod field;
mod handshake;
mod message;
mod names;
mod reader;
mod signed;
#[cfg(test)]
mod tests;

pub use describe::{describe, describe_alert};
pub use extension::Extension;
pub use extension_type::ExtensionType;
pub use field::{Content, Field, Length, Message};
pub use handshake::{HandshakeReader, Received};
pub use message::{
    Certificate12, Certificate13, CertificateEntry, CertificateRequest12, CertificateRequest13,
    CertificateVerify, ClientHello, ClientKeyExchange, CompressedCertificate, EncryptedExtensions,
    EndOfEarlyData, Finished, HelloRequest, KeyUpdate, NewSessionTicket12, NewSessionTicket13,
    ServerHello, ServerHelloDone, ServerKeyExchange,
};
pub use reader::{Malformed, Reader};
pub use signed::{Side, signed_content};
