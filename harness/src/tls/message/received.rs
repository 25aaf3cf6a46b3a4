//! Any message as a tree of fields.

use rustls::{HandshakeType, ProtocolVersion};

use super::{
    Certificate12, Certificate13, CertificateRequest12, CertificateRequest13, CertificateVerify,
    ClientHello, ClientKeyExchange, CompressedCertificate, EncryptedExtensions, EndOfEarlyData,
    Finished, HelloRequest, KeyUpdate, NewSessionTicket12, NewSessionTicket13, ServerHello,
    ServerHelloDone, ServerKeyExchange,
};
use crate::tls::field::Message;
use crate::tls::handshake::Received;
use crate::tls::reader::Malformed;

impl Received {
    /// The message as fields, which are written as they came; one that is not known is octets.
    ///
    /// `version` tells the forms of TLS 1.2 and 1.3 apart. An empty `extensions` of a hello is left out.
    pub fn to_message(&self, version: ProtocolVersion) -> Result<Message, Malformed> {
        let body = self.body();
        let is_13 = version == ProtocolVersion::TLSv1_3;
        Ok(match self.kind {
            HandshakeType::HelloRequest => HelloRequest::parse(body)?.to_message(),
            HandshakeType::ClientHello => ClientHello::parse(body)?.to_message(),
            HandshakeType::ServerHello => ServerHello::parse(body)?.to_message(),
            HandshakeType::NewSessionTicket if is_13 => {
                NewSessionTicket13::parse(body)?.to_message()
            }
            HandshakeType::NewSessionTicket => NewSessionTicket12::parse(body)?.to_message(),
            HandshakeType::EndOfEarlyData => EndOfEarlyData::parse(body)?.to_message(),
            HandshakeType::EncryptedExtensions => EncryptedExtensions::parse(body)?.to_message(),
            HandshakeType::Certificate if is_13 => Certificate13::parse(body)?.to_message(),
            HandshakeType::Certificate => Certificate12::parse(body)?.to_message(),
            HandshakeType::ServerKeyExchange => ServerKeyExchange::parse(body)?.to_message(),
            HandshakeType::CertificateRequest if is_13 => {
                CertificateRequest13::parse(body)?.to_message()
            }
            HandshakeType::CertificateRequest => CertificateRequest12::parse(body)?.to_message(),
            HandshakeType::ServerHelloDone => ServerHelloDone::parse(body)?.to_message(),
            HandshakeType::CertificateVerify => CertificateVerify::parse(body)?.to_message(),
            HandshakeType::ClientKeyExchange => ClientKeyExchange::parse(body)?.to_message(),
            HandshakeType::Finished => Finished::parse(body)?.to_message(),
            HandshakeType::KeyUpdate => KeyUpdate::parse(body)?.to_message(),
            HandshakeType::CompressedCertificate => {
                CompressedCertificate::parse(body)?.to_message()
            }
            kind => Message::raw(kind, body),
        })
    }
}
