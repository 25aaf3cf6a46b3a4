//! What a person does at the client's side, typed.

use std::net::SocketAddr;

use mtls_scenarios::TlsVersion;

use crate::target::Revision;

/// One step of a scenario, as a person performs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// What is done, one line.
    pub(super) title: String,
    pub(super) commands: Vec<Command>,
    /// What to look for, a line each.
    pub(super) look_for: Vec<String>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Says what the next one is for.
    Remark(String),
    /// HTTP/1.1 over TLS: `openssl s_client`.
    Tls(Box<Tls>),
    /// HTTP/2: curl.
    Http2(Http2),
    /// Requests on a connection that was kept open.
    Again { connection: String, requests: Vec<Vec<u8>> },
    /// Octets on a socket.
    Plain(Plain),
    /// The operator changes the server.
    Change(Revision),
}

/// A client's certificates and key: paths, relative to the directory of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    /// The whole `certificate_list`, the end-entity certificate first.
    pub(super) list: String,
    /// The list without its first certificate, where there is more.
    pub(super) rest: Option<String>,
    pub(super) key: String,
}

/// Where to, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    /// `server_name`.
    pub(super) sni: Option<String>,
    pub(super) version: TlsVersion,
    pub(super) credential: Option<Credential>,
}

/// A connection by `openssl s_client`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) peer: Peer,
    pub(super) session: Session,
    /// HTTP/1.1, octet by octet.
    pub(super) requests: Vec<Vec<u8>>,
    /// Name under which it is kept open.
    pub(super) keep: Option<String>,
}

/// What it does about sessions; paths are relative to the directory of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Session {
    /// Where a session is written to.
    pub(super) save: Option<String>,
    /// The session to offer.
    pub(super) offer: Option<String>,
    /// Whether it takes no tickets, so that the session id counts.
    pub(super) by_id: bool,
    /// What is sent as early data.
    pub(super) early: Option<String>,
}

impl Session {
    /// Whether it is of interest whether a session is resumed.
    pub(super) const fn takes_part(&self) -> bool {
        self.save.is_some() || self.offer.is_some()
    }
}

/// Requests by curl over HTTP/2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Http2 {
    pub(super) peer: Peer,
    pub(super) requests: Vec<Http2Request>,
}

/// One request of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Http2Request {
    pub(super) method: String,
    /// `:authority`.
    pub(super) authority: String,
    /// `:path`.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
}

/// Octets on a socket, without TLS of the client's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) address: SocketAddr,
    pub(super) octets: Vec<u8>,
    /// Whether the sockets stay open to the end, unread.
    pub(super) hold: bool,
    pub(super) times: u8,
}
