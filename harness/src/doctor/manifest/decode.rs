//! From the text of a field to what it holds, whatever way it is encoded.

use super::field::{Field, FieldKind};
use super::role::Role;
use crate::doctor::contents::Contents;
use crate::doctor::{pem, table};

/// Shorter texts hold no certificate or key, and are not tried as base64.
const SHORTEST: usize = 64;

/// What a field holds; `None` where it holds neither a certificate nor a key, and is not meant to.
pub(super) fn decode(field: &Field<'_>) -> Option<Contents> {
    let place = &field.place;
    if pem::is_pem(field.text) {
        let mut contents = Contents::read(field.text.as_bytes(), place);
        if field.kind == FieldKind::SecretData {
            let what = "The `data` of a Secret must be base64; this is PEM as it is.";
            contents.findings.push(table::SECRET_PLAIN.at(place, what));
        }
        return (!contents.is_empty() || !contents.findings.is_empty()).then_some(contents);
    }
    let once = (field.text.len() >= SHORTEST).then(|| pem::decode(field.text)).flatten();
    let Some(once) = once else {
        return unreadable(field, "neither PEM nor base64");
    };
    let mut contents = Contents::read(&once, place);
    if contents.is_empty()
        && let Some(twice) = std::str::from_utf8(&once).ok().and_then(pem::decode)
    {
        contents = Contents::read(&twice, place);
        if !contents.is_empty() && field.kind != FieldKind::Inline {
            contents.findings.push(table::DOUBLE_BASE64.at(place, "It is base64 of base64."));
        }
    }
    if contents.is_empty() && contents.findings.is_empty() {
        return unreadable(field, contents.instead.unwrap_or("base64 of something else"));
    }
    if field.kind == FieldKind::Plain {
        let what = "It is base64, and Kubernetes hands it over as it is.";
        contents.findings.push(table::TEXT_BASE64.at(place, what));
    }
    Some(contents)
}

/// A finding about a field that by its name should hold something, in an object that is there to hold such things.
fn unreadable(field: &Field<'_>, what: &str) -> Option<Contents> {
    if field.kind == FieldKind::Inline || Role::by_name(&field.name) == Role::Unknown {
        return None;
    }
    let what = format!("`{}` holds no certificate and no key: {what}.", field.name);
    let mut contents = Contents::default();
    contents.findings.push(table::FIELD_UNREADABLE.at(&field.place, what));
    Some(contents)
}
