//! Edits of messages: fields that say otherwise.

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
        "" => {
            whole(message, change);
            Ok(())
        }
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
            Why::TooLong => Failure::Unable(format!("`{name}.{field}` would get too long")),
        }
    })
}

/// Why a field cannot be changed.
enum Why {
    NoSuchField,
    NoLength,
    TooLong,
}

const fn length(lie: LengthLie) -> Length {
    match lie {
        LengthLie::Exactly(length) => Length::Exactly(length),
        LengthLie::Plus(more) => Length::Plus(more),
    }
}

/// Changes the body of a message.
fn whole(message: &mut Message, change: &Change) {
    match change {
        Change::Length(lie) => message.length = Some(length(*lie)),
        Change::Append(octets) => message.fields.push(Field::bytes("appended", octets.0.clone())),
        Change::Repeat(times) => {
            let fields = message.fields.clone();
            for _ in 1..times.get().min(1024) {
                message.fields.extend(fields.clone());
            }
        }
        Change::Remove => message.fields.clear(),
        Change::To(_) | Change::Cut(_) | Change::Flip(_) => {
            let encoded = message.encode();
            let mut body = encoded.get(4..).unwrap_or_default().to_vec();
            change_octets(&mut body, change);
            message.fields = vec![Field::bytes("body", body)];
        }
    }
}

fn change_field(message: &mut Message, path: &str, change: &Change) -> Result<(), Why> {
    if let Change::Remove | Change::Repeat(_) = change {
        return change_list(message, path, change);
    }
    let field = message.find_mut(path).ok_or(Why::NoSuchField)?;
    match (&mut field.content, change) {
        (Content::Vector { length: said, .. }, Change::Length(lie)) => *said = Some(length(*lie)),
        (Content::Bytes(_) | Content::Group(_), Change::Length(_)) => return Err(Why::NoLength),
        (Content::Bytes(bytes), change) => change_octets(bytes, change),
        (Content::Vector { contents, .. } | Content::Group(contents), Change::Append(octets)) => {
            contents.push(Field::bytes("appended", octets.0.clone()));
        }
        (Content::Vector { contents, .. } | Content::Group(contents), change) => {
            let mut bytes: Vec<u8> = contents.iter().flat_map(Field::encode).collect();
            change_octets(&mut bytes, change);
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
        let times = usize::try_from(times.get()).unwrap_or(usize::MAX);
        if field.encode().len().saturating_mul(times) > MAX_REPEATED {
            return Err(Why::TooLong);
        }
        siblings.splice(at..at, std::iter::repeat_n(field, times));
    }
    Ok(())
}

fn change_octets(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::To(octets) => bytes.clone_from(&octets.0),
        Change::Append(octets) => bytes.extend_from_slice(&octets.0),
        Change::Cut(count) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            bytes.truncate(bytes.len().saturating_sub(count));
        }
        Change::Flip(place) => {
            let place = isize::try_from(*place).unwrap_or_default();
            let from = if place < 0 { bytes.len() } else { 0 };
            if let Some(octet) = from.checked_add_signed(place).and_then(|at| bytes.get_mut(at)) {
                *octet ^= 1;
            }
        }
        Change::Remove | Change::Repeat(_) | Change::Length(_) => {}
    }
}
