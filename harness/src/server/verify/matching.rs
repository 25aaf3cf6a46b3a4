//! Whether a name lies in the subtree of a name constraint, form by form (RFC 5280 4.2.1.10).
//!
//! All return `None` where it cannot be said: the name or the constraint is not what its form asks for.

/// Which list a subtree is in: names that stand for several others are compared by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Permitted,
    Excluded,
}

/// `dNSName`: the base itself and every name with labels added on the left. A base that begins with a dot
/// excludes the base itself. A wildcard is permitted where all it stands for is, and excluded where any is.
pub(super) fn dns(name: &[u8], base: &[u8], list: List) -> Option<bool> {
    let wildcard = name.strip_prefix(b"*.");
    let host = wildcard.unwrap_or(name);
    if !is_host(host) {
        return None;
    }
    let (bare, only_below) = match base.strip_prefix(b".") {
        Some(bare) => (bare, true),
        None => (base, false),
    };
    if bare.is_empty() {
        return Some(true);
    }
    if !is_host(bare) {
        return None;
    }
    let at_base = host.eq_ignore_ascii_case(bare);
    let within = match wildcard {
        // Everything that the wildcard stands for has a label more than its host.
        Some(_) => at_base || is_below(host, bare),
        None => (at_base && !only_below) || is_below(host, bare),
    };
    let covers_base =
        wildcard.is_some() && list == List::Excluded && is_one_label_below(bare, host);
    Some(within || covers_base)
}

fn is_below(host: &[u8], base: &[u8]) -> bool {
    host.len()
        .checked_sub(base.len())
        .and_then(|split| host.split_at_checked(split))
        .is_some_and(|(head, tail)| tail.eq_ignore_ascii_case(base) && head.ends_with(b"."))
}

fn is_one_label_below(host: &[u8], base: &[u8]) -> bool {
    is_below(host, base)
        && host
            .len()
            .checked_sub(base.len() + 1)
            .and_then(|end| host.get(..end))
            .is_some_and(|label| !label.contains(&b'.'))
}

/// Labels of letters, digits, hyphens and underscores; no empty label, so no dot at the end.
fn is_host(name: &[u8]) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.split(|&octet| octet == b'.').all(|label| {
            (1..=63).contains(&label.len())
                && label.iter().all(|&c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        })
}

/// `iPAddress`: the base is an address and a mask.
pub(super) fn ip(name: &[u8], base: &[u8]) -> Option<bool> {
    if name.len() != 4 && name.len() != 16 {
        return None;
    }
    let (address, mask) = base.split_at_checked(base.len() / 2)?;
    if address.len() != name.len() {
        return Some(false);
    }
    let mut octets = name.iter().zip(address).zip(mask);
    Some(octets.all(|((name, address), mask)| name & mask == address & mask))
}

/// Whether a base is an address and a contiguous mask.
pub(super) fn check_ip_base(base: &[u8]) -> Option<()> {
    if base.len() != 8 && base.len() != 32 {
        return None;
    }
    let mask = base.get(base.len() / 2..)?;
    let after_ones = mask.iter().skip_while(|&&octet| octet == 0xff);
    let mut after_ones = after_ones.copied();
    let boundary = after_ones.next().unwrap_or(0);
    let contiguous = boundary.leading_ones() == boundary.count_ones();
    (contiguous && after_ones.all(|octet| octet == 0)).then_some(())
}

/// `rfc822Name`: a mailbox, all mailboxes of a host, or (with a dot in front) those of all hosts below.
pub(super) fn email(name: &[u8], base: &[u8]) -> Option<bool> {
    let (local, host) = mailbox(name)?;
    if let Some((base_local, base_host)) = mailbox(base) {
        return Some(local == base_local && host.eq_ignore_ascii_case(base_host));
    }
    host_matches(host, base)
}

fn mailbox(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().rposition(|&octet| octet == b'@')?;
    let (local, host) = text.split_at_checked(at)?;
    let host = host.strip_prefix(b"@")?;
    // A quoted local part could hide another '@'.
    let plain =
        !local.is_empty() && local.iter().all(|&c| c.is_ascii_graphic() && c != b'@' && c != b'"');
    (plain && is_host(host)).then_some((local, host))
}

/// `uniformResourceIdentifier`: the host of the authority, which must be a name.
pub(super) fn uri(name: &[u8], base: &[u8]) -> Option<bool> {
    host_matches(uri_host(name)?, base)
}

