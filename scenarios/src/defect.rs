//! Defects: what can be wrong with a certificate.

use serde::{Deserialize, Serialize};

use crate::{ExtensionName, Field, Octets, SignatureAlgorithm};

/// Something wrong with a certificate.
///
/// Fields inside `tbs_certificate` are changed before signing (the signature is good), all others after.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// Set the version: 1 removes the field and all extensions, 2 and up write `version - 1`.
    Version(u8),
    /// Remove a field.
    Remove(Field),
    /// Put these bytes (hexadecimal, a whole TLV or several) in place of a field.
    Replace {
        /// Which field.
        field: Field,
        /// Hexadecimal DER.
        der: Octets,
    },
    /// Append bytes to the content of a field (its length grows).
    Append {
        /// Which field.
        field: Field,
        /// Hexadecimal DER.
        der: Octets,
    },
    /// Write an extension twice, next to each other.
    DuplicateExtension(ExtensionName),
    /// Set the criticality of an extension.
    Critical {
        /// Which extension.
        extension: ExtensionName,
        /// Its criticality.
        critical: bool,
    },
    /// Put the extensions in reverse order.
    ReverseExtensions,
    /// Encode the length of a field with more octets than needed (BER, not DER).
    LongLength {
        /// Which field.
        field: Field,
        /// Leading zero octets in the length.
        padding: Padding,
    },
    /// Invert a bit of the signature value, counted from its end: 0 is the last bit.
    FlipSignatureBit(u16),
    /// Name another algorithm outside (`signatureAlgorithm`) than inside (`tbsCertificate.signature`).
    OuterAlgorithm(SignatureAlgorithm),
    /// Append bytes after the certificate, inside its `certificate_list` entry.
    TrailingBytes(String),
}

/// Number of superfluous leading zero octets in a length; more than 118 count as 118.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Padding(pub u8);
