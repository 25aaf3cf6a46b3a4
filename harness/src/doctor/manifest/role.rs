//! What a field is for, by its name.

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Certificate,
    Key,
    Ca,
    Unknown,
}

const CERTIFICATE: [&str; 6] = ["crt", "cert", "certificate", "pem", "chain", "fullchain"];
const CA: [&str; 7] = ["ca", "cacert", "cacrt", "authority", "root", "trust", "bundle"];

impl Role {
    /// `ca.crt`, `CLIENT_CERT`, `tlsKey`, `certificate-authority-data`.
    pub(super) fn by_name(name: &str) -> Self {
        let words = words(name);
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        if has(&["key"]) {
            Self::Key
        } else if has(&CA) {
            Self::Ca
        } else if has(&CERTIFICATE) {
            Self::Certificate
        } else {
            Self::Unknown
        }
    }
}

/// What is left of a name without the words that say certificate or key: certificate and key of the same
/// client have it in common.
pub(super) fn stem(name: &str) -> String {
    let mut words = words(name);
    words.retain(|word| {
        !CERTIFICATE.contains(&word.as_str())
            && !["key", "private", "data", "file", "b64", "base64"].contains(&word.as_str())
    });
    words.join("-")
}

/// The words of a name, in lower case: it is broken at punctuation and before capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in name.chars().take(256) {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && after_lower) {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        after_lower = c.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_field_is_for() {
        for (name, role, stem_) in [
            ("tls.crt", Role::Certificate, "tls"),
            ("tls.key", Role::Key, "tls"),
            ("ca.crt", Role::Ca, "ca"),
            ("CLIENT_CERT", Role::Certificate, "client"),
            ("CLIENT_KEY_B64", Role::Key, "client"),
            ("clientCertificate", Role::Certificate, "client"),
            ("certificate-authority-data", Role::Ca, "authority"),
            ("client-key-data", Role::Key, "client"),
            ("caBundle", Role::Ca, "ca-bundle"),
            ("args", Role::Unknown, "args"),
            ("category", Role::Unknown, "category"),
        ] {
            assert_eq!((Role::by_name(name), stem(name).as_str()), (role, stem_), "{name}");
        }
    }
}
