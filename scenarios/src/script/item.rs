//! Items of a flow, and what can be sent beside them.

use std::fmt;
use std::num::NonZeroU32;

use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Octets;

/// An item of the flow: a message that the client sends, or a wait for the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// `ClientHello`.
    ClientHello,
    /// The wait for the gate's flight, up to its `Finished` or `ServerHelloDone`.
    ServerFlight,
    /// `change_cipher_spec`: in TLS 1.2 it changes the keys, in TLS 1.3 it is for middleboxes alone.
    ChangeCipherSpec,
    /// `Certificate`, where the gate asks for one.
    Certificate,
    /// `ClientKeyExchange` (TLS 1.2).
    ClientKeyExchange,
    /// `CertificateVerify`, where certificates were sent.
    CertificateVerify,
    /// `Finished`.
    Finished,
    /// The wait for the gate's `Finished` (TLS 1.2).
    ServerFinished,
    /// The first application data. What comes after it in the flow is sent right after the first request.
    ApplicationData,
}

impl Item {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientHello => "client_hello",
            Self::ServerFlight => "server_flight",
            Self::ChangeCipherSpec => "change_cipher_spec",
            Self::Certificate => "certificate",
            Self::ClientKeyExchange => "client_key_exchange",
            Self::CertificateVerify => "certificate_verify",
            Self::Finished => "finished",
            Self::ServerFinished => "server_finished",
            Self::ApplicationData => "application_data",
        }
    }
}

/// One item or several; written as a word or a list of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items(pub Vec<Item>);

impl Items {
    /// Whether an item is among them.
    pub fn contains(&self, item: Item) -> bool {
        self.0.contains(&item)
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrList;

        impl<'de> Visitor<'de> for WordOrList {
            type Value = Items;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an item such as \"certificate\", or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Items, E> {
                Item::deserialize(StrDeserializer::new(text)).map(|item| Items(vec![item]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Items, A::Error> {
                let items = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                if items.is_empty() {
                    return Err(de::Error::invalid_length(0, &"at least one item"));
                }
                Ok(Items(items))
            }
        }

        deserializer.deserialize_any(WordOrList)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Items {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Items".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let item = generator.subschema_for::<Item>();
        schemars::json_schema!({
            "description": "One item or several.",
            "anyOf": [item, { "type": "array", "items": item, "minItems": 1 }]
        })
    }
}

/// Two items that change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Swap(pub Item, pub Item);

/// Something that is sent beside the flow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// What.
    pub what: Extra,
    /// Where in the flow.
    #[serde(rename = "at")]
    pub place: Place,
    /// How often.
    #[serde(default = "once")]
    pub times: NonZeroU32,
}

const fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// A place in the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Right before an item.
    Before(Item),
    /// Right after an item.
    After(Item),
}

/// What is sent beside the flow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// An item of the flow, made anew: a second `finished` is over the first.
    Item(Item),
    /// A `Certificate` with the certificates of another credential.
    CertificateOf(String),
    /// A `Certificate` with an empty list.
    EmptyCertificate,
    /// A `KeyUpdate`, after which the keys change; whether it asks the gate to do the same.
    KeyUpdate {
        /// `request_update`.
        #[serde(default)]
        request: bool,
    },
    /// A handshake message of any type.
    Handshake {
        /// `HandshakeType`.
        kind: u8,
        /// Its body.
        body: Octets,
    },
    /// An alert.
    Alert {
        /// `AlertLevel`: 1 warning, 2 fatal.
        level: u8,
        /// `AlertDescription`.
        description: u8,
    },
    /// A record of any type.
    Record {
        /// `ContentType`.
        kind: u8,
        /// Its contents.
        octets: Octets,
    },
    /// Octets that are no record, past the record layer.
    Raw(Octets),
}
