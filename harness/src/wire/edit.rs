//! Edits of messages: fields that say otherwise.

use std::num::NonZeroU32;

use mtls_scenarios::script::{Act, Change, Edit, Item, LengthLie, Script};

use super::failure::Failure;
use crate::tls::{Content, Field, Length, Message};

/// Most octets that the repetition of a field makes.
const MAX_REPEATED: usize = 1 << 24;

/// Edits a message as the script says of its item.
pub(super) fn edit(message: &mut Message, item: Item, script: &Script) -> Result<(), Failure> {
    for act in &script.0 {
        if let Act::Edit(edit) = act
            && edit.item == item
        {
            apply(message, edit)?;
        }
    }
    Ok(())
}

fn apply(message: &mut Message, edit: &Edit) -> Result<(), Failure> {
    let Edit { item, field, change } = edit;
    let done = match field.as_str() {
        "" => whole(message, change),
        path => change_field(message, path, change),
    };
    done.map_err(|why| {
        let name = item.as_str();
        match why {
            Why::NoSuchField => {
                let known = message.paths().join(", ");
                Failure::Unable(format!("`{name}` has no field `{field}`; it has {known}"))
            }
            Why::NoLength => {
                Failure::Unable(format!("`{name}.{field}` has no length to lie about"))
            }
            Why::TooShort => {
                Failure::Unable(format!("`{name}.{field}` is too short to be changed there"))
            }
            Why::TooLong => Failure::Unable(format!("`{name}.{field}` would get too long")),
        }
    })
}

/// Why a field cannot be changed.
enum Why {
    NoSuchField,
    NoLength,
    /// Left as it is, it would be no lie.
    TooShort,
    TooLong,
}

const fn length(lie: LengthLie) -> Length {
    match lie {
        LengthLie::Exactly(length) => Length::Exactly(length),
        LengthLie::Plus(more) => Length::Plus(more),
    }
}

/// Changes the body of a message.
fn whole(message: &mut Message, change: &Change) -> Result<(), Why> {
    match change {
        Change::Length(lie) => message.length = Some(length(*lie)),
        Change::Append(octets) => message.fields.push(Field::bytes("appended", octets.0.clone())),
        Change::Repeat(times) => {
            let times = repetitions(*times, message.encode().len())?;
            message.fields = std::iter::repeat_n(message.fields.clone(), times).flatten().collect();
        }
        Change::Remove => message.fields.clear(),
        Change::To(_) | Change::Cut(_) | Change::Flip(_) => {
            let encoded = message.encode();
            let mut body = encoded.get(Message::HEADER..).unwrap_or_default().to_vec();
            change_octets(&mut body, change)?;
            message.fields = vec![Field::bytes("body", body)];
        }
    }
    Ok(())
}

/// How often something of this length is to be there.
fn repetitions(times: NonZeroU32, length: usize) -> Result<usize, Why> {
    let times = usize::try_from(times.get()).unwrap_or(usize::MAX);
    if length.saturating_mul(times) > MAX_REPEATED { Err(Why::TooLong) } else { Ok(times) }
}

fn change_field(message: &mut Message, path: &str, change: &Change) -> Result<(), Why> {
    if let Change::Remove | Change::Repeat(_) = change {
        return change_list(message, path, change);
    }
    let field = message.find_mut(path).ok_or(Why::NoSuchField)?;
    match (&mut field.content, change) {
        (Content::Vector { length: said, .. }, Change::Length(lie)) => *said = Some(length(*lie)),
        (Content::Bytes(_) | Content::Group(_), Change::Length(_)) => return Err(Why::NoLength),
        (Content::Bytes(bytes), change) => change_octets(bytes, change)?,
        (Content::Vector { contents, .. } | Content::Group(contents), Change::Append(octets)) => {
            contents.push(Field::bytes("appended", octets.0.clone()));
        }
        (Content::Vector { contents, .. } | Content::Group(contents), change) => {
            let mut bytes: Vec<u8> = contents.iter().flat_map(Field::encode).collect();
            change_octets(&mut bytes, change)?;
            *contents = vec![Field::bytes("", bytes)];
        }
    }
    Ok(())
}

/// Leaves a field out, or has it many times.
fn change_list(message: &mut Message, path: &str, change: &Change) -> Result<(), Why> {
    let (siblings, name) = match path.rsplit_once('.') {
        None => (&mut message.fields, path),
        Some((parent, name)) => {
            let parent = message.find_mut(parent).ok_or(Why::NoSuchField)?;
            match &mut parent.content {
                Content::Vector { contents, .. } | Content::Group(contents) => (contents, name),
                Content::Bytes(_) => return Err(Why::NoSuchField),
            }
        }
    };
    let at = siblings.iter().position(|field| field.name == name).ok_or(Why::NoSuchField)?;
    let field = siblings.remove(at);
    if let Change::Repeat(times) = change {
        let times = repetitions(*times, field.encode().len())?;
        siblings.splice(at..at, std::iter::repeat_n(field, times));
    }
    Ok(())
}

