//! `@NAME@` and `@NAME:argument@` placeholders in target files and their templates.

/// A placeholder that stands for nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: nothing is known for the placeholder `{placeholder}`")]
pub struct UnknownPlaceholder {
    line: usize,
    placeholder: String,
}

/// Fills a template; `value` is asked for each name and argument.
pub(super) fn fill(
    template: &str,
    value: impl Fn(&str, &str) -> Option<String>,
) -> Result<String, UnknownPlaceholder> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('@') {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let Some((whole, name, argument)) = placeholder(from) else {
            filled.push('@');
            rest = from.get(1..).unwrap_or("");
            continue;
        };
        let text = value(name, argument).ok_or_else(|| UnknownPlaceholder {
            line: filled.matches('\n').count() + 1,
            placeholder: whole.to_owned(),
        })?;
        filled.push_str(&text);
        rest = from.get(whole.len()..).unwrap_or("");
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The placeholder at the start of `text`, as `(whole, name, argument)`.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let inner = text.get(1..)?;
    let end = inner.find('@')?;
    let whole = text.get(..end + 2)?;
    let inner = inner.get(..end)?;
    let (name, argument) = inner.split_once(':').unwrap_or((inner, ""));
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let is_argument =
        argument.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (is_name && is_argument).then_some((whole, name, argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, argument: &str) -> Option<String> {
        match (name, argument) {
            ("RUN", "") => Some("/run".to_owned()),
            ("PORT", "solo") => Some("8443".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn placeholders_are_filled_and_other_text_is_left() {
        let filled = fill("pid @RUN@/x; mail a@b.c, d@e; :@PORT:solo@", known);
        assert_eq!(filled.unwrap(), "pid /run/x; mail a@b.c, d@e; :8443");
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_its_line() {
        let error = fill("a\n@PORT:nowhere@", known).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2: nothing is known for the placeholder `@PORT:nowhere@`"
        );
    }
}
