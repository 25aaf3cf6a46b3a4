//! A recipe: one certificate as data. What its fields can say is well formed; [`Defect`]s then break it.

use serde::{Deserialize, Serialize};

use crate::octets::once;
use crate::{
    Defect, ExtensionName, KeyAlgorithm, Name, Octets, PublicKey, SignatureAlgorithm, StringType,
};

/// How to make one certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Where fields that are not given come from.
    pub profile: Profile,
    /// Who signs it.
    pub issuer: IssuerRef,
    /// The customer's own certificate that takes its place where only that is at hand, and not the CA's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<GivenClient>,
    /// The subject's key.
    #[serde(default)]
    pub key: KeySpec,
    /// The public key to write, where it is not the key's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<PublicKey>,
    /// Serial number; derived from the seed when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<Serial>,
    /// Validity period; the profile's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity: Option<Validity>,
    /// Subject; `O=Example ORG, CN=<certificate name>` when absent, for an anchor `CN=<account> <anchor name>`.
    /// `[]` is the empty name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Name>,
    /// String type of the subject's values.
    #[serde(default)]
    pub subject_string_type: StringType,
    /// The account's anchor whose subject this certificate takes, byte for byte; `subject` is then left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_of: Option<String>,
    /// The account's anchor whose subject is written as the issuer name, whoever signs; `issuer_name` is then left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_name_of: Option<String>,
    /// Issuer name (as `UTF8String`), where it should differ from the subject of the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_name: Option<Name>,
    /// Subject alternative names; none when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_alt_names: Vec<GeneralName>,
    /// `basicConstraints`; the profile's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basic_constraints: Option<BasicConstraints>,
    /// `keyUsage`; the profile's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_usage: Option<Vec<KeyUsage>>,
    /// `extKeyUsage`; the profile's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_key_usage: Option<Vec<Purpose>>,
    /// `nameConstraints`; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_constraints: Option<NameConstraints>,
    /// `authorityKeyIdentifier`: the issuer's subject key identifier by default.
    #[serde(default)]
    pub authority_key_identifier: KeyIdentifier,
    /// Extensions of the profile to leave out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omit: Vec<ExtensionName>,
    /// More extensions, appended as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
    /// Signature algorithm; the usual one of the issuer's key when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_algorithm: Option<SignatureAlgorithm>,
    /// What to break, in this order, after everything above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
}

/// Named defaults for a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// End-entity for TLS client authentication: v3, CA:FALSE, `digitalSignature`, `clientAuth`,
    /// SKI and AKI, valid from 1 day ago to 90 days ahead.
    Client,
    /// Subordinate CA: v3, CA:TRUE critical, `keyCertSign` and `cRLSign`, SKI and AKI, valid from 30 days
    /// ago to 5 years ahead.
    Intermediate,
    /// Trust anchor: as `intermediate`, self-issued, no AKI, valid from 30 days ago to 10 years ahead.
    Authority,
    /// End-entity for TLS server authentication: as `client` with `serverAuth`.
    Server,
}

/// Who signs a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IssuerRef {
    /// The certificate's own key; issuer name = subject.
    SelfSigned,
    /// A trust anchor of the account that the endpoint belongs to, by name: usually `main`.
    Anchor(String),
    /// Another certificate of the same credential, by name.
    Certificate(String),
}

/// Whose certificate, where a customer gives certificates of clients instead of the key of their CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GivenClient {
    /// The client that must get in.
    Client,
    /// Another client of the same account.
    Colleague,
}

/// A subject's key: made from the seed, so the same on every run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeySpec {
    /// Algorithm; the cell's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<KeyAlgorithm>,
    /// Two certificates of a credential with the same key name share a key. Default: the certificate's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Serial number: hexadecimal content octets of the INTEGER, written as they are (`00`, `ff01`, 21 octets).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Serial(pub String);

/// Validity period. Encoded as RFC 5280 4.1.2.5 says unless a defect replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// Start; the profile's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<When>,
    /// End; the profile's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<When>,
    /// Count from the moment of use, not from the start of the run: the certificate is then minted anew for
    /// every connection.
    #[serde(default)]
    pub at_use: bool,
}

/// A point in time: `-30d`, `+1s`, `+5y` (365 days) relative to the run's clock, or absolute
/// `20491231235959Z` (`GeneralizedTime` form).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct When(pub String);

/// `GeneralName` (RFC 5280 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GeneralName {
    /// `dNSName`
    Dns(String),
    /// `uniformResourceIdentifier`
    Uri(String),
    /// `rfc822Name`
    Email(String),
    /// `iPAddress`; in name constraints with a prefix length, `10.0.0.0/8`
    Ip(String),
    /// `directoryName`
    Directory(Name),
    /// `otherName` with a `UTF8String` value
    Other {
        /// Dotted object identifier.
        oid: String,
        /// The text.
        value: String,
    },
    /// So many names; `{n}` in their texts is the number of the name, from 0.
    Repeat {
        /// What they look like.
        name: Box<Self>,
        /// How many.
        times: usize,
    },
}

/// `basicConstraints` (RFC 5280 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BasicConstraints {
    /// `cA`
    pub ca: bool,
    /// `pathLenConstraint`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_len: Option<u8>,
}

/// `keyUsage` bits (RFC 5280 4.2.1.3), in bit order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the ASN.1 names say it")]
pub enum KeyUsage {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    KeyCertSign,
    #[serde(rename = "cRLSign")]
    CrlSign,
    EncipherOnly,
    DecipherOnly,
}

/// `KeyPurposeId` (RFC 5280 4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the ASN.1 names say it")]
pub enum Purpose {
    ServerAuth,
    ClientAuth,
    CodeSigning,
    EmailProtection,
    TimeStamping,
    #[serde(rename = "OCSPSigning")]
    OcspSigning,
    AnyExtendedKeyUsage,
    /// Any other, as a dotted object identifier.
    Oid(String),
}

/// `nameConstraints` (RFC 5280 4.2.1.10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NameConstraints {
    /// `permittedSubtrees`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permitted: Vec<GeneralName>,
    /// `excludedSubtrees`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<GeneralName>,
}

/// Choice of an `authorityKeyIdentifier`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyIdentifier {
    /// The identifier of the key that signs.
    #[default]
    Issuer,
    /// The identifier of the account's anchor of that name, whoever signs.
    Anchor(String),
    /// No such extension.
    Absent,
    /// These octets, hexadecimal.
    Hex(String),
}

/// An extension given by its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Dotted object identifier; `{n}` in it is the number of the extension, from 0, where there are several.
    pub oid: String,
    /// Criticality.
    #[serde(default)]
    pub critical: bool,
    /// Content of `extnValue`, hexadecimal.
    pub value: Octets,
    /// How many such extensions.
    #[serde(default = "once")]
    pub times: usize,
}
