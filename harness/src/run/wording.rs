//! What a client says, with its placeholders filled in for one endpoint of one target.

use std::net::IpAddr;

use mtls_scenarios::{Placeholder, Role, Shape, TicketEdit, Wording, pieces};
use rustls::pki_types::CertificateDer;

use super::preflight::sni_of;
use super::spot::Spot;
use crate::client::{HelloEdit, Request, ServerNameEdit};
use crate::pki::pem;
use crate::target::Running;

/// Why words of HTTP are not said to a target of another protocol.
pub(super) const NOT_HTTP: &str = "the target does not speak HTTP";

/// What a client says, word by word.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Words {
    sni: Option<String>,
    second_sni: Option<String>,
    without_sni: bool,
    edit_ticket: Option<TicketEdit>,
    host: Option<String>,
    second_host: Option<String>,
    absolute_form: Option<String>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
    headers: Vec<(String, String)>,
    trailers: Vec<(String, String)>,
}

/// The valid client of an endpoint, for those who claim to be it.
#[derive(Clone, Debug)]
pub(super) struct Victim {
    pub(super) subject: String,
    pub(super) sha256: String,
    pub(super) certificate: CertificateDer<'static>,
}

/// Why words cannot be found.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum WordingError {
    /// The target does not play the role that is spoken of.
    #[error("the target has no endpoint `{}`", .0.as_str())]
    NoRole(Role),
    /// The target has no paths.
    #[error("{NOT_HTTP}")]
    NotHttp,
    /// Nothing is learnt from a request that gets no answer.
    #[error("the target leaves requests unanswered whose method is not {0}")]
    Unanswered(String),
    /// There is no valid client at the endpoint.
    #[error("there is no valid client whose name could be used")]
    NoVictim,
    /// The scenario was not checked.
    #[error("{0}")]
    Placeholder(String),
}

/// Fills placeholders.
pub(super) struct Filler<'a> {
    pub(super) target: &'a Running,
    pub(super) spot: &'a Spot,
    pub(super) victim: Option<&'a Victim>,
}

impl Filler<'_> {
    /// Fills everything that a client says.
    pub(super) fn words(&self, wording: &Wording) -> Result<Words, WordingError> {
        let optional = |text: &Option<String>| text.as_ref().map(|t| self.text(t)).transpose();
        let fields = |fields: &[(String, String)]| {
            let filled = fields.iter().map(|(n, v)| Ok((self.text(n)?, self.text(v)?)));
            filled.collect::<Result<Vec<_>, WordingError>>()
        };
        let method = optional(&wording.method)?;
        if let (Some(method), Some(probe)) = (&method, self.target.probe().http())
            && !probe.answers(method)
        {
            return Err(WordingError::Unanswered(probe.methods.join(" or ")));
        }
        Ok(Words {
            sni: optional(&wording.sni)?,
            second_sni: optional(&wording.second_sni)?,
            without_sni: wording.without_sni,
            edit_ticket: wording.edit_ticket,
            host: optional(&wording.host)?,
            second_host: optional(&wording.second_host)?,
            absolute_form: optional(&wording.absolute_form)?,
            method,
            path: optional(&wording.path)?,
            headers: fields(&wording.headers)?,
            trailers: fields(&wording.trailers)?,
        })
    }

    /// Fills one text.
    pub(super) fn text(&self, text: &str) -> Result<String, WordingError> {
        use mtls_scenarios::Piece::{Filled, Plain};
        let pieces = pieces(text).map_err(|e| WordingError::Placeholder(e.to_string()))?;
        let filled = pieces.into_iter().map(|piece| match piece {
            Plain(plain) => Ok(plain.to_owned()),
            Filled(placeholder) => self.value(placeholder),
        });
        filled.collect()
    }

    fn value(&self, placeholder: Placeholder) -> Result<String, WordingError> {
        let victim = || self.victim.ok_or(WordingError::NoVictim);
        let http = || self.target.probe().http().ok_or(WordingError::NotHttp);
        Ok(match placeholder {
            Placeholder::Host(role, shape) => shaped(&self.host(role)?, shape),
            Placeholder::Ip => match self.spot.address.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
            Placeholder::Port => self.spot.address.port().to_string(),
            Placeholder::IdentityPath => http()?.identity_path.clone(),
            Placeholder::ProtectedPath => http()?.protected_path.clone(),
            Placeholder::UpperPath => http()?.protected_path.to_ascii_uppercase(),
            Placeholder::EncodedPath => first_letter_encoded(&http()?.protected_path),
            Placeholder::Subject => victim()?.subject.clone(),
            Placeholder::Sha256 => victim()?.sha256.clone(),
            Placeholder::Base64 => base64(&victim()?.certificate),
            Placeholder::Pem => url_encoded(&pem::encode("CERTIFICATE", &victim()?.certificate)),
        })
    }

    fn host(&self, role: Option<Role>) -> Result<String, WordingError> {
        match role {
            None => Ok(self.spot.host.clone()),
            Some(role) => {
                let place = self.target.place(&[role]).ok_or(WordingError::NoRole(role))?;
                Ok(place.endpoint.host.clone())
            }
        }
    }
}

