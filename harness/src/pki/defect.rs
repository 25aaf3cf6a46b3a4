//! What a recipe breaks: inside `tbsCertificate` before signing, outside it after.

use mtls_scenarios::{Defect, ExtensionName, Field};

use super::der::{Content, Node, Tag};
use super::error::RecipeError;
use super::surgery::{Draft, field_of, find_mut, remove};
use super::{hex, sign};

/// Whether a defect is made before signing.
fn is_inside(defect: &Defect) -> bool {
    let outside = |field: Field| {
        matches!(field, Field::Certificate | Field::OuterSignatureAlgorithm | Field::SignatureValue)
    };
    match defect {
        Defect::Remove(field)
        | Defect::Replace { field, .. }
        | Defect::Append { field, .. }
        | Defect::LongLength { field, .. } => !outside(*field),
        Defect::Version(_)
        | Defect::DuplicateExtension(_)
        | Defect::Critical { .. }
        | Defect::ReverseExtensions => true,
        Defect::FlipSignatureBit(_) | Defect::OuterAlgorithm(_) | Defect::TrailingBytes(_) => false,
    }
}

/// Makes the defects inside `tbsCertificate`, in their order.
pub(crate) fn before_signing(draft: &mut Draft, defects: &[Defect]) -> Result<(), RecipeError> {
    for defect in defects.iter().filter(|defect| is_inside(defect)) {
        match defect {
            Defect::Version(version) => set_version(draft, *version)?,
            Defect::DuplicateExtension(extension) => duplicate(draft, *extension)?,
            Defect::Critical { extension, critical } => set_critical(draft, *extension, *critical)?,
            Defect::ReverseExtensions => {
                draft
                    .extensions_mut()
                    .ok_or(RecipeError::NoSuchField(Field::Extensions))?
                    .reverse();
            }
            _ => change(&mut draft.tree, defect)?,
        }
    }
    Ok(())
}

/// Makes the defects outside `tbsCertificate`, in their order, and writes the certificate.
pub(crate) fn after_signing(
    mut certificate: Node,
    defects: &[Defect],
) -> Result<Vec<u8>, RecipeError> {
    let mut trailing = Vec::new();
    for defect in defects.iter().filter(|defect| !is_inside(defect)) {
        match defect {
            Defect::FlipSignatureBit(bit) => flip(&mut certificate, *bit)?,
            Defect::OuterAlgorithm(algorithm) => {
                let field = Field::OuterSignatureAlgorithm;
                let node =
                    find_mut(&mut certificate, field).ok_or(RecipeError::NoSuchField(field))?;
                *node = sign::algorithm_identifier(*algorithm).labelled(field);
            }
            Defect::TrailingBytes(bytes) => {
                trailing.extend(hex::decode("defects.trailing_bytes", bytes)?);
            }
            _ => change(&mut certificate, defect)?,
        }
    }
    let mut bytes = certificate.to_bytes();
    bytes.extend(trailing);
    Ok(bytes)
}

/// The defects that can befall any field.
fn change(tree: &mut Node, defect: &Defect) -> Result<(), RecipeError> {
    match defect {
        Defect::Remove(field) if !remove(tree, *field) => {
            return Err(RecipeError::NoSuchField(*field));
        }
        Defect::Replace { field, der } => {
            let bytes = hex::decode_all("defects.replace.der", der)?;
            *find_mut(tree, *field).ok_or(RecipeError::NoSuchField(*field))? = Node::raw(bytes);
        }
        Defect::Append { field, der } => {
            let bytes = hex::decode_all("defects.append.der", der)?;
            let node = find_mut(tree, *field).ok_or(RecipeError::NoSuchField(*field))?;
            match &mut node.content {
                Content::Octets(octets) => octets.extend(bytes),
                Content::Values(values) => values.push(Node::raw(bytes)),
            }
        }
        Defect::LongLength { field, padding } => {
            find_mut(tree, *field).ok_or(RecipeError::NoSuchField(*field))?.padding = padding.0;
        }
        _ => {}
    }
    Ok(())
}

fn set_version(draft: &mut Draft, version: u8) -> Result<(), RecipeError> {
    let number = version.checked_sub(1).ok_or(RecipeError::VersionZero)?;
    if number == 0 {
        draft.remove(Field::Version);
        draft.remove(Field::Extensions);
        return Ok(());
    }
    let value = Node::values(Tag::context(0).constructed(), vec![Node::unsigned(&[number])]);
    draft.set(Field::Version, value)
}

fn duplicate(draft: &mut Draft, extension: ExtensionName) -> Result<(), RecipeError> {
    let field = field_of(extension);
    let list = draft.extensions_mut().ok_or(RecipeError::NoSuchField(Field::Extensions))?;
    let position = list.iter().position(|extension| extension.label == Some(field));
    let position = position.ok_or(RecipeError::NoSuchField(field))?;
    let mut copy = list.get(position).cloned().ok_or(RecipeError::NoSuchField(field))?;
    copy.label = None;
    list.insert(position + 1, copy);
    Ok(())
}

fn set_critical(
    draft: &mut Draft,
    extension: ExtensionName,
    critical: bool,
) -> Result<(), RecipeError> {
    let field = field_of(extension);
    let missing = || RecipeError::NoSuchField(field);
    let node = find_mut(&mut draft.tree, field).ok_or_else(missing)?;
    let parts = node.children_mut().filter(|parts| !parts.is_empty()).ok_or_else(missing)?;
    parts.retain(|part| part.tag != Some(Tag::BOOLEAN));
    if critical {
        parts.insert(1, Node::octets(Tag::BOOLEAN, [0xff]));
    }
    Ok(())
}

/// Bit 0 is the last one of the signature, which in ECDSA belongs to `s` whatever the lengths are.
fn flip(certificate: &mut Node, bit: u16) -> Result<(), RecipeError> {
    let missing = RecipeError::NoSuchField(Field::SignatureValue);
    let node = find_mut(certificate, Field::SignatureValue).ok_or(missing.clone())?;
    let Content::Octets(octets) = &mut node.content else {
        return Err(missing);
    };
    // The first octet counts unused bits.
    let signature =
        octets.get_mut(1..).filter(|signature| !signature.is_empty()).ok_or(missing.clone())?;
    let place = (usize::from(bit) / 8) % signature.len();
    let octet = signature.iter_mut().rev().nth(place).ok_or(missing)?;
    *octet ^= 1 << (bit % 8);
    Ok(())
}
