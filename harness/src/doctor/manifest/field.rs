//! The fields of Kubernetes objects that may hold certificates or keys.

use super::yaml::{Node, Value};
use crate::doctor::place::{Place, shown};

/// A text in an object.
pub(super) struct Field<'a> {
    pub(super) place: Place,
    /// The name that says what it is for: the last key, or the `name` beside a `value`.
    pub(super) name: String,
    pub(super) text: &'a str,
    pub(super) kind: FieldKind,
}

/// What Kubernetes does with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// `data` of a Secret: base64, decoded when mounted.
    SecretData,
    /// `stringData` of a Secret, `data` of a `ConfigMap`: mounted as it is.
    Plain,
    /// Anything else: what becomes of it is the agent's choice.
    Inline,
}

/// A Kubernetes object, or a document that is none.
pub(super) struct Object<'a> {
    /// Kind, namespace and name.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) fields: Vec<Field<'a>>,
}

/// The objects of all documents, those of lists one by one.
pub(super) fn objects<'a>(file: &str, documents: &'a [Node]) -> Vec<Object<'a>> {
    let mut objects = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let place = Place { document: Some(index + 1), ..Place::file(file) };
        let is_list = kind(document).is_some_and(|kind| kind.ends_with("List"));
        match document.get("items").map(|items| &items.value) {
            Some(Value::List(items)) if is_list => {
                objects.extend(items.iter().map(|item| object(&place, item)));
            }
            _ => objects.push(object(&place, document)),
        }
    }
    objects
}

fn kind(node: &Node) -> Option<&str> {
    node.get("kind").and_then(Node::as_str)
}

fn object<'a>(document: &Place, node: &'a Node) -> Object<'a> {
    let metadata = |key| node.get("metadata").and_then(|m| m.get(key)).and_then(Node::as_str);
    let mut place = document.clone();
    let mut name = format!("{document}");
    if let Some(kind) = kind(node) {
        let namespace = metadata("namespace").map(|n| format!("{n}/")).unwrap_or_default();
        name = shown(&format!("{kind} {namespace}{}", metadata("name").unwrap_or("(no name)")));
        place.object = Some(name.clone());
    }
    let mut walk = Walk { kind: kind(node).unwrap_or_default(), place: &place, fields: Vec::new() };
    walk.node(node, &mut Vec::new(), "");
    let fields = walk.fields;
    Object { name, place, fields }
}

struct Walk<'a, 'p> {
    kind: &'a str,
    place: &'p Place,
    fields: Vec<Field<'a>>,
}

impl<'a> Walk<'a, '_> {
    /// Collects texts. The reader has bounded the depth.
    fn node(&mut self, node: &'a Node, path: &mut Vec<String>, name: &str) {
        match &node.value {
            Value::Scalar(text) => {
                let kind = self.kind_of(path);
                let place = self.place.field(&path.join("."), node.line);
                self.fields.push(Field { place, name: name.to_owned(), text, kind });
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    self.node(item, path, name);
                    path.pop();
                }
            }
            Value::Map(entries) => {
                let given = node.get("name").and_then(Node::as_str);
                for (key, value) in entries {
                    let name = given.filter(|_| key == "value").unwrap_or(key);
                    path.push(name.to_owned());
                    self.node(value, path, name);
                    path.pop();
                }
            }
            Value::Nothing => {}
        }
    }

    fn kind_of(&self, path: &[String]) -> FieldKind {
        let first = path.first().map_or("", String::as_str);
        match (self.kind, first, path.len()) {
            ("Secret", "data", 2) => FieldKind::SecretData,
            ("Secret", "stringData", 2) | ("ConfigMap", "data", 2) => FieldKind::Plain,
            _ => FieldKind::Inline,
        }
    }
}
