//! What a file or a field holds: certificates, private keys, and what is odd about the form.

use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::finding::Finding;
use super::pem;
use super::place::Place;
use super::sniff::{self, Shape};
use super::table;

const REQUEST: &str =
    "it is a certificate request; have a CA issue the certificate (`openssl x509 -req`)";
const PKCS7: &str =
    "it is PKCS #7; take the certificates out with `openssl pkcs7 -print_certs -in FILE`";
const PKCS12: &str = "it is PKCS #12; take it apart with `openssl pkcs12 -nodes -in FILE`";

/// How a private key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyForm {
    Pkcs8,
    Pkcs1,
    Sec1,
    /// Encrypted PKCS #8, or a PEM of old with encryption headers.
    Encrypted,
    Other,
}

impl KeyForm {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Pkcs8 => "PKCS #8",
            Self::Pkcs1 => "PKCS #1",
            Self::Sec1 => "SEC 1",
            Self::Encrypted => "encrypted",
            Self::Other => "unknown form",
        }
    }
}

/// A private key as it was found. It has no `Debug`: it must reach no output.
#[derive(Clone)]
pub(super) struct FoundKey {
    pub(super) place: Place,
    pub(super) form: KeyForm,
    pub(super) der: Vec<u8>,
}

/// A certificate as it was found.
#[derive(Clone, Debug)]
pub(super) struct FoundCertificate {
    pub(super) place: Place,
    pub(super) der: Vec<u8>,
}

/// What a file or a field holds.
#[derive(Clone, Default)]
pub(super) struct Contents {
    pub(super) certificates: Vec<FoundCertificate>,
    pub(super) keys: Vec<FoundKey>,
    pub(super) findings: Vec<Finding>,
    /// What it is instead, where it holds neither, and what to do.
    pub(super) instead: Option<&'static str>,
}

impl Contents {
    pub(super) fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.keys.is_empty()
    }

    /// Reads PEM or DER. Never fails: it may hold nothing.
    pub(super) fn read(octets: &[u8], place: &Place) -> Self {
        let text = String::from_utf8_lossy(octets);
        if pem::is_pem(&text) {
            return Self::from_pem(pem::read(&text), place);
        }
        let mut contents = Self::default();
        match sniff::shape(octets) {
            Shape::Key(form) => contents.add_key(form, octets, place),
            Shape::Certificate => contents.add_certificate(octets, place),
            Shape::Request => contents.instead = Some(REQUEST),
            Shape::Pkcs12 => contents.instead = Some(PKCS12),
            Shape::Unknown => {}
        }
        if contents.is_empty() {
            return contents;
        }
        contents.findings.push(table::NOT_PEM.at(place, "It is DER, not PEM."));
        contents
    }

    fn from_pem(found: pem::Found, place: &Place) -> Self {
        let mut contents = Self::default();
        if let Some(label) = &found.damaged {
            let what = format!("The PEM section `{label}` has no end, or is not base64 inside.");
            contents.findings.push(table::PEM_DAMAGED.at(place, what));
        }
        if found.joined {
            let what = "A PEM section has no line break after its first line.";
            contents.findings.push(table::PEM_JOINED.at(place, what));
        }
        if found.escaped {
            let what = "The line breaks of PEM are spelled out as `\\n`.";
            contents.findings.push(table::PEM_ESCAPED.at(place, what));
        }
        for section in found.sections {
            match section.label.as_str() {
                "CERTIFICATE" | "X509 CERTIFICATE" => contents.add_certificate(&section.der, place),
                "TRUSTED CERTIFICATE" => contents.add_trusted(&section.der, place),
                "EC PARAMETERS" => {
                    let what = "A section `EC PARAMETERS` stands before the key.";
                    contents.findings.push(table::EC_PARAMETERS.at(place, what));
                }
                "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => {
                    contents.instead = Some(REQUEST);
                }
                "PKCS7" | "CMS" => {
                    contents.instead = Some(PKCS7);
                }
                label => {
                    if let Some(form) = labelled_key(label, section.encrypted) {
                        contents.add_key(form, &section.der, place);
                    }
                }
            }
        }
        contents
    }

    fn add_certificate(&mut self, der: &[u8], place: &Place) {
        let place = place.certificate(self.certificates.len() + 1);
        self.certificates.push(FoundCertificate { place, der: der.to_vec() });
    }

    /// OpenSSL's own form: the certificate, and after it what it is trusted for.
    fn add_trusted(&mut self, der: &[u8], place: &Place) {
        self.findings.push(table::TRUSTED_FORM.at(place, "It is in OpenSSL's own form."));
        let rest = X509Certificate::from_der(der).map_or(0, |(rest, _)| rest.len());
        let certificate = der.get(..der.len() - rest).unwrap_or(der).to_vec();
        self.add_certificate(&certificate, place);
    }

    fn add_key(&mut self, form: KeyForm, der: &[u8], place: &Place) {
        self.keys.push(FoundKey { place: place.clone(), form, der: der.to_vec() });
    }
}

/// The form of a key by its PEM label; `None` where it is no private key.
fn labelled_key(label: &str, encrypted: bool) -> Option<KeyForm> {
    let form = match label {
        "PRIVATE KEY" => KeyForm::Pkcs8,
        "RSA PRIVATE KEY" => KeyForm::Pkcs1,
        "EC PRIVATE KEY" => KeyForm::Sec1,
        "ENCRYPTED PRIVATE KEY" => KeyForm::Encrypted,
        _ if label.ends_with("PRIVATE KEY") => KeyForm::Other,
        _ => return None,
    };
    Some(if encrypted { KeyForm::Encrypted } else { form })
}
