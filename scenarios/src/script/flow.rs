//! The honest flows, and what acts need of them.

use super::Item::{
    ApplicationData, Certificate, CertificateVerify, ChangeCipherSpec, ClientHello,
    ClientKeyExchange, Finished, ServerFinished, ServerFlight,
};
use super::{Act, Encrypt, Extra, Fragment, Item, Pad, Resume, Segment, Send, Swap};
use super::{Delay, Edit, Place, Stop};
use crate::TlsVersion;

/// The items of an answer to a `CertificateRequest` after the handshake (RFC 8446 4.6.2).
pub const POST_HANDSHAKE: &[Item] = &[Certificate, CertificateVerify, Finished];

/// The items of an honest handshake, up to the first application data.
pub const fn honest_flow(version: TlsVersion) -> &'static [Item] {
    match version {
        TlsVersion::Tls12 => &[
            ClientHello,
            ServerFlight,
            Certificate,
            ClientKeyExchange,
            CertificateVerify,
            ChangeCipherSpec,
            Finished,
            ServerFinished,
            ApplicationData,
        ],
        TlsVersion::Tls13 => &[
            ClientHello,
            ServerFlight,
            ChangeCipherSpec,
            Certificate,
            CertificateVerify,
            Finished,
            ApplicationData,
        ],
    }
}

impl Act {
    /// The items that it names.
    pub fn items(&self) -> Vec<Item> {
        match self {
            Self::Skip(items)
            | Self::Encrypt(Encrypt { items, .. })
            | Self::Fragment(Fragment { items, .. })
            | Self::Segment(Segment { items, .. })
            | Self::Coalesce(items)
            | Self::Pad(Pad { items, .. }) => items.0.clone(),
            Self::Duplicate(item)
            | Self::HalfClose(item)
            | Self::Edit(Edit { item, .. })
            | Self::Delay(Delay { before: item, .. })
            | Self::Stop(Stop { before: item, .. }) => vec![*item],
            Self::Swap(Swap(one, other)) => vec![*one, *other],
            Self::Send(Send { what, place, .. }) => {
                let (Place::Before(item) | Place::After(item)) = *place;
                match what {
                    Extra::Item(what) => vec![item, *what],
                    _ => vec![item],
                }
            }
            _ => Vec::new(),
        }
    }

    /// The only version that it can be done in, and its name, where there is only one.
    pub const fn only_in(&self) -> Option<(TlsVersion, &'static str)> {
        match self {
            Self::PostHandshake(_) => Some((TlsVersion::Tls13, "post_handshake")),
            Self::SecondHello(_) => Some((TlsVersion::Tls13, "second_hello")),
            Self::Pad(_) => Some((TlsVersion::Tls13, "pad")),
            Self::Resume(Resume::WithWrongBinder) => Some((TlsVersion::Tls13, "with_wrong_binder")),
            _ => None,
        }
    }
}
