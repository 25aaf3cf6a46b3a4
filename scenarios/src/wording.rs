//! What a client says: server name, authority, request, headers.

use serde::Deserialize;

use crate::{Role, Script};

/// What a client says beyond the ordinary. Where a field is absent it says what an honest client does.
///
/// Text may hold placeholders in braces, see [`Placeholder`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// `server_name`, sent exactly so even where it is no DNS name; the endpoint's host when absent.
    #[serde(default)]
    pub sni: Option<String>,
    /// A second name in the `server_name` extension.
    #[serde(default)]
    pub second_sni: Option<String>,
    /// No `server_name` extension at all.
    #[serde(default)]
    pub without_sni: bool,
    /// What is done to the ticket before it is offered.
    #[serde(default)]
    pub edit_ticket: Option<TicketEdit>,
    /// `Host`, in HTTP/2 `:authority`; the endpoint's host when absent.
    #[serde(default)]
    pub host: Option<String>,
    /// A second `Host` field; in HTTP/2 a `Host` field beside `:authority`.
    #[serde(default)]
    pub second_host: Option<String>,
    /// Authority of a request target in absolute-form (HTTP/1.1).
    #[serde(default)]
    pub absolute_form: Option<String>,
    /// Method of the request for the protected resource.
    #[serde(default)]
    pub method: Option<String>,
    /// Path of that request.
    #[serde(default)]
    pub path: Option<String>,
    /// More header fields, name and value, in order.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Trailer fields.
    #[serde(default)]
    pub trailers: Vec<(String, String)>,
    /// The lying client makes the connection, and does this otherwise than an honest one; the control is an empty script.
    #[serde(default)]
    pub script: Option<Script>,
}

/// What is done to a ticket before it is offered: the PSK identity in TLS 1.3, the `session_ticket` extension in TLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TicketEdit {
    /// A bit of its first octet is turned over.
    FlipFirst,
    /// A bit of the octet in its middle is turned over.
    FlipMiddle,
    /// A bit of its last octet is turned over.
    FlipLast,
}

impl Wording {
    /// This with another one laid over it.
    #[must_use]
    pub fn overlaid(&self, over: &Self) -> Self {
        let text = |over: &Option<String>, own: &Option<String>| over.clone().or(own.clone());
        let fields = |over: &[(String, String)], own: &[(String, String)]| [own, over].concat();
        Self {
            sni: text(&over.sni, &self.sni),
            second_sni: text(&over.second_sni, &self.second_sni),
            without_sni: over.without_sni || self.without_sni,
            edit_ticket: over.edit_ticket.or(self.edit_ticket),
            host: text(&over.host, &self.host),
            second_host: text(&over.second_host, &self.second_host),
            absolute_form: text(&over.absolute_form, &self.absolute_form),
            method: text(&over.method, &self.method),
            path: text(&over.path, &self.path),
            headers: fields(&over.headers, &self.headers),
            trailers: fields(&over.trailers, &self.trailers),
            script: match (&self.script, &over.script) {
                (Some(own), Some(over)) => Some(own.then(over)),
                (own, over) => over.clone().or(own.clone()),
            },
        }
    }

    /// Whether it says something that only HTTP has words for.
    pub fn is_about_http(&self) -> bool {
        let authority = [&self.host, &self.second_host, &self.absolute_form];
        let request = [&self.method, &self.path];
        authority.into_iter().chain(request).any(Option::is_some)
            || !self.headers.is_empty()
            || !self.trailers.is_empty()
    }

    /// Everything in it that may hold placeholders.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let names = [&self.sni, &self.second_sni, &self.host, &self.second_host];
        let request = [&self.absolute_form, &self.method, &self.path];
        let fields = self.headers.iter().chain(&self.trailers);
        names
            .into_iter()
            .chain(request)
            .flatten()
            .chain(fields.flat_map(|(name, value)| [name, value]))
    }
}

