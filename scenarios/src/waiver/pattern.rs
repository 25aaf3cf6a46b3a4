//! Which cases a waiver covers.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::filter::Pattern;
use crate::from_text;

/// A pattern over case ids as `--filter` takes it, but for negation: with `*` or `?` a glob over the whole id, else a
/// part of it.
#[derive(Clone, Debug, Serialize)]
#[serde(into = "String")]
pub struct CasePattern {
    text: String,
    pattern: Pattern,
}

impl CasePattern {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it covers the case with this id.
    pub fn covers(&self, id: &str) -> bool {
        self.pattern.matches(id)
    }
}

impl PartialEq for CasePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for CasePattern {}

/// Text that is no pattern for a waiver.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CasePatternError {
    /// It is negative.
    #[error("a waiver says what it covers, not what it does not: no `!` here")]
    Negative,
    /// It says nothing.
    #[error("the pattern is empty; write a glob such as `certificate/expired@loose,*`")]
    Empty,
}

impl FromStr for CasePattern {
    type Err = CasePatternError;

    fn from_str(text: &str) -> Result<Self, CasePatternError> {
        if text.starts_with('!') {
            return Err(CasePatternError::Negative);
        }
        let pattern = Pattern::new(text).map_err(|_| CasePatternError::Empty)?;
        Ok(Self { text: text.to_owned(), pattern })
    }
}

impl<'de> Deserialize<'de> for CasePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text::deserialize(deserializer)
    }
}

impl From<CasePattern> for String {
    fn from(pattern: CasePattern) -> Self {
        pattern.text
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for CasePattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CasePattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A pattern over case ids as `--filter` takes it, but for negation: with `*` or `?` a glob \
                over the whole id, else a part of it. It names a folder of scenarios and more than wildcards behind it.",
            "type": "string",
            "pattern": "^[^!*?/][^*?/]*/.*[^*?]",
        })
    }
}
