//! Messages that are written otherwise.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::{Item, Octets};

/// A field of a message, and what is done to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The message.
    pub item: Item,
    /// The field by the names of the RFC, with dots between them: `certificate_list.0.cert_data`. Empty: the message
    /// itself.
    #[serde(default)]
    pub field: String,
    /// What is done. Where octets change in number, the lengths around them follow.
    #[serde(rename = "do")]
    pub change: Change,
}

/// What is done to a field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its contents become these octets.
    To(Octets),
    /// Octets are added to its contents.
    Append(Octets),
    /// So many octets are cut off its end.
    Cut(u32),
    /// One bit is turned over in the octet at this place; negative places count from the end.
    Flip(i32),
    /// It is left out, with its length.
    Remove,
    /// It is there so often.
    Repeat(NonZeroU32),
    /// Its length says something else, and nothing else changes.
    Length(LengthLie),
}

/// What a length says instead of the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LengthLie {
    /// This.
    Exactly(u32),
    /// So much more (or less) than the truth.
    Plus(i32),
}
