//! Text for a shell.

use std::fmt::Write as _;

/// Quotes a word for a shell where it needs it.
pub fn word(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:,=@%+".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Words as a command.
pub(super) fn words(command: &[String]) -> String {
    command.iter().map(|one| word(one)).collect::<Vec<_>>().join(" ")
}

/// The `printf` that writes these octets.
pub(super) fn printf(octets: &[u8]) -> String {
    let mut text = String::from("printf '");
    for (place, octet) in octets.iter().enumerate() {
        match octet {
            b'\r' => text.push_str(r"\r"),
            b'\n' => text.push_str(r"\n"),
            b'\\' => text.push_str(r"\\"),
            b'%' => text.push_str("%%"),
            b'\'' => text.push_str(r"'\''"),
            // Else it would be an option.
            b'-' if place == 0 => text.push_str(r"\055"),
            b' '..=b'~' => text.push(char::from(*octet)),
            // Writing to a String cannot fail.
            _ => drop(write!(text, r"\{octet:03o}")),
        }
    }
    text.push('\'');
    text
}

/// Text of one line that is safe in a comment.
pub(super) fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(word("https://127.0.0.1:8443/a"), "https://127.0.0.1:8443/a");
        assert_eq!(word("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(word(""), "''");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_octets_are_printed(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let printed = Command::new("bash").arg("-c").arg(printf(&octets)).output().unwrap();
            prop_assert_eq!(printed.stdout, octets);
        }
    }
}
