//! The way from the client's certificate to a CA, and what else stands in the file.

use super::Subject;
use crate::doctor::certificate::Certificate;
use crate::doctor::finding::Finding;
use crate::doctor::table;

/// Intermediates that nginx follows by default, with OpenSSL 1.1 and later.
const NGINX_INTERMEDIATES: usize = 1;
/// Intermediates that rustls-webpki follows.
const RUSTLS_INTERMEDIATES: usize = 6;

/// The client's certificate, its issuers, and the CA where they lead.
///
/// Built from names and key identifiers alone; whether the signatures are right is for the validators.
pub(in crate::doctor) struct Chain<'a> {
    /// The client's certificate and the intermediates, in the order of the path.
    links: Vec<&'a Certificate>,
    /// The CA that the path leads to.
    anchor: Option<&'a Certificate>,
    /// Where there is no such CA: the only one that was given, which findings may be about all the same.
    bystander: Option<&'a Certificate>,
}

impl<'a> Chain<'a> {
    pub(in crate::doctor) fn build(
        client: &'a Certificate,
        sent: &'a [Certificate],
        cas: &'a [Certificate],
    ) -> Self {
        let mut links = vec![client];
        let mut current = client;
        let anchor = loop {
            if let Some(anchor) =
                cas.iter().find(|ca| current.is_named_by(ca) || ca.der == current.der)
            {
                break Some(anchor);
            }
            let next = sent.iter().find(|next| {
                current.is_named_by(next) && !links.iter().any(|link| link.der == next.der)
            });
            match next {
                Some(next) if !current.is_self_signed() => {
                    links.push(next);
                    current = next;
                }
                _ => break None,
            }
        };
        let bystander = match cas {
            [only] if anchor.is_none() => Some(only),
            _ => None,
        };
        Self { links, anchor, bystander }
    }

    /// The certificates that a client sends, in the order of the path. A root is not among them.
    pub(super) fn sent(&self) -> impl Iterator<Item = &'a Certificate> {
        let is_root = |(index, link): &(usize, &&Certificate)| *index > 0 && link.is_self_signed();
        self.links.iter().enumerate().filter(move |link| !is_root(link)).map(|(_, link)| *link)
    }

    /// The CA that the path leads to, or the only one that was given.
    pub(super) fn cas(&self) -> Vec<&'a Certificate> {
        self.anchor.or(self.bystander).into_iter().collect()
    }

    /// From the client's certificate to the CA.
    pub(super) fn path(&self) -> impl Iterator<Item = &'a Certificate> {
        self.links.iter().copied().chain(self.anchor)
    }

    /// What is between the client's certificate and the CA.
    pub(in crate::doctor) fn intermediates(&self) -> impl Iterator<Item = &'a Certificate> {
        self.sent().skip(1)
    }

    pub(in crate::doctor) fn anchor(&self) -> Option<&'a Certificate> {
        self.anchor
    }

    pub(in crate::doctor) fn contains(&self, certificate: &Certificate) -> bool {
        self.links.iter().any(|link| link.der == certificate.der)
    }
}

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(end(subject));
    findings.extend(depth(subject));
    findings
}

/// Where the path ends.
fn end(subject: &Subject<'_>) -> Option<Finding> {
    let chain = subject.chain;
    if chain.anchor.is_some() {
        return None;
    }
    let last = chain.sent().last()?;
    if subject.client.is_self_signed() {
        let what = "The client's certificate is self-signed.";
        return Some(table::SELF_SIGNED.at(&subject.client.place, what));
    }
    if subject.cas.is_empty() {
        let what = "No CA was given, so that the chain cannot be followed to its end.";
        return Some(table::CA_NOT_GIVEN.at(&subject.credential.place, what));
    }
    if let Some(twin) = subject.cas.iter().find(|ca| last.issuer.matches(&ca.subject)) {
        let what =
            format!("The CA `{}` has the name, but not the key, of its issuer.", twin.subject.text);
        return Some(table::WRONG_SIGNATURE.at(&last.place, what));
    }
    let trusted = match subject.cas {
        [only] => format!("the CA given is `{}`", only.subject.text),
        many => format!("none of the {} CAs given is it", many.len()),
    };
    let what = format!("Its issuer `{}` is not in the file, and {trusted}.", last.issuer.text);
    Some(table::MISSING_INTERMEDIATE.at(&last.place, what))
}

fn depth(subject: &Subject<'_>) -> Option<Finding> {
    let count = subject.chain.intermediates().count();
    let rule = match count {
        _ if count > RUSTLS_INTERMEDIATES => &table::CHAIN_TOO_DEEP,
        _ if count > NGINX_INTERMEDIATES => &table::CHAIN_DEEP,
        _ => return None,
    };
    let what = format!("There are {count} intermediates between the certificate and the CA.");
    Some(rule.at(&subject.client.place, what))
}
