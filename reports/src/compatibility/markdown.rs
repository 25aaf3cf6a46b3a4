//! Text inside Markdown: what servers say of themselves must not become markup.

use crate::text::harmless;

/// Text for a line or a table cell.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// A reference: a link where it is an address, text otherwise.
pub(super) fn reference(text: &str) -> String {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    let is_link = |c: char| c.is_ascii_graphic() && !"<>|`\\\"".contains(c);
    if is_address && text.chars().all(is_link) { format!("<{text}>") } else { plain(text) }
}

/// A table: a header and rows of cells that are Markdown already.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let rule = vec!["---".to_owned(); header.len()];
    let lines = [line(&header), line(&rule)].into_iter();
    lines.chain(rows.iter().map(|row| line(row))).collect()
}

/// A list in a cell; a dash where there is nothing to show.
pub(super) fn list(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_links() {
        assert_eq!(reference("https://a.example/x_y#z"), "<https://a.example/x_y#z>");
        assert_eq!(reference("https://a.example/|b"), r"https://a.example/\|b");
        assert_eq!(reference("RFC 5280 6.1"), "RFC 5280 6.1");
    }

    #[test]
    fn markup_is_text() {
        let shown = plain("a|b <script> [x](y) `z` *_");
        assert_eq!(shown, r"a\|b &lt;script> \[x\](y) \`z\` \*\_");
    }
}
