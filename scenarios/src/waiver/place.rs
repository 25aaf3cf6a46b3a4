//! Where each waiver stands in its file.

/// The offset of each entry of the list in a waiver file that was read without error: what stands in brackets
/// inside the list inside the outermost object (serde reads a struct from a list, too).
pub(super) fn entries(text: &str) -> Vec<usize> {
    let mut offsets = Vec::new();
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                if depth == 2 {
                    offsets.push(offset);
                }
                depth += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_text_are_no_entries() {
        let text = r#"{"$schema": "{[", "waivers": [{"a": "\"}{"}, {"b": [1, {}]}, ["c"] ]}"#;
        let found: Vec<_> =
            entries(text).into_iter().map(|offset| &text[offset..offset + 4]).collect();
        assert_eq!(found, ["{\"a\"", "{\"b\"", "[\"c\""]);
    }
}