/// What stands in braces: `{host}`, `{beta}`, `{upper:alpha}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `{host}`: the host of the step's endpoint. `{alpha}`: the host of a role. With a [`Shape`] before a colon.
    Host(Option<Role>, Shape),
    /// `{ip}`: the address of the listener.
    Ip,
    /// `{port}`: the port of the listener.
    Port,
    /// `{identity}`: the path that tells who one is.
    IdentityPath,
    /// `{protected}`: the path of the protected resource.
    ProtectedPath,
    /// `{upper:protected}`: the same in upper case.
    UpperPath,
    /// `{encoded:protected}`: the same with its first letter percent-encoded (RFC 3986 2.1).
    EncodedPath,
    /// `{subject}`: the subject of the endpoint's valid client (RFC 4514).
    Subject,
    /// `{sha256}`: the fingerprint of that client's certificate, hexadecimal.
    Sha256,
    /// `{base64}`: that certificate, Base64 of its DER encoding.
    Base64,
    /// `{pem}`: that certificate, PEM, URL-encoded.
    Pem,
}

/// What is made of a host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The name itself.
    Whole,
    /// `{upper:...}`: in upper case.
    Upper,
    /// `{parent:...}`: without its first label.
    Parent,
    /// `{label:...}`: its first label.
    Label,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It stands for itself.
    Plain(&'a str),
    /// It stands for something else.
    Filled(Placeholder),
}

/// Braces that hold no placeholder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown placeholder `{{{0}}}`")]
pub struct UnknownPlaceholder(pub String);

impl Placeholder {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "ip" => Self::Ip,
            "port" => Self::Port,
            "identity" => Self::IdentityPath,
            "protected" => Self::ProtectedPath,
            "upper:protected" => Self::UpperPath,
            "encoded:protected" => Self::EncodedPath,
            "subject" => Self::Subject,
            "sha256" => Self::Sha256,
            "base64" => Self::Base64,
            "pem" => Self::Pem,
            _ => {
                let (shape, role) = match text.split_once(':') {
                    None => (Shape::Whole, text),
                    Some(("upper", role)) => (Shape::Upper, role),
                    Some(("parent", role)) => (Shape::Parent, role),
                    Some(("label", role)) => (Shape::Label, role),
                    Some(_) => return None,
                };
                let role = match role {
                    "host" => None,
                    name => Some(Role::ALL.into_iter().find(|role| role.as_str() == name)?),
                };
                Self::Host(role, shape)
            }
        })
    }
}

/// Takes text apart at its placeholders.
///
/// # Errors
/// The first pair of braces that holds none; an open brace alone is text.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, UnknownPlaceholder> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inner, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Plain(before));
        }
        let known = Placeholder::read(inner);
        pieces.push(Piece::Filled(known.ok_or_else(|| UnknownPlaceholder(inner.to_owned()))?));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_taken_apart() {
        let found = pieces("no.{parent:alpha}:{port}").unwrap();
        let alpha = Placeholder::Host(Some(Role::Alpha), Shape::Parent);
        assert_eq!(
            found,
            [
                Piece::Plain("no."),
                Piece::Filled(alpha),
                Piece::Plain(":"),
                Piece::Filled(Placeholder::Port)
            ]
        );
        let encoded = Piece::Filled(Placeholder::EncodedPath);
        assert_eq!(pieces("{encoded:protected}").unwrap(), [encoded]);
        assert_eq!(pieces("a{b").unwrap(), [Piece::Plain("a{b")]);
        assert_eq!(pieces("{hots}").unwrap_err().0, "hots");
    }

    #[test]
    fn a_variant_wins_and_fields_add_up() {
        let own = Wording { host: Some("a".to_owned()), ..Wording::default() };
        let header = ("x".to_owned(), "y".to_owned());
        let over = Wording { headers: vec![header.clone()], ..Wording::default() };
        let both = own.overlaid(&over);
        assert_eq!((both.host.as_deref(), both.headers), (Some("a"), vec![header]));
    }
}
