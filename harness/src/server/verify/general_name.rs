//! `GeneralName` (RFC 5280 4.2.1.6).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::der::{Notes, Reader, Tlv, tag};
use super::name::Name;
use super::refusal::Malformed;
use super::text::{dotted, hex, rfc4514};

const EMAIL: u8 = tag::context(1);
const DNS: u8 = tag::context(2);
const DIRECTORY: u8 = tag::constructed(4);
const URI: u8 = tag::context(6);
const IP: u8 = tag::context(7);
const REGISTERED_ID: u8 = tag::context(8);

/// One name, by the forms that name constraints are defined for.
#[derive(Clone, Copy, Debug)]
pub(super) enum GeneralName<'a> {
    Email(&'a [u8]),
    Dns(&'a [u8]),
    Directory(Name<'a>),
    Uri(&'a [u8]),
    Ip(&'a [u8]),
    /// Any other form, by its tag.
    Other(Tlv<'a>),
}

impl<'a> GeneralName<'a> {
    pub(super) fn read(reader: &mut Reader<'a, '_>, what: &'static str) -> Result<Self, Malformed> {
        let name = reader.any(what)?;
        Ok(match name.tag {
            EMAIL => Self::Email(name.value),
            DNS => Self::Dns(name.value),
            DIRECTORY => {
                // Name is a CHOICE, so its tag is explicit.
                let mut inner = reader.inside(name);
                let directory = Name::read(&mut inner, what)?;
                inner.finish(what)?;
                Self::Directory(directory)
            }
            URI => Self::Uri(name.value),
            IP => Self::Ip(name.value),
            tag if tag & 0xc0 == 0x80 && tag & 0x1f <= 8 => Self::Other(name),
            _ => return Err(Malformed::new(what)),
        })
    }

    /// The name as text, with OpenSSL's prefixes.
    pub(super) fn to_text(self) -> String {
        match self {
            Self::Email(text) => format!("email:{}", ascii(text)),
            Self::Dns(text) => format!("DNS:{}", ascii(text)),
            Self::Directory(name) => format!("dirName:{}", rfc4514(name)),
            Self::Uri(text) => format!("URI:{}", ascii(text)),
            Self::Ip(octets) => format!("IP:{}", ip_text(octets)),
            Self::Other(other) => other_text(other),
        }
    }
}

/// Reads all names of a list, which must not be empty.
pub(super) fn check(mut names: Reader<'_, '_>, what: &'static str) -> Result<(), Malformed> {
    if names.is_empty() {
        return Err(Malformed::new(what));
    }
    while !names.is_empty() {
        GeneralName::read(&mut names, what)?;
    }
    Ok(())
}

/// The names of a list that [`check`] has read.
pub(super) fn iterate(content: &[u8]) -> impl Iterator<Item = GeneralName<'_>> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let notes = Notes::default();
        let raw = Reader::new(rest, &notes).any("GeneralName").ok()?.raw;
        let name = GeneralName::read(&mut Reader::new(raw, &notes), "GeneralName").ok()?;
        rest = rest.get(raw.len()..)?;
        Some(name)
    })
}

/// IA5 text; what is not printable ASCII is written as hex pairs.
fn ascii(text: &[u8]) -> String {
    let mut safe = String::with_capacity(text.len());
    for &octet in text {
        if (b' '..=b'~').contains(&octet) {
            safe.push(char::from(octet));
        } else {
            safe.push('\\');
            safe.push_str(&hex(&[octet]));
        }
    }
    safe
}

fn ip_text(octets: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(octets) {
        Ipv4Addr::from(v4).to_string()
    } else if let Ok(v6) = <[u8; 16]>::try_from(octets) {
        Ipv6Addr::from(v6).to_string()
    } else {
        format!("#{}", hex(octets))
    }
}

fn other_text(other: Tlv<'_>) -> String {
    match other.tag {
        REGISTERED_ID => format!("RID:{}", dotted(other.value)),
        _ => format!("other:#{}", hex(other.raw)),
    }
}
