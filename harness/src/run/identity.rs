//! Reading from a response whom a gate takes the client for.

use mtls_reports::PeerText;
use mtls_reports::model::Identity;
use mtls_scenarios::{IdentitySource, ValueSource};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::client::Response;
use crate::pki::sha256;

/// What a gate says about its client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Whether it calls the client verified.
    pub(super) verified: bool,
    /// Whom it names, if anybody.
    pub(super) identity: Option<Identity>,
}

/// Reads a gate's view of its client as its target file says.
pub(super) fn read(source: &IdentitySource, response: &Response) -> Reading {
    let document = Document::new(response);
    let text = |value: &Option<ValueSource>| {
        let text = document.value(value.as_ref()?)?;
        (!text.is_empty()).then(|| PeerText::new(&text))
    };
    let verified = document.value(&source.verified).unwrap_or_default();
    let anonymous = source.anonymous_values.contains(&verified);
    let verified = match source.verified_value.as_str() {
        "*" => !anonymous && !verified.is_empty(),
        value => verified == value,
    };
    let identity = Identity {
        subject: text(&source.subject),
        serial: None,
        sha256: text(&source.sha256),
        sha1: text(&source.sha1),
    };
    Reading { verified, identity: (identity != Identity::default()).then_some(identity) }
}

/// A response with its body read as JSON at most once, and only if it is.
struct Document<'a> {
    response: &'a Response,
    json: Option<serde_json::Value>,
}

impl<'a> Document<'a> {
    fn new(response: &'a Response) -> Self {
        Self { response, json: serde_json::from_slice(&response.body).ok() }
    }

    /// The value as text; `None` where it is missing or JSON `null`.
    fn value(&self, source: &ValueSource) -> Option<String> {
        match source {
            ValueSource::Header(name) => {
                let value = self.response.headers.get(name)?;
                Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
            }
            ValueSource::Json(pointer) => match self.json.as_ref()?.pointer(pointer)? {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            },
            ValueSource::Line(start) => {
                let body = String::from_utf8_lossy(&self.response.body);
                let found = body.lines().find_map(|line| line.trim_start().strip_prefix(start));
                found.map(|rest| rest.trim().to_owned())
            }
            ValueSource::PemSha256 => {
                let certificate = CertificateDer::from_pem_slice(&self.response.body).ok()?;
                Some(sha256(&certificate))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use hyper::body::Bytes;

    use super::*;

    fn source(json: &str) -> IdentitySource {
        serde_json::from_str(json).unwrap()
    }

    fn response(body: &str, headers: &[(&'static str, &'static str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        Response { status: 200, headers: map, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    #[test]
    fn json_bodies() {
        let source = source(
            r#"{"verified": {"json": "/v"}, "verified_value": "true", "subject": {"json": "/s"}}"#,
        );
        let known = read(&source, &response(r#"{"v": true, "s": "CN=x"}"#, &[]));
        assert!(known.verified);
        assert_eq!(known.identity.unwrap().subject.unwrap().as_str(), "CN=x");
        let nobody = read(&source, &response(r#"{"v": false, "s": null}"#, &[]));
        assert_eq!(nobody, Reading::default());
        assert_eq!(read(&source, &response("not json", &[])), Reading::default());
    }

    #[test]
    fn headers_and_unverified_identity() {
        let source = source(
            r#"{"verified": {"header": "x-v"}, "verified_value": "SUCCESS",
                "anonymous_values": ["NONE"], "subject": {"header": "x-s"}}"#,
        );
        let failed = read(&source, &response("", &[("x-v", "FAILED:expired"), ("x-s", "CN=x")]));
        assert!(!failed.verified);
        assert!(failed.identity.is_some());
    }

    #[test]
    fn lines_and_certificates_in_a_page() {
        let source = source(
            r#"{"verified": {"line": "Subject:"}, "verified_value": "*",
                "subject": {"line": "Subject:"}, "sha256": "pem_sha256"}"#,
        );
        let der = b"any octets";
        let pem = crate::pki::pem::encode("CERTIFICATE", der);
        let page = format!("<pre>\n  Issuer: CN=ca\n  Subject: CN=x \n Subject: CN=y\n{pem}</pre>");
        let known = read(&source, &response(&page, &[]));
        assert!(known.verified);
        let identity = known.identity.unwrap();
        assert_eq!(identity.subject.unwrap().as_str(), "CN=x");
        assert_eq!(identity.sha256.unwrap().as_str(), sha256(der));
        assert_eq!(read(&source, &response("no certificate", &[])), Reading::default());
    }

    #[test]
    fn any_subject_verifies_where_the_file_says_so() {
        let source = source(
            r#"{"verified": {"header": "x-s"}, "verified_value": "*", "anonymous_values": [""],
                "subject": {"header": "x-s"}}"#,
        );
        assert!(read(&source, &response("", &[("x-s", "CN=x")])).verified);
        assert!(!read(&source, &response("", &[("x-s", "")])).verified);
        assert!(!read(&source, &response("", &[])).verified);
    }
}
