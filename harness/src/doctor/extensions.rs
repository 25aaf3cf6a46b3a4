//! The extensions of a certificate (RFC 5280 4.2), as far as rules look at them.

use std::collections::BTreeSet;

use x509_parser::prelude::{ParsedExtension, X509Certificate};

/// What the extensions say.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    /// Whether there are any.
    pub(super) present: bool,
    /// `cA` of `basicConstraints`.
    pub(super) basic_constraints: Option<bool>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(super) has_subject_alt_name: bool,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    /// Critical ones that gates do not know, as dotted identifiers.
    pub(super) unknown_critical: Vec<String>,
    /// Ones that occur twice.
    pub(super) duplicate: Vec<String>,
    /// Ones whose content is not what it should be.
    pub(super) malformed: Vec<String>,
}

/// The bits of `keyUsage` that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyUsage {
    pub(super) digital_signature: bool,
    pub(super) key_cert_sign: bool,
}

/// The purposes of `extKeyUsage` that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExtendedKeyUsage {
    pub(super) client_auth: bool,
    pub(super) any: bool,
}

impl Extensions {
    pub(super) fn of(certificate: &X509Certificate<'_>) -> Self {
        let mut said = Self::default();
        let mut seen = BTreeSet::new();
        for extension in certificate.iter_extensions() {
            said.present = true;
            let oid = extension.oid.to_id_string();
            if !seen.insert(oid.clone()) {
                said.duplicate.push(oid);
                continue;
            }
            match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(basic) => said.basic_constraints = Some(basic.ca),
                ParsedExtension::KeyUsage(usage) => {
                    said.key_usage = Some(KeyUsage {
                        digital_signature: usage.digital_signature(),
                        key_cert_sign: usage.key_cert_sign(),
                    });
                }
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    let (client_auth, any) = (usage.client_auth, usage.any);
                    said.extended_key_usage = Some(ExtendedKeyUsage { client_auth, any });
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    said.has_subject_alt_name = !names.general_names.is_empty();
                }
                ParsedExtension::SubjectKeyIdentifier(id) => {
                    said.subject_key_id = Some(id.0.to_vec());
                }
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    said.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                ParsedExtension::ParseError { .. } => said.malformed.push(oid),
                ParsedExtension::UnsupportedExtension { .. } if extension.critical => {
                    said.unknown_critical.push(oid);
                }
                _ => {}
            }
        }
        said
    }
}
