//! How a gate is asked whom it sees.

use serde::{Deserialize, Serialize};

use super::protocol::Protocol;

/// How to ask a gate who we are, and how to ask for what only authenticated clients may have.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "RawProbe", into = "RawProbe")]
pub enum Probe {
    /// By requests for two resources.
    Http(Box<HttpProbe>),
    /// As another application protocol has it.
    Protocol(Protocol),
}

/// The resources that a gate which speaks HTTP is asked for.
#[derive(Clone, Debug)]
pub struct HttpProbe {
    /// Path that is served to everyone the gate serves, with its view of the client.
    pub identity_path: String,
    /// How that view is read; absent = the HTTP status alone.
    pub identity: Option<IdentitySource>,
    /// Path that is served to authenticated clients only; the same as `identity_path` where there is one for both.
    pub protected_path: String,
    /// Text that only the protected resource returns.
    pub marker: Option<String>,
    /// The methods that it has an answer to; empty = every one.
    pub methods: Vec<String>,
}

impl HttpProbe {
    /// Whether a request with this method gets an answer, be it a refusal.
    pub fn answers(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|known| known == method)
    }
}

impl Probe {
    /// How it is asked over HTTP, where that is what it speaks.
    pub fn http(&self) -> Option<&HttpProbe> {
        match self {
            Self::Http(probe) => Some(probe),
            Self::Protocol(_) => None,
        }
    }

    /// What it speaks where that is not HTTP.
    pub const fn protocol(&self) -> Option<&Protocol> {
        match self {
            Self::Http(_) => None,
            Self::Protocol(protocol) => Some(protocol),
        }
    }

    /// Whether the gate tells whom it sees.
    pub fn reports_identity(&self) -> bool {
        match self {
            Self::Http(probe) => probe.identity.is_some(),
            Self::Protocol(protocol) => protocol.reports_identity(),
        }
    }

    /// Whether clients with a certificate can be told from those without where both are served.
    pub fn tells_apart(&self) -> bool {
        match self {
            Self::Http(probe) => probe.identity.is_some() || probe.marker.is_some(),
            Self::Protocol(protocol) => protocol.reports_identity(),
        }
    }
}

/// A probe as it is written: `protocol`, or for HTTP both paths.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Probe"))]
#[serde(deny_unknown_fields)]
struct RawProbe {
    /// What the gate speaks where that is not HTTP; then there is nothing else to say here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<Protocol>,
    /// Path that is served to everyone the gate serves, with its view of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity_path: Option<String>,
    /// How that view is read; absent = the HTTP status alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<IdentitySource>,
    /// Path that is served to authenticated clients only; the same as `identity_path` where there is one for both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protected_path: Option<String>,
    /// Text that only the protected resource returns; `@MARKER@` for a random one of a launched target, another one at each
    /// endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    /// The methods that it has an answer to, be it a refusal, where it leaves requests with others unanswered; absent = every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    methods: Vec<String>,
}

/// A probe that says too much or too little.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum ProbeError {
    #[error(
        "a probe has `identity_path` and `protected_path`, or `protocol` where the gate does not speak HTTP"
    )]
    NoPaths,
    #[error("a probe with `protocol` has nothing else")]
    ProtocolAndMore,
    #[error("`methods` must have GET, which every client asks with")]
    NoGet,
}

impl TryFrom<RawProbe> for Probe {
    type Error = ProbeError;

    fn try_from(raw: RawProbe) -> Result<Self, ProbeError> {
        match raw {
            RawProbe {
                protocol: Some(protocol),
                identity_path: None,
                identity: None,
                protected_path: None,
                marker: None,
                methods,
            } if methods.is_empty() => Ok(Self::Protocol(protocol)),
            RawProbe { protocol: Some(_), .. } => Err(ProbeError::ProtocolAndMore),
            RawProbe {
                protocol: None,
                identity_path: Some(identity_path),
                identity,
                protected_path: Some(protected_path),
                marker,
                methods,
            } => {
                let probe = HttpProbe { identity_path, identity, protected_path, marker, methods };
                if !probe.answers("GET") {
                    return Err(ProbeError::NoGet);
                }
                Ok(Self::Http(Box::new(probe)))
            }
            RawProbe { protocol: None, .. } => Err(ProbeError::NoPaths),
        }
    }
}

