//! Paths as a lenient application reads them.

/// The path that is left after decoding percent-encoding once, dropping parameters, case, empty segments and `.`,
/// and following `..`.
pub(super) fn resolve(path: &str) -> String {
    let decoded = decode(path).to_ascii_lowercase();
    let mut kept: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            name => kept.push(name),
        }
    }
    format!("/{}", kept.join("/"))
}

fn decode(path: &str) -> String {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&octet, after)) = rest.split_first() {
        let escaped = (octet == b'%').then(|| after.split_first_chunk::<2>()).flatten();
        if let Some((value, after)) = escaped
            .and_then(|(digits, after)| Some((std::str::from_utf8(digits).ok()?, after)))
            .and_then(|(digits, after)| Some((u8::from_str_radix(digits, 16).ok()?, after)))
        {
            decoded.push(value);
            rest = after;
        } else {
            decoded.push(octet);
            rest = after;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_paths_to_one_resource() {
        for path in [
            "/protected",
            "/%70rotected",
            "/%50rotected",
            "//protected",
            "/./protected",
            "/x/../protected",
            "/x/%2e%2e/protected",
            "/../protected",
            "/protected/",
            "/protected;x",
            "/PROTECTED",
            "/%2fprotected",
        ] {
            assert_eq!(resolve(path), "/protected", "{path}");
        }
        for (path, resolved) in
            [("/%2570rotected", "/%70rotected"), ("/%zz", "/%zz"), ("/%7", "/%7"), ("/a/b", "/a/b")]
        {
            assert_eq!(resolve(path), resolved);
        }
    }
}
