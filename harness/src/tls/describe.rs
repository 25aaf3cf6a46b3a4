//! One line about a message, for people.

use rustls::ProtocolVersion;

use super::handshake::Received;

/// One line about a message; `version` tells the forms of TLS 1.2 and 1.3 apart.
pub fn describe(received: &Received, version: ProtocolVersion) -> String {
    let _ = version;
    format!("{}: {} octets", u8::from(received.kind), received.body().len())
}

/// One line about the payload of an alert.
pub fn describe_alert(payload: &[u8]) -> String {
    format!("{} octets", payload.len())
}
