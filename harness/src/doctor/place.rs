//! Where something was found.

use std::fmt;

use mtls_reports::PeerText;
use serde::Serialize;

/// Where something was found: a file, and how to get to the spot in it.
///
/// What the file's author wrote (names, fields, subjects) is escaped when it goes in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// Number of the YAML document, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<usize>,
    /// Kind, namespace and name of the Kubernetes object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Path of the field in the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Line of the file, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Number of the certificate in the file or field, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<usize>,
    /// Subject of that certificate (RFC 4514).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl Place {
    /// A whole file.
    pub(super) fn file(name: &str) -> Self {
        Self { file: shown(name), ..Self::default() }
    }

    /// A field of an object of a manifest.
    pub(super) fn field(&self, path: &str, line: usize) -> Self {
        Self { field: Some(shown(path)), line: Some(line), ..self.clone() }
    }

    /// A certificate in this file or field.
    pub(super) fn certificate(&self, number: usize) -> Self {
        Self { certificate: Some(number), ..self.clone() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(object) = &self.object {
            write!(f, ", {object}")?;
        } else if let Some(document) = self.document {
            write!(f, ", document {document}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        if let Some(number) = self.certificate {
            write!(f, ", certificate {number}")?;
        }
        match self.subject.as_deref() {
            Some("") => f.write_str(" (empty subject)"),
            Some(subject) => write!(f, " ({subject})"),
            None => Ok(()),
        }
    }
}

/// Text of somebody else, fit to be shown.
pub(super) fn shown(text: &str) -> String {
    PeerText::new(text).as_str().to_owned()
}
