//! Distinguished names (RFC 5280 4.1.2.4) as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A distinguished name: relative distinguished names in encoding order, first = most significant.
///
/// `[{"O": "Example ORG"}, {"CN": "Client"}]`
pub type Name = Vec<Rdn>;

/// One relative distinguished name; several entries make it multi-valued.
pub type Rdn = BTreeMap<AttributeType, String>;

/// Attribute types by their RFC 4514 keyword (or X.520 name where that has none).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AttributeType {
    /// `countryName`
    C,
    /// `commonName`
    CN,
    /// `domainComponent`
    DC,
    /// `localityName`
    L,
    /// `organizationName`
    O,
    /// `organizationalUnitName`
    OU,
    /// `stateOrProvinceName`
    ST,
    /// `userId`
    UID,
    /// `emailAddress` (PKCS #9)
    #[serde(rename = "emailAddress")]
    EmailAddress,
    /// `serialNumber` (X.520)
    #[serde(rename = "serialNumber")]
    SerialNumber,
}

/// ASN.1 string type of the attribute values of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StringType {
    /// `UTF8String`
    #[default]
    Utf8,
    /// `PrintableString`
    Printable,
    /// `TeletexString` (T.61), read as Latin-1 by everyone
    Teletex,
    /// `BMPString` (UTF-16, big endian)
    Bmp,
}