fn change_octets(bytes: &mut Vec<u8>, change: &Change) -> Result<(), Why> {
    match change {
        Change::To(octets) => bytes.clone_from(&octets.0),
        Change::Append(octets) => bytes.extend_from_slice(&octets.0),
        Change::Cut(count) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            bytes.truncate(bytes.len().checked_sub(count).ok_or(Why::TooShort)?);
        }
        Change::Flip(place) => {
            let place = isize::try_from(*place).unwrap_or_default();
            let from = if place < 0 { bytes.len() } else { 0 };
            let octet = from.checked_add_signed(place).and_then(|at| bytes.get_mut(at));
            *octet.ok_or(Why::TooShort)? ^= 1;
        }
        Change::Remove | Change::Repeat(_) | Change::Length(_) => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustls::HandshakeType;

    use super::*;

    /// A message of a vector `list` that holds `0` and `1`, and of two octets `flags`.
    fn message() -> Message {
        let list =
            vec![Field::opaque("0", 1, b"abc".as_slice()), Field::opaque("1", 1, b"".as_slice())];
        let fields = vec![Field::vector("list", 1, list), Field::u16("flags", 0x0102)];
        Message::new(HandshakeType::Certificate, fields)
    }

    /// The message after an edit, without its type.
    fn edited(field: &str, change: &str) -> Result<Vec<u8>, String> {
        let act = format!(
            r#"[{{"edit": {{"item": "certificate", "field": "{field}", "do": {change}}}}}]"#
        );
        let script: Script = serde_json::from_str(&act).unwrap();
        let mut message = message();
        edit(&mut message, Item::Certificate, &script).map_err(|failure| failure.to_string())?;
        Ok(message.encode().split_off(1))
    }

    #[test]
    fn lengths_around_a_change_follow() {
        for (field, change, expected) in [
            ("list.0", r#"{"to": {"text": "xy"}}"#, b"\0\0\x07\x04\x02xy\0\x01\x02".as_slice()),
            ("list.1", r#"{"append": {"text": "z"}}"#, b"\0\0\x09\x06\x03abc\x01z\x01\x02"),
            ("list.0", r#"{"cut": 1}"#, b"\0\0\x07\x04\x02ab\0\x01\x02"),
            ("list.0", r#"{"flip": 0}"#, b"\0\0\x08\x05\x03`bc\0\x01\x02"),
            ("list.0", r#"{"flip": -1}"#, b"\0\0\x08\x05\x03abb\0\x01\x02"),
            ("flags", r#"{"flip": 1}"#, b"\0\0\x08\x05\x03abc\0\x01\x03"),
            ("list.0", r#""remove""#, b"\0\0\x04\x01\0\x01\x02"),
            ("flags", r#""remove""#, b"\0\0\x06\x05\x03abc\0"),
            ("list.1", r#"{"repeat": 3}"#, b"\0\0\x0a\x07\x03abc\0\0\0\x01\x02"),
        ] {
            assert_eq!(edited(field, change).unwrap(), expected, "{field} {change}");
        }
    }

    #[test]
    fn a_length_lies_and_nothing_else_changes() {
        for (field, lie, expected) in [
            ("list", r#"{"plus": 1}"#, b"\0\0\x08\x06\x03abc\0\x01\x02".as_slice()),
            ("list.0", r#"{"exactly": 255}"#, b"\0\0\x08\x05\xffabc\0\x01\x02"),
            ("", r#"{"plus": -1}"#, b"\0\0\x07\x05\x03abc\0\x01\x02"),
        ] {
            let change = format!(r#"{{"length": {lie}}}"#);
            assert_eq!(edited(field, &change).unwrap(), expected, "{field} {change}");
        }
    }

    #[test]
    fn a_message_is_changed_as_a_whole() {
        for (change, expected) in [
            (r#"{"append": "ff"}"#, b"\0\0\x09\x05\x03abc\0\x01\x02\xff".as_slice()),
            (r#"{"cut": 7}"#, b"\0\0\x01\x05"),
            (r#"{"to": "aa"}"#, b"\0\0\x01\xaa"),
            (r#"{"flip": 0}"#, b"\0\0\x08\x04\x03abc\0\x01\x02"),
            (r#""remove""#, b"\0\0\0"),
            (r#"{"repeat": 2}"#, b"\0\0\x10\x05\x03abc\0\x01\x02\x05\x03abc\0\x01\x02"),
        ] {
            assert_eq!(edited("", change).unwrap(), expected, "{change}");
        }
    }

    #[test]
    fn what_cannot_be_changed_is_no_lie_that_was_told() {
        for (field, change, expected) in [
            ("list.2", r#""remove""#, "has no field `list.2`; it has"),
            ("flags.0", r#"{"cut": 1}"#, "has no field"),
            ("flags", r#"{"length": {"plus": 1}}"#, "has no length to lie about"),
            ("list.1", r#"{"flip": 0}"#, "too short"),
            ("list.0", r#"{"flip": -4}"#, "too short"),
            ("list.0", r#"{"cut": 4}"#, "too short"),
            ("list.0", r#"{"repeat": 4294967295}"#, "too long"),
            ("", r#"{"repeat": 4294967295}"#, "too long"),
        ] {
            let why = edited(field, change).unwrap_err();
            assert!(why.contains(expected), "{field} {change}: {why}");
        }
    }
}
