//! Selecting cases by id.

use wildmatch::WildMatch;

/// Patterns over case ids: a case is selected if any positive pattern matches (or there is none) and no
/// negative one does.
///
/// A pattern with `*` (any characters) or `?` (one character) is a glob over the whole id; any other is a part of it.
/// A leading `!` makes it negative.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    positive: Vec<Pattern>,
    negative: Vec<Pattern>,
}

/// A pattern over case ids.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Part(String),
    Whole(WildMatch),
}

/// A filter pattern that says nothing.
#[derive(Debug, thiserror::Error)]
#[error(
    "invalid filter: a pattern is empty; write part of a case id, or a glob such as `certificate/*@strict,*`"
)]
pub struct FilterError;

impl Filter {
    /// Reads patterns.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            match pattern.strip_prefix('!') {
                Some(rest) => filter.negative.push(Pattern::new(rest)?),
                None => filter.positive.push(Pattern::new(pattern)?),
            }
        }
        Ok(filter)
    }

    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.positive.is_empty() && self.negative.is_empty()
    }

    /// Whether a case with this id is selected.
    pub fn selects(&self, id: &str) -> bool {
        let positive = self.positive.is_empty() || self.positive.iter().any(|p| p.matches(id));
        positive && !self.negative.iter().any(|p| p.matches(id))
    }
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Result<Self, FilterError> {
        if text.is_empty() {
            return Err(FilterError);
        }
        if text.contains(['*', '?']) {
            return Ok(Self::Whole(WildMatch::new(text)));
        }
        Ok(Self::Part(text.to_owned()))
    }

    pub(crate) fn matches(&self, id: &str) -> bool {
        match self {
            // A whole id selects that case alone, not those whose cell continues it.
            Self::Part(part) if part.contains('@') && part.contains(",tls") => {
                id == part || (!is_cell_complete(part) && id.contains(part.as_str()))
            }
            Self::Part(part) => id.contains(part.as_str()),
            Self::Whole(glob) => glob.matches(id),
        }
    }
}

/// Whether text after `@` has mode, version and key: the shortest whole case id.
fn is_cell_complete(id: &str) -> bool {
    id.rsplit('@').next().is_some_and(|cell| cell.split(',').count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(patterns: &[&str], id: &str) -> bool {
        Filter::new(patterns).unwrap().selects(id)
    }

    #[test]
    fn nothing_selects_everything() {
        assert!(selects(&[], "a/b@strict,tls1.3,p256"));
    }

    #[test]
    fn parts_globs_and_negation() {
        let id = "certificate/expired@strict,tls1.3,p256";
        assert!(selects(&["expired"], id));
        assert!(selects(&["certificate/*@strict,*"], id));
        assert!(!selects(&["certificate/*@loose,*"], id));
        assert!(!selects(&["expired", "!p256"], id));
        assert!(selects(&["!rsa"], id));
    }

    #[test]
    fn a_whole_id_selects_one_case() {
        let id = "a/b@strict,tls1.3,p256";
        assert!(selects(&[id], id));
        assert!(!selects(&[id], "a/b@strict,tls1.3,p256,h2"));
        assert!(!selects(&[id], "a/b@strict,tls1.3,p256,other"));
        assert!(selects(&["a/b@strict,tls1.3"], id));
    }

    #[test]
    fn an_empty_pattern_is_explained() {
        let error = Filter::new(&["!"]).unwrap_err().to_string();
        assert!(error.contains("is empty"), "{error}");
    }
}