fn uri_host(uri: &[u8]) -> Option<&[u8]> {
    let colon = uri.iter().position(|&octet| octet == b':')?;
    let (scheme, rest) = uri.split_at_checked(colon)?;
    let valid_scheme = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|&c| c.is_ascii_alphanumeric() || b"+-.".contains(&c));
    let rest = rest.strip_prefix(b"://").filter(|_| valid_scheme)?;
    let authority = rest.split(|octet| b"/?#\\".contains(octet)).next()?;
    let after_user = authority.rsplit(|&octet| octet == b'@').next()?;
    let mut parts = after_user.split(|&octet| octet == b':');
    let host = parts.next()?;
    let port_is_number = parts.next().is_none_or(|port| port.iter().all(u8::is_ascii_digit));
    // RFC 5280: a constrained URI must hold a fully qualified domain name, so no address.
    let last_label = host.rsplit(|&octet| octet == b'.').next()?;
    let is_name = is_host(host) && !last_label.iter().all(u8::is_ascii_digit);
    (is_name && port_is_number && parts.next().is_none()).then_some(host)
}

/// A host exactly, or with a dot in front those below it.
fn host_matches(host: &[u8], base: &[u8]) -> Option<bool> {
    match base.strip_prefix(b".") {
        Some(domain) => is_host(domain).then(|| is_below(host, domain)),
        None if base.is_empty() => Some(true),
        None => is_host(base).then(|| host.eq_ignore_ascii_case(base)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_subtrees() {
        for (name, base, permitted, excluded) in [
            ("a.test", "a.test", Some(true), Some(true)),
            ("A.Test", "a.tEST", Some(true), Some(true)),
            ("x.a.test", "a.test", Some(true), Some(true)),
            ("xa.test", "a.test", Some(false), Some(false)),
            ("test", "a.test", Some(false), Some(false)),
            ("a.test", ".a.test", Some(false), Some(false)),
            ("x.a.test", ".a.test", Some(true), Some(true)),
            ("anything", "", Some(true), Some(true)),
            ("a.test.", "a.test", None, None),
            ("a..test", "a.test", None, None),
            ("a.test\0.b.test", "b.test", None, None),
            ("", "a.test", None, None),
            ("*.a.test", "a.test", Some(true), Some(true)),
            ("*.a.test", ".a.test", Some(true), Some(true)),
            ("*.test", "a.test", Some(false), Some(true)),
            ("*.test", "x.a.test", Some(false), Some(false)),
            ("a.*.test", "test", None, None),
            ("a.test", "a.test.", None, None),
        ] {
            assert_eq!(
                dns(name.as_bytes(), base.as_bytes(), List::Permitted),
                permitted,
                "{name} {base}"
            );
            assert_eq!(
                dns(name.as_bytes(), base.as_bytes(), List::Excluded),
                excluded,
                "{name} {base}"
            );
        }
    }

    #[test]
    fn ip_subtrees() {
        assert_eq!(ip(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(true));
        assert_eq!(ip(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(false));
        assert_eq!(ip(&[0; 16], &[10, 0, 0, 0, 255, 0, 0, 0]), Some(false));
        assert_eq!(ip(&[0; 16], &[0; 32]), Some(true));
        assert_eq!(ip(&[1, 2, 3], &[0; 8]), None);
        for (base, good) in [
            (&[10, 0, 0, 0, 255, 255, 0, 0][..], true),
            (&[10, 0, 0, 0, 255, 254, 0, 0], true),
            (&[0; 8], true),
            (&[255; 8], true),
            (&[10, 0, 0, 0, 255, 0, 255, 0], false),
            (&[10, 0, 0, 0, 253, 0, 0, 0], false),
            (&[0; 32], true),
            (&[0; 16], false),
        ] {
            assert_eq!(check_ip_base(base).is_some(), good, "{base:?}");
        }
    }

    #[test]
    fn email_subtrees() {
        for (name, base, expected) in [
            ("me@a.test", "me@A.test", Some(true)),
            ("Me@a.test", "me@a.test", Some(false)),
            ("me@a.test", "a.test", Some(true)),
            ("me@x.a.test", "a.test", Some(false)),
            ("me@x.a.test", ".a.test", Some(true)),
            ("me@a.test", ".a.test", Some(false)),
            ("a.test", "a.test", None),
            ("\"x@b.test\"@a.test", "a.test", None),
            ("@a.test", "a.test", None),
        ] {
            assert_eq!(email(name.as_bytes(), base.as_bytes()), expected, "{name} {base}");
        }
    }

    #[test]
    fn uri_subtrees() {
        for (name, base, expected) in [
            ("spiffe://a.test/agent", "a.test", Some(true)),
            ("spiffe://A.TEST", "a.test", Some(true)),
            ("spiffe://x.a.test/agent", "a.test", Some(false)),
            ("spiffe://x.a.test/agent", ".a.test", Some(true)),
            ("https://a.test@b.test:443/", "b.test", Some(true)),
            ("https://a.test@b.test/", "a.test", Some(false)),
            ("https://b.test\\@a.test/", "b.test", Some(true)),
            ("https://10.0.0.1/", "a.test", None),
            ("https://[::1]/", "a.test", None),
            ("urn:uuid:1", "a.test", None),
            ("https:///path", "a.test", None),
            ("a.test", "a.test", None),
        ] {
            assert_eq!(uri(name.as_bytes(), base.as_bytes()), expected, "{name} {base}");
        }
    }
}
