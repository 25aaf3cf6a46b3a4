//! Credentials as data: what certificates to forge, and what of them to send.
//!
//! A credential is a set of named certificate [`Recipe`]s and the `certificate_list` to send.
//! What the recipe's fields can say is well formed; [`Defect`]s then break it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{KeyAlgorithm, Name, StringType};

/// A client credential: `credentials/<name>.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// One line for people.
    pub summary: String,
    /// Certificates to forge, by a name of the file's own choosing. A recipe may name another one
    /// as its issuer; cycles are an error.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub certificates: BTreeMap<String, Recipe>,
    /// The `certificate_list` to send, in order. Absent: the client has no certificate at all.
    /// Empty: it claims to have one, sends an empty list and signs all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Vec<Sent>>,
    /// The program that makes it, where it is not forged from recipes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<Program>,
    /// The certificate whose subject and fingerprint the gate must report when it accepts, and whose key
    /// signs the handshake. Default: the first certificate sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_entity: Option<String>,
}

impl Credential {
    /// The anchors of the account that it is issued under, sends, or takes a name or key identifier from.
    pub fn anchors(&self) -> BTreeSet<&str> {
        fn of_recipe(recipe: &Recipe) -> [Option<&str>; 4] {
            let issuer = match &recipe.issuer {
                IssuerRef::Anchor(name) => Some(name.as_str()),
                IssuerRef::SelfSigned | IssuerRef::Certificate(_) => None,
            };
            let key_identifier = match &recipe.authority_key_identifier {
                KeyIdentifier::Anchor(name) => Some(name.as_str()),
                KeyIdentifier::Issuer | KeyIdentifier::Absent | KeyIdentifier::Hex(_) => None,
            };
            [issuer, key_identifier, recipe.subject_of.as_deref(), recipe.issuer_name_of.as_deref()]
        }
        let sent = self.send.iter().flatten().filter_map(|sent| match sent {
            Sent::Anchor(name) => Some(name.as_str()),
            Sent::Certificate(_) | Sent::Repeat { .. } => None,
        });
        let made_by = self.made_by.map(|program| match program {
            Program::OpensslRecipe => "openssl-recipe",
        });
        let recipes = self.certificates.values().flat_map(of_recipe).flatten();
        recipes.chain(sent).chain(made_by).collect()
    }
}

/// Programs of the user's machine that make credentials the way their documentation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// `openssl`, by the recipe that platforms give their customers: its CA becomes the anchor `openssl-recipe` of
    /// account alpha.
    OpensslRecipe,
}

/// One element of the `certificate_list`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// A certificate of this credential by name.
    Certificate(String),
    /// A trust anchor of the account that the endpoint belongs to: `anchor`.
    Anchor(String),
    /// The same certificate a number of times.
    Repeat {
        /// A certificate of this credential by name.
        certificate: String,
        /// How many times.
        times: usize,
    },
}

/// How to make one certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Where fields that are not given come from.
    pub profile: Profile,
    /// Who signs it.
    pub issuer: IssuerRef,
    /// The subject's key.
    #[serde(default)]
    pub key: KeySpec,
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

/// Extensions that a profile sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the ASN.1 names say it")]
pub enum ExtensionName {
    AuthorityKeyIdentifier,
    BasicConstraints,
    ExtendedKeyUsage,
    KeyUsage,
    NameConstraints,
    SubjectAltName,
    SubjectKeyIdentifier,
}

/// An extension given by its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// Dotted object identifier.
    pub oid: String,
    /// Criticality.
    #[serde(default)]
    pub critical: bool,
    /// Content of `extnValue`, hexadecimal.
    pub value: String,
}

/// Certificate signature algorithms, by their registered names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the registered names say it")]
pub enum SignatureAlgorithm {
    #[serde(rename = "md5WithRSAEncryption")]
    Md5WithRsa,
    #[serde(rename = "sha1WithRSAEncryption")]
    Sha1WithRsa,
    #[serde(rename = "sha256WithRSAEncryption")]
    Sha256WithRsa,
    #[serde(rename = "sha384WithRSAEncryption")]
    Sha384WithRsa,
    #[serde(rename = "sha512WithRSAEncryption")]
    Sha512WithRsa,
    #[serde(rename = "ecdsa-with-SHA256")]
    EcdsaWithSha256,
    #[serde(rename = "ecdsa-with-SHA384")]
    EcdsaWithSha384,
    #[serde(rename = "ecdsa-with-SHA512")]
    EcdsaWithSha512,
    #[serde(rename = "Ed25519")]
    Ed25519,
}

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
        der: String,
    },
    /// Append bytes to the content of a field (its length grows).
    Append {
        /// Which field.
        field: Field,
        /// Hexadecimal DER.
        der: String,
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

/// A place in a certificate (RFC 5280 4.1). An extension is the whole `Extension`, with identifier and criticality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the ASN.1 names say it")]
pub enum Field {
    Certificate,
    TbsCertificate,
    Version,
    SerialNumber,
    /// `tbsCertificate.signature`
    InnerSignatureAlgorithm,
    Issuer,
    Validity,
    NotBefore,
    NotAfter,
    Subject,
    SubjectPublicKeyInfo,
    /// The `[3]` wrapper around all extensions.
    Extensions,
    AuthorityKeyIdentifier,
    BasicConstraints,
    ExtendedKeyUsage,
    KeyUsage,
    NameConstraints,
    SubjectAltName,
    SubjectKeyIdentifier,
    /// `signatureAlgorithm`
    OuterSignatureAlgorithm,
    SignatureValue,
}
