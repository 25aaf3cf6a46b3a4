//! How items reach the gate: keys, records, segments, pauses.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::{Item, Items};

/// Items that are protected with other keys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Encrypt {
    /// Which.
    pub items: Items,
    /// With which keys.
    pub under: Epoch,
}

/// Keys of the client's direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Epoch {
    /// None: the records are plaintext.
    Plaintext,
    /// The handshake keys (TLS 1.3).
    Handshake,
    /// The application keys; in TLS 1.2 the negotiated ones.
    Application,
    /// The keys that the gate sends with.
    Gate,
}

/// Items that are spread over records. With nothing said of where, in two at the middle.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fragment {
    /// Which.
    pub items: Items,
    /// At most so many octets in a record.
    #[serde(default)]
    pub every: Option<NonZeroU32>,
    /// After so many octets, in two.
    #[serde(default)]
    pub after: Option<u32>,
    /// In the middle of a field, by the names of the RFC.
    #[serde(default)]
    pub inside: Option<String>,
    /// Records without contents between the others.
    #[serde(default)]
    pub empty_between: bool,
}

/// Items that are spread over TCP segments.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Which.
    pub items: Items,
    /// At most so many octets in a segment.
    pub every: NonZeroU32,
    /// Milliseconds between them.
    #[serde(default)]
    pub pause: u32,
}

/// Records that are padded (TLS 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pad {
    /// Of which items.
    pub items: Items,
    /// Zero octets in each record.
    pub octets: u16,
}

/// A wait before an item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Before which.
    pub before: Item,
    /// How long.
    pub milliseconds: u32,
}

/// The end of what the client sends.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// From which item on nothing is sent.
    pub before: Item,
    /// How much of that item is sent all the same: one octet of it every so many milliseconds, and never the last.
    #[serde(default)]
    pub drip: Option<u32>,
    /// What follows.
    pub then: Then,
}

/// What follows when the client sends nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The connection is closed.
    Close,
    /// It waits until the gate ends the connection: a gate that promises how long a handshake may take is held to it.
    Wait,
    /// The connection stays open until the case ends, and the next step begins.
    LeaveOpen,
}
