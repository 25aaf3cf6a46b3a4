//! A server that runs already, described on the command line.

use std::collections::BTreeMap;
use std::net::{SocketAddr, ToSocketAddrs as _};

use mtls_scenarios::{
    Alpn, Endpoint, HttpProbe, IdentitySource, Listener, Mode, Probe, Role, Start, Target,
    ValueSource,
};

/// What the command line says about a running server.
#[derive(Clone, Debug)]
pub struct Remote {
    /// `https://host:port` with an optional path: the protected resource.
    pub url: String,
    /// Its mode.
    pub mode: Mode,
    /// `server_name` and `Host`, where they differ from the host of the URL.
    pub name: Option<String>,
    /// Where it reports the subject of a verified client.
    pub identity: Option<IdentityAt>,
    /// Path at which it does, where that is not the URL's.
    pub identity_path: Option<String>,
    /// Text that only the protected resource returns.
    pub marker: Option<String>,
    /// Whether it checks the account's revocation lists.
    pub crl: bool,
    /// Whether it speaks HTTP/2, too.
    pub h2: bool,
}

/// Where in a response the subject of a verified client stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityAt {
    /// In a header.
    Header(String),
    /// In a JSON body, by a pointer.
    Json(String),
}

/// A URL that is no target.
#[derive(Debug, thiserror::Error)]
#[error("`{url}` is no target: {reason}; write https://HOST:PORT or https://HOST:PORT/PATH")]
pub struct RemoteError {
    url: String,
    reason: String,
}

impl Remote {
    /// The target file that says the same.
    pub fn describe(&self) -> Result<Target, RemoteError> {
        let failed =
            |reason: &str| RemoteError { url: self.url.clone(), reason: reason.to_owned() };
        let uri: http::Uri = self.url.parse().map_err(|e| failed(&format!("{e}")))?;
        if uri.scheme_str() != Some("https") {
            return Err(failed("it does not start with https://"));
        }
        let host = uri.host().ok_or_else(|| failed("it names no host"))?;
        let port = uri.port_u16().unwrap_or(443);
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let endpoint = Endpoint {
            listener: "gate".to_owned(),
            host: self.name.clone().unwrap_or_else(|| host.to_owned()),
            mode: self.mode,
            account: (self.mode != Mode::Public).then(|| "alpha".to_owned()),
            crl: self.crl,
        };
        // A gate that checks revocation wants lists for every issuer, and is no place for the other scenarios.
        let role = match (self.mode, self.crl) {
            (Mode::Public, _) => Role::Public,
            (Mode::Strict, false) => Role::SoloStrict,
            (Mode::Strict, true) => Role::RevokingStrict,
            (Mode::Loose, false) => Role::SoloLoose,
            (Mode::Loose, true) => Role::RevokingLoose,
        };
        Ok(Target {
            handshake_timeout: None,
            answers_within: None,
            most_at_once: None,
            schema: None,
            summary: format!("a running server at {}", self.url),
            start: Start::Running,
            listeners: BTreeMap::from([(
                "gate".to_owned(),
                Listener { address: Some(format!("{host}:{port}")) },
            )]),
            endpoints: BTreeMap::from([(role, endpoint)]),
            probe: Probe::Http(Box::new(HttpProbe {
                identity_path: self.identity_path.clone().unwrap_or_else(|| path.to_owned()),
                identity: self.identity.clone().map(identity_at),
                protected_path: path.to_owned(),
                marker: self.marker.clone(),
                methods: Vec::new(),
            })),
            anchors: None,
            alpn: if self.h2 { vec![Alpn::Http1, Alpn::H2] } else { vec![Alpn::Http1] },
            loose_family: None,
            policies: BTreeMap::new(),
        })
    }
}

/// A value that is the subject for verified clients, and absent or empty for all others.
fn identity_at(place: IdentityAt) -> IdentitySource {
    let source = match place {
        IdentityAt::Header(name) => ValueSource::Header(name),
        IdentityAt::Json(pointer) => ValueSource::Json(pointer),
    };
    IdentitySource {
        verified: source.clone(),
        verified_value: "*".to_owned(),
        anonymous_values: vec![String::new()],
        subject: Some(source),
        sha256: None,
        sha1: None,
        resumed: None,
        resumed_value: None,
    }
}

/// The addresses of a running target's listeners.
pub(super) fn resolve(target: &Target) -> Result<BTreeMap<String, SocketAddr>, RemoteError> {
    let mut addresses = BTreeMap::new();
    for (name, listener) in &target.listeners {
        let text = listener.address.clone().unwrap_or_default();
        let failed = |reason: String| RemoteError { url: text.clone(), reason };
        let address = text
            .to_socket_addrs()
            .map_err(|e| failed(e.to_string()))?
            .next()
            .ok_or_else(|| failed("the name has no address".to_owned()))?;
        addresses.insert(name.clone(), address);
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(url: &str) -> Remote {
        Remote {
            url: url.to_owned(),
            mode: Mode::Strict,
            name: None,
            identity: None,
            identity_path: None,
            marker: None,
            crl: false,
            h2: false,
        }
    }

    #[test]
    fn a_url_becomes_a_target_with_one_endpoint() {
        let target = remote("https://127.0.0.1:8443/admin?x=1").describe().unwrap();
        assert_eq!(target.probe.http().unwrap().protected_path, "/admin?x=1");
        assert_eq!(target.endpoints[&Role::SoloStrict].host, "127.0.0.1");
        let addresses = resolve(&target).unwrap();
        assert_eq!(addresses["gate"], "127.0.0.1:8443".parse().unwrap());
    }

    #[test]
    fn other_urls_are_refused() {
        for url in ["http://127.0.0.1:1", "127.0.0.1:8443", "https://", "https:// x"] {
            let error = remote(url).describe().unwrap_err().to_string();
            assert!(error.contains("write https://HOST:PORT"), "{error}");
        }
    }
}
