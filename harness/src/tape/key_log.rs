//! The key log: secrets of connections, one a line (draft-ietf-tls-keylogfile).

use std::fmt::Write as _;

use super::recording::Secret;

/// Lines of a key log with these secrets. Whole lines: logs of several connections can be put one after the other.
pub fn key_log<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> String {
    let mut lines = String::new();
    for secret in secrets {
        let (random, octets) = (Hex(&secret.client_random), Hex(&secret.octets));
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{} {random} {octets}", secret.label);
    }
    lines
}

struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_line() {
        let secret = |label: &str| Secret {
            label: label.to_owned(),
            client_random: vec![0x0a, 0xff],
            octets: vec![1, 0x20],
        };
        let secrets = [secret("CLIENT_RANDOM"), secret("EXPORTER_SECRET")];
        assert_eq!(key_log(&secrets), "CLIENT_RANDOM 0aff 0120\nEXPORTER_SECRET 0aff 0120\n");
    }
}
