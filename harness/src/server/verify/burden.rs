//! What a `certificate_list` asks of a gate that sets itself no limits: for the faults of availability.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::CertificateDer;

use super::certificate::{Certificate, PublicKey};
use super::der::{Notes, Reader};
use super::general_name;

/// Content octets of the `AlgorithmIdentifier` of RSA keys (RFC 3279 2.3.1).
const RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

/// Identifier of `policyMappings` (RFC 5280 4.2.1.5).
const POLICY_MAPPINGS: &[u8] = &[6, 3, 0x55, 0x1d, 33];

/// The certificates of a list that can be read.
pub(crate) struct Burden<'a>(Vec<Certificate<'a>>);

impl<'a> Burden<'a> {
    pub(crate) fn of(list: impl Iterator<Item = &'a CertificateDer<'a>>) -> Self {
        Self(list.filter_map(|der| Certificate::read(der).ok()).collect())
    }

    /// Alternative names, and subtrees of name constraints.
    pub(crate) fn names(&self) -> usize {
        let names = self.0.iter().map(|certificate| {
            let extensions = &certificate.extensions;
            let own = extensions.subject_alt_name.unwrap_or_default();
            let subtrees = extensions.name_constraints.map_or(0, |constraints| constraints.len());
            general_name::iterate(own).count().saturating_add(subtrees)
        });
        names.sum()
    }

    /// Steps that the costliest RSA key takes: bits of its modulus times bits of its exponent.
    pub(crate) fn rsa_steps(&self) -> usize {
        self.0.iter().filter_map(|certificate| rsa_steps(certificate.key)).max().unwrap_or(0)
    }

    /// Certificates that map policies to others.
    pub(crate) fn policy_mappings(&self) -> usize {
        let maps =
            |der: &[u8]| der.windows(POLICY_MAPPINGS.len()).any(|octets| octets == POLICY_MAPPINGS);
        self.0.iter().filter(|certificate| maps(certificate.der)).count()
    }

    /// Whether a key is of a type that the crypto provider does not know.
    pub(crate) fn has_unknown_key(&self) -> bool {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let WebPkiSupportedAlgorithms { all, .. } = provider.signature_verification_algorithms;
        let is_known = |key: PublicKey<'_>| {
            all.iter().any(|known| known.public_key_alg_id().as_ref() == key.algorithm)
        };
        self.0.iter().any(|certificate| !is_known(certificate.key))
    }

    /// Whether two certificates name each other as their issuers.
    pub(crate) fn has_cycle(&self) -> bool {
        let issues = |issuer: &Certificate<'_>, child: &Certificate<'_>| {
            child.issuer.matches(issuer.subject) && !child.is_self_issued()
        };
        self.0.iter().any(|one| self.0.iter().any(|other| issues(one, other) && issues(other, one)))
    }
}

fn rsa_steps(key: PublicKey<'_>) -> Option<usize> {
    if key.algorithm != RSA {
        return None;
    }
    let notes = Notes::default();
    let mut numbers = Reader::new(key.bits, &notes).sequence("RSAPublicKey").ok()?;
    let modulus = numbers.integer("modulus").ok()?;
    let exponent = numbers.integer("publicExponent").ok()?;
    Some(modulus.len().saturating_mul(8).saturating_mul(exponent.len().saturating_mul(8)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::testing::{Minted, root, tlv};

    fn burden(list: &[&Minted]) -> Vec<CertificateDer<'static>> {
        list.iter().map(|minted| minted.der.clone()).collect()
    }

    /// A client's certificate with an RSA key of so many octets each.
    fn rsa_client(issuer: &Minted, modulus: usize, exponent: usize) -> Minted {
        let number = |octets: usize| tlv(2, &vec![0x41; octets]);
        let key = tlv(0x30, &[number(modulus), number(exponent)].concat());
        let key = [tlv(0x30, RSA), tlv(3, &[&[0], &key[..]].concat())].concat();
        issuer.client("Client").altered(issuer, |fields| fields[6] = tlv(0x30, &key))
    }

    #[test]
    fn an_ordinary_list_is_light() {
        let root = root("Root");
        let intermediate = root.intermediate("Intermediate");
        let list = burden(&[&intermediate.client("Client"), &intermediate, &root]);
        let burden = Burden::of(list.iter());
        assert_eq!((burden.names(), burden.rsa_steps(), burden.policy_mappings()), (0, 0, 0));
        assert!(!burden.has_unknown_key() && !burden.has_cycle());
    }

    #[test]
    fn names_and_constraints_count() {
        let names = ["a.test", "b.test", "c.test"];
        let root = root("Root");
        let intermediate = root.intermediate_with("Intermediate", |params| {
            params.name_constraints = Some(rcgen::NameConstraints {
                permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("test".to_owned())],
                excluded_subtrees: names
                    .map(|n| rcgen::GeneralSubtree::DnsName(n.to_owned()))
                    .into(),
            });
        });
        let client = intermediate.client_with("Client", |params| {
            let name = |name: &str| rcgen::SanType::DnsName(name.try_into().unwrap());
            params.subject_alt_names = names.map(name).into();
        });
        assert_eq!(Burden::of(burden(&[&client, &intermediate]).iter()).names(), 7);
    }

    #[test]
    fn keys_count_by_what_they_cost() {
        let root = root("Root");
        let list = burden(&[&rsa_client(&root, 256, 3), &rsa_client(&root, 2048, 3)]);
        assert_eq!(Burden::of(list.iter()).rsa_steps(), 2048 * 8 * 24);
        let unknown = root.client("Client").altered(&root, |fields| {
            fields[6] = tlv(0x30, &[tlv(0x30, &[6, 2, 0x2a, 3]), tlv(3, &[0, 1])].concat());
        });
        assert!(Burden::of(burden(&[&unknown]).iter()).has_unknown_key());
    }

    #[test]
    fn a_circle_is_seen_and_a_self_signed_one_is_none() {
        let first = root("First");
        let second = first.intermediate("Second");
        let first_by_second = second.cross_sign(&first);
        let client = first.client("Client");
        assert!(Burden::of(burden(&[&client, &first_by_second, &second]).iter()).has_cycle());
        assert!(!Burden::of(burden(&[&client, &first, &second, &first]).iter()).has_cycle());
    }

    #[test]
    fn levels_that_map_policies_count() {
        let root = root("Root");
        let mapping = root.intermediate_with("Mapping", |params| {
            params
                .custom_extensions
                .push(rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 33], vec![0x30, 0]));
        });
        let list = burden(&[&mapping.client("Client"), &mapping, &root]);
        assert_eq!(Burden::of(list.iter()).policy_mappings(), 1);
    }
}
