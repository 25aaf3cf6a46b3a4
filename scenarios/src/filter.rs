//! Selecting cases by id.

use globset::{Glob, GlobMatcher};

/// Patterns over case ids: a case is selected if any positive pattern matches (or there is none) and no
/// negative one does.
///
/// A pattern with `*`, `?`, `[` or `{` is a glob over the whole id (`*` also matches `/`); any other is a substring.
/// A leading `!` makes it negative.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    positive: Vec<Pattern>,
    negative: Vec<Pattern>,
}

#[derive(Clone, Debug)]
enum Pattern {
    Part(String),
    Whole(GlobMatcher),
}

/// A filter pattern that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "invalid filter `{pattern}`: {reason}; a filter is part of a case id, or a glob such as `certificate/*@strict,*`"
)]
pub struct FilterError {
    pattern: String,
    reason: String,
}

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

    /// Whether a case with this id is selected.
    pub fn selects(&self, id: &str) -> bool {
        let positive = self.positive.is_empty() || self.positive.iter().any(|p| p.matches(id));
        positive && !self.negative.iter().any(|p| p.matches(id))
    }
}

impl Pattern {
    fn new(text: &str) -> Result<Self, FilterError> {
        let failed = |reason: String| FilterError { pattern: text.to_owned(), reason };
        if text.is_empty() {
            return Err(failed("it is empty".to_owned()));
        }
        if !text.contains(['*', '?', '[', '{']) {
            return Ok(Self::Part(text.to_owned()));
        }
        let glob = Glob::new(text).map_err(|e| failed(e.kind().to_string()))?;
        Ok(Self::Whole(glob.compile_matcher()))
    }

    fn matches(&self, id: &str) -> bool {
        match self {
            // A whole id selects that case alone, not those whose cell continues it.
            Self::Part(part) if part.contains('@') && part.contains(",tls") => {
                id == part || (!is_cell_complete(part) && id.contains(part.as_str()))
            }
            Self::Part(part) => id.contains(part.as_str()),
            Self::Whole(glob) => glob.is_match(id),
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
    fn bad_globs_are_explained() {
        let error = Filter::new(&["a[b"]).unwrap_err().to_string();
        assert!(error.contains("`a[b`"), "{error}");
        assert!(Filter::new(&[""]).is_err());
    }
}
