//! YAML (and JSON, which YAML contains) to a tree, bounded in depth and size.
//!
//! An alias stands for the scalar that it names. One that names a collection is passed over: what it would repeat
//! has been seen where it was written, and documents that grow by repetition stay small.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScanError};

/// Deepest nesting.
const MAX_DEPTH: usize = 64;
/// Octets that aliases may add.
const MAX_REPEATED: usize = 4 << 20;

/// A value of a document. Private keys pass through here, so it has no `Debug`.
pub(super) struct Node {
    /// From one.
    pub(super) line: usize,
    pub(super) value: Value,
}

pub(super) enum Value {
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// An alias of a collection.
    Nothing,
}

/// Why a text is not YAML that is read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

impl From<ScanError> for Problem {
    fn from(error: ScanError) -> Self {
        let at = error.marker();
        Self { line: at.line(), column: at.col() + 1, message: error.info().to_owned() }
    }
}

impl Node {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Map(entries) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads every document.
pub(super) fn read(text: &str) -> Result<Vec<Node>, Problem> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event?;
        let at = span.start;
        builder.take(event, at.line()).map_err(|message| Problem {
            line: at.line(),
            column: at.col() + 1,
            message,
        })?;
    }
    Ok(builder.documents)
}

/// A collection that is not complete.
struct Open {
    node: Node,
    /// Key of a mapping that waits for its value.
    key: Option<String>,
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    /// Scalars by anchor.
    anchors: BTreeMap<usize, String>,
    repeated: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let text = text.into_owned();
                if anchor > 0 {
                    self.anchors.insert(anchor, text.clone());
                }
                self.complete(Node { line, value: Value::Scalar(text) });
            }
            Event::Alias(anchor) => {
                let value = self.repeat(anchor)?;
                self.complete(Node { line, value });
            }
            Event::SequenceStart(..) => self.begin(line, Value::List(Vec::new()))?,
            Event::MappingStart(..) => self.begin(line, Value::Map(Vec::new()))?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(done) = self.open.pop() {
                    self.complete(done.node);
                }
            }
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {}
        }
        Ok(())
    }

    fn begin(&mut self, line: usize, value: Value) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.open.push(Open { node: Node { line, value }, key: None });
        Ok(())
    }

    fn repeat(&mut self, anchor: usize) -> Result<Value, String> {
        let Some(text) = self.anchors.get(&anchor) else {
            return Ok(Value::Nothing);
        };
        self.repeated = self.repeated.saturating_add(text.len());
        if self.repeated > MAX_REPEATED {
            return Err("aliases repeat more than 4 MiB".to_owned());
        }
        Ok(Value::Scalar(text.clone()))
    }

    /// Puts a complete value where it belongs.
    fn complete(&mut self, node: Node) {
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        match &mut parent.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match parent.key.take() {
                Some(key) => entries.push((key, node)),
                // A key that is no scalar cannot name anything that is looked for.
                None => parent.key = Some(node.as_str().unwrap_or_default().to_owned()),
            },
            Value::Scalar(_) | Value::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        read(text).unwrap_or_else(|e| panic!("{e:?}")).pop().unwrap()
    }

    #[test]
    fn yaml_and_json_are_read_alike() {
        for text in ["a: {b: x}\n", "{\"a\":\n\t{\"b\": \"x\"}}", "a:\n  b: |-\n    x\n"] {
            let node = one(text);
            assert_eq!(node.get("a").unwrap().get("b").unwrap().as_str(), Some("x"), "{text}");
        }
        assert_eq!(read("a: 1\n---\nb: 2\n").ok().unwrap().len(), 2);
        assert_eq!(read("").ok().unwrap().len(), 0);
    }

    #[test]
    fn aliases_of_scalars_are_followed_and_bounded() {
        let node = one("a: &x text\nb: *x\nc: &y [1]\nd: *y\n");
        assert_eq!(node.get("b").unwrap().as_str(), Some("text"));
        assert!(matches!(node.get("d").unwrap().value, Value::Nothing));
        let bomb = format!("a: &x {}\nb:\n{}", "y".repeat(100_000), "- *x\n".repeat(50));
        assert!(read(&bomb).err().unwrap().message.contains("4 MiB"));
    }

    #[test]
    fn a_bomb_of_collections_stays_small() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            bomb = format!("{bomb}a{level}: &a{level} [{below}]\n");
        }
        assert!(read(&bomb).is_ok());
    }

    #[test]
    fn depth_is_bounded() {
        for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
            assert!(read(&text).is_err());
        }
    }

    #[test]
    fn errors_have_a_place() {
        let problem = read("a: b\nc: [\n").err().unwrap();
        assert!(problem.line >= 2, "{problem:?}");
    }
}
