//! The to-be-signed certificate as a tree whose fields are labelled, and changes to it.

use mtls_scenarios::{ExtensionName, Field};

use super::der::{self, Content, Node, Tag};
use super::error::RecipeError;
use super::oid::id_ce;

/// A `TBSCertificate` under the knife.
pub(crate) struct Draft {
    /// The labelled tree.
    pub(crate) tree: Node,
}

/// Content octets of an extension's identifier, and the label of the extension.
const EXTENSIONS: [(ExtensionName, [u8; 3], Field); 7] = [
    (ExtensionName::SubjectKeyIdentifier, id_ce(14), Field::SubjectKeyIdentifier),
    (ExtensionName::KeyUsage, id_ce(15), Field::KeyUsage),
    (ExtensionName::SubjectAltName, id_ce(17), Field::SubjectAltName),
    (ExtensionName::BasicConstraints, id_ce(19), Field::BasicConstraints),
    (ExtensionName::NameConstraints, id_ce(30), Field::NameConstraints),
    (ExtensionName::AuthorityKeyIdentifier, id_ce(35), Field::AuthorityKeyIdentifier),
    (ExtensionName::ExtendedKeyUsage, id_ce(37), Field::ExtendedKeyUsage),
];

/// The label of an extension.
pub(crate) fn field_of(extension: ExtensionName) -> Field {
    match extension {
        ExtensionName::AuthorityKeyIdentifier => Field::AuthorityKeyIdentifier,
        ExtensionName::BasicConstraints => Field::BasicConstraints,
        ExtensionName::ExtendedKeyUsage => Field::ExtendedKeyUsage,
        ExtensionName::KeyUsage => Field::KeyUsage,
        ExtensionName::NameConstraints => Field::NameConstraints,
        ExtensionName::SubjectAltName => Field::SubjectAltName,
        ExtensionName::SubjectKeyIdentifier => Field::SubjectKeyIdentifier,
    }
}

impl Draft {
    /// Takes the `TBSCertificate` out of a certificate and labels its fields.
    pub(crate) fn from_certificate(certificate: &[u8]) -> Result<Self, RecipeError> {
        let mut certificate = der::read(certificate)?;
        let fields = certificate.children_mut().filter(|fields| !fields.is_empty());
        let mut tree =
            fields.map(|fields| fields.swap_remove(0)).ok_or(der::DerError::Truncated)?;
        tree.label = Some(Field::TbsCertificate);
        // RFC 5280 4.1: the optional first and last ones have tags of their own.
        let mut expected = [
            Field::SerialNumber,
            Field::InnerSignatureAlgorithm,
            Field::Issuer,
            Field::Validity,
            Field::Subject,
            Field::SubjectPublicKeyInfo,
        ]
        .into_iter();
        for field in tree.children_mut().into_iter().flatten() {
            field.label = match field.tag {
                Some(tag) if tag == Tag::context(0).constructed() => Some(Field::Version),
                Some(tag) if tag == Tag::context(3).constructed() => Some(Field::Extensions),
                _ => expected.next(),
            };
            match field.label {
                Some(Field::Validity) => label_validity(field),
                Some(Field::Extensions) => label_extensions(field),
                _ => {}
            }
        }
        Ok(Self { tree })
    }

    /// The field, while it is there.
    pub(crate) fn find(&self, field: Field) -> Option<&Node> {
        find(&self.tree, field)
    }

    /// Puts a value in place of a field; the value takes over its label.
    pub(crate) fn set(&mut self, field: Field, value: Node) -> Result<(), RecipeError> {
        *find_mut(&mut self.tree, field).ok_or(RecipeError::NoSuchField(field))? =
            value.labelled(field);
        Ok(())
    }

    /// Puts a value into the `extnValue` of an extension.
    pub(crate) fn set_extension(
        &mut self,
        extension: ExtensionName,
        value: &Node,
    ) -> Result<(), RecipeError> {
        let field = field_of(extension);
        let node = find_mut(&mut self.tree, field).ok_or(RecipeError::NoSuchField(field))?;
        if let Some(last) = node.children_mut().and_then(|parts| parts.last_mut()) {
            last.content = Content::Octets(value.to_bytes());
        }
        Ok(())
    }

    /// Leaves extensions out, and the wrapper around them with the last one (RFC 5280 4.1: one or more).
    pub(crate) fn omit(&mut self, extensions: &[ExtensionName]) {
        if extensions.is_empty() {
            return;
        }
        let Some(list) = self.extensions_mut() else {
            return;
        };
        list.retain(|extension| {
            !extensions.iter().any(|omitted| extension.label == Some(field_of(*omitted)))
        });
        if list.is_empty() {
            self.remove(Field::Extensions);
        }
    }

    /// The list inside the `[3]` wrapper.
    pub(crate) fn extensions_mut(&mut self) -> Option<&mut Vec<Node>> {
        find_mut(&mut self.tree, Field::Extensions)?.children_mut()?.first_mut()?.children_mut()
    }

    /// Takes a field out; whether it was there.
    pub(crate) fn remove(&mut self, field: Field) -> bool {
        remove(&mut self.tree, field)
    }
}

fn label_validity(validity: &mut Node) {
    let labels = [Field::NotBefore, Field::NotAfter];
    for (time, label) in validity.children_mut().into_iter().flatten().zip(labels) {
        time.label = Some(label);
    }
}

fn label_extensions(wrapper: &mut Node) {
    let list =
        wrapper.children_mut().and_then(|lists| lists.first_mut()).and_then(Node::children_mut);
    let mut seen = Vec::new();
    for extension in list.into_iter().flatten() {
        let oid = extension.children().first().and_then(Node::as_octets);
        let known = EXTENSIONS.iter().find(|(_, octets, _)| oid == Some(octets.as_slice()));
        // Of several with one identifier the first has the name.
        extension.label = known.map(|(_, _, label)| *label).filter(|label| !seen.contains(label));
        seen.extend(extension.label);
    }
}

/// The node with this label.
pub(crate) fn find(node: &Node, field: Field) -> Option<&Node> {
    if node.label == Some(field) {
        return Some(node);
    }
    node.children().iter().find_map(|child| find(child, field))
}

/// The node with this label, to change.
pub(crate) fn find_mut(node: &mut Node, field: Field) -> Option<&mut Node> {
    if node.label == Some(field) {
        return Some(node);
    }
    node.children_mut()?.iter_mut().find_map(|child| find_mut(child, field))
}

/// Takes the node with this label out of its parent; the top of a tree becomes nothing. Whether it was there.
pub(crate) fn remove(node: &mut Node, field: Field) -> bool {
    if node.label == Some(field) {
        *node = Node::raw([]);
        return true;
    }
    let Some(children) = node.children_mut() else {
        return false;
    };
    if let Some(position) = children.iter().position(|child| child.label == Some(field)) {
        children.remove(position);
        return true;
    }
    children.iter_mut().any(|child| remove(child, field))
}
