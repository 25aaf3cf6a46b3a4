//! Errors in files that people wrote: what, where, and what to do.

use std::fmt;

/// A problem at a place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    path: String,
    line: usize,
    column: usize,
    excerpt: String,
    message: String,
    help: Option<String>,
}

/// A file's text with the name to call it by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// Reads a JSON document of one of our formats.
    pub(crate) fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, Diagnostic> {
        serde_json::from_str(self.text).map_err(|e| {
            let full = e.to_string();
            let message = full.split(" at line ").next().unwrap_or(&full);
            let help = suggestion_for(message).or_else(|| form_of(message).map(str::to_owned));
            self.at(e.line(), e.column(), message.to_owned(), help)
        })
    }

    /// A problem with the first place where `"word"` is written; with the file as a whole where it is not.
    pub(crate) fn about(&self, word: &str, message: String, help: Option<String>) -> Diagnostic {
        let offset = self.text.find(&format!("\"{word}\"")).unwrap_or(0);
        self.at_offset(offset, message, help)
    }

    /// A problem with the last place where `"word"` is written, which is the one too many.
    pub(crate) fn about_last(&self, word: &str, message: String) -> Diagnostic {
        let offset = self.text.rfind(&format!("\"{word}\"")).unwrap_or(0);
        self.at_offset(offset, message, None)
    }

    /// The line of an octet of the text.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.text.get(..offset).unwrap_or("").matches('\n').count() + 1
    }

    /// A problem with what stands at an octet of the text.
    pub(crate) fn at_offset(
        &self,
        offset: usize,
        message: String,
        help: Option<String>,
    ) -> Diagnostic {
        let before = self.text.get(..offset).unwrap_or("");
        let line = self.line(offset);
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        self.at(line, column, message, help)
    }

    fn at(&self, line: usize, column: usize, message: String, help: Option<String>) -> Diagnostic {
        let excerpt = self.text.lines().nth(line.saturating_sub(1)).unwrap_or("");
        Diagnostic {
            path: self.path.to_owned(),
            line: line.max(1),
            column: column.max(1),
            // A file given by mistake may be one enormous line.
            excerpt: excerpt.chars().take(160).filter(|c| !c.is_control()).collect(),
            message,
            help,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, excerpt, message, help } = self;
        writeln!(f, "{path}:{line}:{column}: {message}")?;
        let gutter = line.to_string();
        write!(f, "  {gutter} | {excerpt}")?;
        if *column <= excerpt.chars().count() {
            write!(f, "\n  {:gutter$} | {:>column$}", "", "^", gutter = gutter.len())?;
        }
        match help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// serde names the unknown word first and the known ones after it, all in backquotes.
fn suggestion_for(message: &str) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    did_you_mean(unknown, quoted)
}

/// What is written wrongly where one of several things is named: serde tells it in its own terms.
fn form_of(message: &str) -> Option<&'static str> {
    if message.ends_with(", expected unit") {
        return Some("this takes no value: write the name alone, as a string");
    }
    if message.starts_with("invalid type: unit variant") {
        return Some("this takes a value: write `{\"name\": value}` instead of the name alone");
    }
    let names_two = message == "expected value";
    names_two.then_some("an object that says which of several things is meant has one name")
}

/// `did you mean ...?` for the nearest of the known words, where one is near enough.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|candidate| {
            // `tls1.3` for `1.3`: near in meaning, far in letters.
            let inside = candidate.len() > 1 && word.ends_with(candidate);
            let similarity = if inside { 1.0 } else { strsim::jaro_winkler(word, candidate) };
            (similarity, candidate)
        })
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Credential;

    #[test]
    fn an_unknown_field_is_located_and_a_known_one_suggested() {
        let text = "{\n  \"sumary\": \"x\"\n}";
        let error = Source { path: "c.json", text }.parse::<Credential>().unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with("c.json:2:10: unknown field `sumary`"), "{shown}");
        assert!(shown.ends_with("help: did you mean `summary`?"), "{shown}");
    }

    #[test]
    fn a_word_is_located_by_its_first_quoted_use() {
        let text = "{\n  \"a\": \"b\"\n}";
        let shown = Source { path: "x.json", text }.about("b", "no".to_owned(), None).to_string();
        assert_eq!(shown, "x.json:2:8: no\n  2 |   \"a\": \"b\"\n    |        ^");
    }

    #[test]
    fn values_in_the_wrong_form_are_told_in_plain_words() {
        let help = |text| {
            let error = Source { path: "s.json", text }.parse::<crate::Script>().unwrap_err();
            error.help.unwrap_or_default()
        };
        assert!(help(r#"[{"weak_share": {}}]"#).contains("takes no value"));
        assert!(help(r#"["skip"]"#).contains("takes a value"));
        assert!(help(r#"[{"skip": "finished", "pad": 1}]"#).contains("has one name"));
    }

    #[test]
    fn far_words_are_not_suggested() {
        assert!(did_you_mean("tls1.3", ["1.2", "1.3"]).unwrap().contains("`1.3`"));
        assert_eq!(did_you_mean("zebra", ["expired", "none"]), None);
        assert!(did_you_mean("expird", ["none", "expired"]).unwrap().contains("expired"));
    }
}