impl From<Probe> for RawProbe {
    fn from(probe: Probe) -> Self {
        match probe {
            Probe::Protocol(protocol) => Self { protocol: Some(protocol), ..Self::default() },
            Probe::Http(http) => {
                let HttpProbe { identity_path, identity, protected_path, marker, methods } = *http;
                Self {
                    protocol: None,
                    identity_path: Some(identity_path),
                    identity,
                    protected_path: Some(protected_path),
                    marker,
                    methods,
                }
            }
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Probe {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        RawProbe::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        RawProbe::json_schema(generator)
    }
}

/// Where in a response the gate's view of the client stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentitySource {
    /// Whether the client is verified: the value ...
    pub verified: ValueSource,
    /// ... that says so; `*` for any but the anonymous ones.
    pub verified_value: String,
    /// Values of `verified` that say that there is no certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anonymous_values: Vec<String>,
    /// Subject, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ValueSource>,
    /// SHA-256 of the certificate, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<ValueSource>,
    /// SHA-1 of the certificate, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha1: Option<ValueSource>,
    /// Whether the session was resumed: the value ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<ValueSource>,
    /// ... that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_value: Option<String>,
}

/// A value in a response.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// A response header by name.
    Header(String),
    /// A JSON pointer (RFC 6901) into the body.
    Json(String),
    /// The rest of the first line of the body that begins with this text; space around it does not count.
    Line(String),
    /// The SHA-256 of the first certificate in the body that is written in PEM.
    PemSha256,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Probe, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_probe_is_of_one_kind() {
        let http = read(r#"{"identity_path": "/", "protected_path": "/x"}"#).unwrap();
        assert_eq!(http.http().unwrap().protected_path, "/x");
        let redis = read(r#"{"protocol": "redis"}"#).unwrap();
        assert_eq!(redis.protocol(), Some(&Protocol::Redis));
        let error = read(r#"{"protocol": "mqtt", "marker": "x"}"#).unwrap_err();
        assert!(error.contains("has nothing else"), "{error}");
        let error = read(r#"{"identity_path": "/"}"#).unwrap_err();
        assert!(error.contains("`protected_path`"), "{error}");
        let error = read(r#"{"protocol": "redis", "methods": ["GET"]}"#).unwrap_err();
        assert!(error.contains("has nothing else"), "{error}");
        let error = read(r#"{"protocol": "gopher"}"#).unwrap_err();
        assert!(error.contains("unknown variant `gopher`"), "{error}");
    }

    #[test]
    fn methods_that_get_no_answer_are_known() {
        let of = |methods: &str| {
            read(&format!(r#"{{"identity_path": "/", "protected_path": "/"{methods}}}"#))
        };
        assert!(of("").unwrap().http().unwrap().answers("GATE"));
        let probe = of(r#", "methods": ["GET"]"#).unwrap();
        assert!(probe.http().unwrap().answers("GET"));
        for other in ["HEAD", "get"] {
            assert!(!probe.http().unwrap().answers(other), "{other}");
        }
        let error = of(r#", "methods": ["POST"]"#).unwrap_err();
        assert!(error.contains("must have GET"), "{error}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            r#"{"protocol":{"postgresql":{"user":"@ROLE@","database":"postgres"}}}"#,
            r#"{"protocol":{"echo":{"send":"a","expect":"b"}}}"#,
            r#"{"identity_path":"/","protected_path":"/x","marker":"m"}"#,
            r#"{"identity_path":"/","protected_path":"/x","methods":["GET","HEAD"]}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
        }
    }
}
