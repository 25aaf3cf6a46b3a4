//! A recording: one connection, in the order in which things happened.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

/// What a tape holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// When the connection began.
    pub began: SystemTime,
    /// Between whom; `None` where nobody could be reached.
    pub ends: Option<Ends>,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// The secrets of the connection.
    pub secrets: Vec<Secret>,
    /// Whether the tape was full before the connection ended. What came then is not in `entries`.
    pub is_cut: bool,
}

/// The two addresses of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The client's.
    pub local: SocketAddr,
    /// The gate's.
    pub peer: SocketAddr,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Since the connection began.
    pub at: Duration,
    /// What.
    pub event: Event,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The client wrote these octets.
    Sent(Vec<u8>),
    /// The client read these octets.
    Received(Vec<u8>),
    /// What is sent next is a lie: what the client does otherwise.
    Lie(String),
    /// What the client is about, in words.
    Note(String),
    /// The gate takes or sends no more.
    Ended(End),
}

/// How a gate ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It closed its side.
    Close,
    /// It reset the connection.
    Reset,
}

/// A secret, as in a line of a key log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The label of the NSS key log format: `CLIENT_RANDOM`, `CLIENT_TRAFFIC_SECRET_0`.
    pub label: String,
    /// The `random` of the `ClientHello`.
    pub client_random: Vec<u8>,
    /// Its octets.
    pub octets: Vec<u8>,
}
