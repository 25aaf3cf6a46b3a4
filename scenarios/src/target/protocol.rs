//! Gates that speak something else than HTTP: what is said to them, and what counts as being let in.

use serde::{Deserialize, Serialize};

use crate::Role;

/// An application protocol other than HTTP, and what its client needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// PostgreSQL, version 3 of its protocol: let in is who gets an answer to a query. It says whom it sees (`pg_stat_ssl`).
    Postgresql(Postgresql),
    /// MQTT 3.1.1: let in is whose CONNECT is accepted and PINGREQ answered.
    Mqtt,
    /// Redis: let in is whose PING is answered with PONG.
    Redis,
    /// Any protocol in which one text is answered by another one.
    Echo(Echo),
}

/// Whom a PostgreSQL server is asked to take the client for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Postgresql {
    /// The user, who needs no password; `@ROLE@` for the role of the endpoint.
    pub user: String,
    /// The database.
    pub database: String,
}

/// A text and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Echo {
    /// What the client says.
    pub send: String,
    /// What must be in the answer for it to count as let in.
    pub expect: String,
}

/// What client and server say before TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prelude {
    /// What the client sends.
    pub send: &'static [u8],
    /// What the server answers where it goes on with TLS.
    pub expect: &'static [u8],
}

/// `SSLRequest` and the answer that agrees to it (PostgreSQL 55.2.10, 55.7).
const SSL_REQUEST: Prelude = Prelude { send: &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f], expect: b"S" };

impl Protocol {
    /// What is said before TLS begins, in protocols that begin in plaintext.
    pub const fn prelude(&self) -> Option<Prelude> {
        match self {
            Self::Postgresql(_) => Some(SSL_REQUEST),
            Self::Mqtt | Self::Redis | Self::Echo(_) => None,
        }
    }

    /// Whether it has a way to tell the client whom it sees.
    pub const fn reports_identity(&self) -> bool {
        matches!(self, Self::Postgresql(_))
    }

    /// Its name in target files.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Postgresql(_) => "postgresql",
            Self::Mqtt => "mqtt",
            Self::Redis => "redis",
            Self::Echo(_) => "echo",
        }
    }

    /// The same at one endpoint.
    #[must_use]
    pub fn at(&self, role: Role) -> Self {
        match self {
            Self::Postgresql(Postgresql { user, database }) => Self::Postgresql(Postgresql {
                user: user.replace("@ROLE@", role.as_str()),
                database: database.clone(),
            }),
            other => other.clone(),
        }
    }
}
