//! Scripts: what the lying client does otherwise than an honest one.
//!
//! A handshake is a flow of items. The honest flow is
//!
//! - TLS 1.3: `client_hello`, `server_flight`, `change_cipher_spec`, `certificate`, `certificate_verify`, `finished`,
//!   `application_data`;
//! - TLS 1.2: `client_hello`, `server_flight`, `certificate`, `client_key_exchange`, `certificate_verify`,
//!   `change_cipher_spec`, `finished`, `server_finished`, `application_data`,
//!
//! where `server_flight` and `server_finished` are waits for the gate. A script changes that flow; what it leaves alone
//! stays honest, `Finished` included, which is computed over what was really sent.

mod delivery;
mod edit;
pub mod field;
mod flow;
mod hello;
mod item;
mod octets;
mod scheme;
mod signing;
mod words;

use serde::Deserialize;

pub use delivery::{Delay, Encrypt, Epoch, Fragment, Pad, Segment, Stop, Then};
pub use edit::{Change, Edit, LengthLie};
pub use flow::{POST_HANDSHAKE, honest_flow};
pub use hello::{HelloChange, HelloExtension};
pub use item::{Extra, Item, Items, Place, Send, Swap};
pub use octets::Octets;
pub use scheme::Scheme;
pub use signing::{
    DerForm, Forgery, Number, Numbers, SignedAs, Signing, SigningContext, SigningKey,
    SigningTranscript,
};

/// Acts, carried out in order on the honest flow. An empty script is the honest one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Script(pub Vec<Act>);

/// One thing that is done otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Leaves items out; of a wait: goes on at once.
    Skip(Items),
    /// Sends an item again, octet for octet, right after.
    Duplicate(Item),
    /// Two items change places.
    Swap(Swap),
    /// Sends something more.
    Send(Send),
    /// Writes a message otherwise.
    Edit(Edit),
    /// Says otherwise in the `ClientHello`.
    Hello(HelloChange),
    /// Says otherwise in the `ClientHello` that answers a `HelloRetryRequest`.
    SecondHello(HelloChange),
    /// Offers X25519 alone, with a share of zeros: the shared secret is zeros, whatever the gate's share is.
    WeakShare,
    /// Signs the `CertificateVerify` otherwise.
    Sign(Signing),
    /// Shows the certificates of another credential, and signs with its key.
    Show(String),
    /// Sends `Certificate` and `CertificateVerify` although the gate asks for none.
    ShowUnasked,
    /// Sends an empty certificate list, and a `CertificateVerify` with the credential's key after it.
    EmptyListSigned,
    /// Compresses the `Certificate` (RFC 8879).
    Compress(Compress),
    /// Offers to resume the last session of this case's lying client.
    Resume(Resume),
    /// Protects items with other keys.
    Encrypt(Encrypt),
    /// Spreads items over records.
    Fragment(Fragment),
    /// Spreads items over TCP segments.
    Segment(Segment),
    /// Puts handshake messages that follow each other into one record.
    Coalesce(Items),
    /// Pads records (RFC 8446 5.4).
    Pad(Pad),
    /// Waits before an item.
    Delay(Delay),
    /// Closes the sending half of the connection before an item.
    HalfClose(Item),
    /// Sends nothing any more from an item on.
    Stop(Stop),
    /// Answers a `CertificateRequest` that comes after the handshake (RFC 8446 4.6.2), by a script over `certificate`,
    /// `certificate_verify`, `finished`; it is offered to do so.
    PostHandshake(Script),
    /// Begins another handshake on the connection (TLS 1.2), by a script of its own.
    Renegotiate(Script),
}

/// How the `Certificate` is compressed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Compress {
    /// `CertificateCompressionAlgorithm` that is named: 1 is zlib, which is also what is done. 1 when absent.
    #[serde(default = "zlib")]
    pub algorithm: u16,
    /// What `uncompressed_length` says instead of the truth.
    #[serde(default)]
    pub uncompressed_length: Option<LengthLie>,
    /// So many zero octets are compressed instead of the message.
    #[serde(default)]
    pub bomb: Option<u32>,
}

const fn zlib() -> u16 {
    1
}

/// How the last session is offered, and with which secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resume {
    /// As an honest client does: `pre_shared_key`, or in TLS 1.2 session ticket and session id.
    Honestly,
    /// With a secret of zeros instead of the session's.
    WithZeroSecret,
    /// With a binder that is wrong (TLS 1.3).
    WithWrongBinder,
}