impl Words {
    /// The same by a client that offers no ticket.
    pub(super) fn without_ticket(&self) -> Self {
        Self { edit_ticket: None, ..self.clone() }
    }

    /// The `server_name` for a host, where rustls can send it as it is.
    pub(super) fn sni<'a>(&'a self, host: &'a str) -> Option<&'a str> {
        match &self.sni {
            _ if self.without_sni => None,
            // What rustls cannot send goes into the edited `ClientHello`.
            Some(name) if is_plain_name(name) => Some(name),
            _ => sni_of(host),
        }
    }

    /// The same for a client that writes whatever it is told.
    pub(super) fn written_sni<'a>(&'a self, host: &'a str) -> Option<&'a str> {
        if self.without_sni { None } else { self.sni.as_deref().or_else(|| sni_of(host)) }
    }

    /// Whether there is more in it than one server name, whole, and a whole ticket.
    pub(super) const fn edits_the_hello(&self) -> bool {
        self.second_sni.is_some() || self.edit_ticket.is_some()
    }

    /// What the `ClientHello` must say that rustls would not.
    pub(super) fn hello(&self) -> Option<HelloEdit> {
        let names: Vec<_> = self.sni.iter().chain(&self.second_sni).collect();
        let is_odd = names.len() > 1 || names.iter().any(|name| !is_plain_name(name));
        let octets = names.into_iter().map(|name| name.clone().into_bytes()).collect();
        let server_name = is_odd.then_some(ServerNameEdit::HostNames(octets));
        let edit = HelloEdit { server_name, ticket: self.edit_ticket };
        (edit.server_name.is_some() || edit.ticket.is_some()).then_some(edit)
    }

    /// The request for a path, to a host unless another one is said.
    pub(super) fn request<'a>(&'a self, host: &'a str, path: &'a str) -> Request<'a> {
        Request {
            method: "GET",
            host: self.host.as_deref().unwrap_or(host),
            second_host: self.second_host.as_deref(),
            absolute_form: self.absolute_form.as_deref(),
            path,
            headers: &self.headers,
            trailers: &self.trailers,
        }
    }
}

/// Whether rustls sends this name as it is written.
fn is_plain_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.len() <= 253 && name.split('.').all(label) && name.parse::<IpAddr>().is_err()
}

fn shaped(host: &str, shape: Shape) -> String {
    let (label, parent) = host.split_once('.').unwrap_or((host, ""));
    match shape {
        Shape::Whole => host.to_owned(),
        Shape::Upper => host.to_ascii_uppercase(),
        Shape::Label => label.to_owned(),
        Shape::Parent => parent.to_owned(),
    }
}

/// Base64 on one line: what PEM has between its header and its footer.
fn base64(der: &[u8]) -> String {
    pem::encode("CERTIFICATE", der).lines().filter(|line| !line.starts_with('-')).collect()
}

/// A path whose first letter is percent-encoded, which names the same resource (RFC 3986 6.2.2.2).
fn first_letter_encoded(path: &str) -> String {
    let first = path.find(|c: char| c.is_ascii_alphanumeric());
    let (before, after) = first.and_then(|at| path.split_at_checked(at)).unwrap_or((path, ""));
    let mut rest = after.chars();
    let letter = rest.next().map(|letter| format!("%{:02X}", u32::from(letter)));
    format!("{before}{}{}", letter.unwrap_or_default(), rest.as_str())
}

/// Percent-encoding of everything but unreserved characters (RFC 3986 2.3).
fn url_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for octet in text.bytes() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(octet));
            }
            _ => {
                let digits = [octet >> 4, octet & 15].map(|d| char::from_digit(d.into(), 16));
                encoded.push('%');
                encoded.extend(digits.into_iter().flatten().map(|d| d.to_ascii_uppercase()));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_rustls_would_change_are_edited_in() {
        for plain in ["alpha.agents.test", "localhost"] {
            assert!(is_plain_name(plain), "{plain}");
        }
        let long = "a".repeat(64);
        for odd in ["ALPHA.test", "alpha.test.", "127.0.0.1", "a_b.test", "", long.as_str()] {
            assert!(!is_plain_name(odd), "{odd}");
        }
    }

    #[test]
    fn shapes_and_encoding() {
        assert_eq!(shaped("a.b.c", Shape::Parent), "b.c");
        assert_eq!(shaped("a.b.c", Shape::Label), "a");
        assert_eq!(shaped("a.b", Shape::Upper), "A.B");
        assert_eq!(first_letter_encoded("/protected/x"), "/%70rotected/x");
        assert_eq!(first_letter_encoded("/"), "/");
        assert_eq!(url_encoded("a b\n+"), "a%20b%0A%2B");
    }
}
