//! The handshake messages (RFC 8446 4, RFC 5246 7.4), read strictly and written as trees of fields.

mod certificate;
mod certificate_request;
mod certificate_verify;
mod client_hello;
mod compressed_certificate;
mod empty;
mod encrypted_extensions;
mod finished;
mod key_exchange;
mod key_update;
mod new_session_ticket;
mod received;
mod server_hello;

pub use certificate::{Certificate12, Certificate13, CertificateEntry};
pub use certificate_request::{CertificateRequest12, CertificateRequest13};
pub use certificate_verify::CertificateVerify;
pub use client_hello::ClientHello;
pub use compressed_certificate::CompressedCertificate;
pub use empty::{EndOfEarlyData, HelloRequest, ServerHelloDone};
pub use encrypted_extensions::EncryptedExtensions;
pub use finished::Finished;
pub use key_exchange::{ClientKeyExchange, ServerKeyExchange};
pub use key_update::KeyUpdate;
pub use new_session_ticket::{NewSessionTicket12, NewSessionTicket13};
pub use server_hello::ServerHello;

use super::extension::{self, Extension};
use super::field::Field;
use super::reader::{Malformed, Reader};

/// `legacy_session_id` and its echo: at most 32 octets.
fn read_session_id(reader: &mut Reader<'_>, what: &'static str) -> Result<Vec<u8>, Malformed> {
    let session_id = reader.vec8(what)?;
    if session_id.len() > 32 { Err(Malformed::Invalid { what }) } else { Ok(session_id.to_vec()) }
}

/// The extensions of a hello, which end it: before TLS 1.3 they may be left out altogether (RFC 5246 7.4.1.2).
fn read_hello_extensions(mut reader: Reader<'_>) -> Result<Vec<Extension>, Malformed> {
    if reader.is_empty() {
        return Ok(Vec::new());
    }
    let extensions = extension::read_list(&mut reader)?;
    reader.finish("extensions")?;
    Ok(extensions)
}

/// The extensions of a hello, left out where there are none.
fn hello_extensions(extensions: &[Extension]) -> Option<Field> {
    (!extensions.is_empty()).then(|| extension::to_field(extensions))
}