impl Act {
    /// The item by which it has been done, for those who tell what happens in order.
    pub fn item(&self) -> Item {
        match self {
            Self::Hello(_) | Self::Resume(_) | Self::WeakShare => Item::ClientHello,
            Self::SecondHello(_) => Item::ServerFlight,
            Self::Show(_) | Self::ShowUnasked | Self::EmptyListSigned | Self::Compress(_) => {
                Item::Certificate
            }
            Self::Sign(_) => Item::CertificateVerify,
            Self::Duplicate(item)
            | Self::HalfClose(item)
            | Self::Send(Send { place: Place::Before(item) | Place::After(item), .. }) => *item,
            Self::Swap(Swap(one, other)) => *one.min(other),
            Self::Edit(edit) => edit.item,
            Self::Delay(delay) => delay.before,
            Self::Stop(stop) => stop.before,
            Self::Skip(items)
            | Self::Encrypt(Encrypt { items, .. })
            | Self::Fragment(Fragment { items, .. })
            | Self::Segment(Segment { items, .. })
            | Self::Coalesce(items)
            | Self::Pad(Pad { items, .. }) => {
                items.0.iter().min().copied().unwrap_or(Item::ApplicationData)
            }
            Self::PostHandshake(_) | Self::Renegotiate(_) => Item::ApplicationData,
        }
    }
}

impl Script {
    /// Whether it does nothing otherwise.
    pub const fn is_honest(&self) -> bool {
        self.0.is_empty()
    }

    /// The honest script of a client that is as ready to authenticate after the handshake as this one.
    #[must_use]
    pub fn control(&self) -> Self {
        if self.authenticates_later() {
            return Self(vec![Act::PostHandshake(Self::default())]);
        }
        Self::default()
    }

    /// Whether it offers to authenticate after the handshake.
    pub fn authenticates_later(&self) -> bool {
        self.0.iter().any(|act| matches!(act, Act::PostHandshake(_)))
    }

    /// One script after the other.
    #[must_use]
    pub fn then(&self, more: &Self) -> Self {
        Self([self.0.as_slice(), &more.0].concat())
    }

    /// All acts, those of inner scripts included.
    pub fn acts(&self) -> Vec<&Act> {
        self.0
            .iter()
            .flat_map(|act| match act {
                Act::PostHandshake(inner) | Act::Renegotiate(inner) => {
                    let mut acts = inner.acts();
                    acts.insert(0, act);
                    acts
                }
                _ => vec![act],
            })
            .collect()
    }

    /// Whether it waits for the gate to send the client away.
    pub fn outwaits(&self) -> bool {
        self.acts().iter().any(|act| matches!(act, Act::Stop(Stop { then: Then::Wait, .. })))
    }

    /// Whether it does something to a signature that only keys of one kind can.
    pub fn is_for_one_kind_of_key(&self) -> bool {
        self.acts().into_iter().any(|act| match act {
            Act::Sign(Signing { scheme: Some(_), .. }) => true,
            Act::Sign(Signing { forge: Some(forgery), .. }) => {
                !matches!(forgery, Forgery::Replayed | Forgery::Octets(_))
            }
            _ => false,
        })
    }

    /// Paths of the fields that it edits or divides.
    pub fn fields(&self) -> Vec<&str> {
        self.acts()
            .into_iter()
            .filter_map(|act| match act {
                Act::Edit(Edit { field: path, .. })
                | Act::Fragment(Fragment { inside: Some(path), .. }) => Some(path.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Names of the credentials that it shows or signs with.
    pub fn credentials(&self) -> Vec<&str> {
        self.acts()
            .into_iter()
            .filter_map(|act| match act {
                Act::Show(name)
                | Act::Sign(Signing { key: Some(SigningKey::Of(name)), .. })
                | Act::Send(Send { what: Extra::CertificateOf(name), .. }) => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Script, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_script_is_a_list_of_acts() {
        let script = read(
            r#"[
                {"skip": "certificate_verify"},
                {"skip": ["certificate", "finished"]},
                {"swap": ["certificate", "certificate_verify"]},
                {"edit": {"item": "certificate", "field": "certificate_list", "do": {"length": {"plus": -1}}}},
                {"sign": {"key": "other", "as": {"context": "server"}}},
                {"renegotiate": [{"show": "colleague"}]}
            ]"#,
        )
        .unwrap();
        assert_eq!(script.0.len(), 6);
        assert_eq!(script.0.first(), Some(&Act::Skip(Items(vec![Item::CertificateVerify]))));
        assert_eq!(script.credentials(), ["colleague"]);
        assert_eq!(script.acts().len(), 7);
    }

    #[test]
    fn the_control_tells_no_lie() {
        let honest = read(r#"[{"post_handshake": []}]"#).unwrap();
        let script =
            read(r#"[{"show": "x"}, {"post_handshake": [{"skip": "finished"}]}]"#).unwrap();
        assert_eq!(script.control(), honest);
        assert_eq!(read(r#"[{"skip": "finished"}]"#).unwrap().control(), Script::default());
    }

    #[test]
    fn unknown_words_are_named() {
        let error = read(r#"[{"skipp": "certificate"}]"#).unwrap_err();
        assert!(error.contains("unknown variant `skipp`"), "{error}");
        let error = read(r#"[{"skip": "certificat"}]"#).unwrap_err();
        assert!(error.contains("unknown variant `certificat`"), "{error}");
        let error = read(r#"[{"edit": {"item": "certificate", "field": "x", "do": {"to": "0"}}}]"#)
            .unwrap_err();
        assert!(error.contains("pairs of hexadecimal digits"), "{error}");
    }
}
