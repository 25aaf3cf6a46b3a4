//! A credential recipe to what a client presents.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::digest;
use mtls_scenarios::{Credential, KeyAlgorithm, Sent};
use rustls::pki_types::{CertificateDer, UnixTime};

use super::authority::Authority;
use super::certificate::Forged;
use super::chain::Chain;
use super::decimal::decimal;
use super::error::ForgeError;
use super::forge::Forge;
use super::key::{Key, KeyScope};
use super::{hex, rfc4514};

/// Most certificates in one `certificate_list`.
const MAX_LIST: usize = 4096;

/// A credential, ready to be presented.
#[derive(Clone, Debug)]
pub struct Minted {
    /// The `certificate_list` to send. `None`: no certificate at all; empty: an empty list, and yet
    /// the handshake is signed.
    pub certificate_list: Option<Vec<CertificateDer<'static>>>,
    /// The key that signs the handshake; `None` exactly where there is no `certificate_list`.
    pub key: Option<Arc<Key>>,
    /// The certificate that the gate must report when it accepts; `None` where none is sent.
    pub end_entity: Option<EndEntity>,
    /// Every certificate of the credential, by name.
    pub certificates: BTreeMap<String, CertificateDer<'static>>,
    /// Whether a certificate counts its validity from the moment of use, so that nothing here may be kept.
    pub at_use: bool,
}

/// An end-entity certificate, and how gates name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndEntity {
    /// The certificate.
    pub der: CertificateDer<'static>,
    /// Its subject in RFC 4514 notation; `None` where a defect leaves no readable one.
    pub subject: Option<String>,
    /// Its serial number, decimal; `None` where it has none that could be one.
    pub serial: Option<String>,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-1 of the certificate, lower-case hexadecimal.
    pub sha1: String,
}

impl EndEntity {
    pub(super) fn new(forged: &Forged) -> Self {
        Self {
            der: forged.der.clone(),
            subject: rfc4514::text(&forged.subject),
            serial: decimal(&forged.serial),
            sha256: sha256(&forged.der),
            sha1: fingerprint(&digest::SHA1_FOR_LEGACY_USE_ONLY, &forged.der),
        }
    }
}

/// SHA-256 of a certificate, lower-case hexadecimal.
pub(crate) fn sha256(certificate: &[u8]) -> String {
    fingerprint(&digest::SHA256, certificate)
}

fn fingerprint(algorithm: &'static digest::Algorithm, certificate: &[u8]) -> String {
    hex::encode(digest::digest(algorithm, certificate).as_ref())
}

impl Forge {
    /// Makes a credential for an endpoint of the authority's account. Keys whose recipe names no algorithm
    /// are of the `cell`'s; validity periods that are `at_use` count from `now`.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says something else; callers have them apart"
    )]
    pub fn mint(
        &self,
        name: &str,
        credential: &Credential,
        authority: &Authority,
        cell: KeyAlgorithm,
        now: UnixTime,
    ) -> Result<Minted, ForgeError> {
        let scope = KeyScope::Credential(name.to_owned());
        let mut chain = self.chain(scope, &credential.certificates, cell, now);
        chain.authority = Some(authority);
        chain.mint_all()?;
        let end_entity = end_entity(&mut chain, credential)?;
        let certificate_list = match &credential.send {
            Some(send) => Some(certificate_list(&mut chain, send)?),
            None => None,
        };
        let key = match (&certificate_list, &end_entity) {
            (None, _) => None,
            (Some(_), Some(end_entity)) => Some(Arc::clone(&end_entity.key)),
            (Some(_), None) => Some(match chain.done.get("leaf") {
                Some(leaf) => Arc::clone(&leaf.key),
                None => chain.bare_key("leaf")?,
            }),
        };
        let is_sent = certificate_list.as_ref().is_some_and(|list| !list.is_empty());
        Ok(Minted {
            end_entity: end_entity.filter(|_| is_sent).as_deref().map(EndEntity::new),
            certificates: chain
                .done
                .into_iter()
                .map(|(name, forged)| (name, forged.der.clone()))
                .collect(),
            at_use: is_at_use(credential),
            certificate_list,
            key,
        })
    }
}

/// Whether a certificate of the credential counts its validity from the moment of use; such a
/// credential is minted anew for every connection.
pub fn is_at_use(credential: &Credential) -> bool {
    let mut recipes = credential.certificates.values();
    recipes.any(|recipe| recipe.validity.as_ref().is_some_and(|validity| validity.at_use))
}

fn end_entity(
    chain: &mut Chain<'_>,
    credential: &Credential,
) -> Result<Option<Arc<Forged>>, ForgeError> {
    if let Some(name) = &credential.end_entity {
        return chain.mint("end_entity", name).map(Some);
    }
    match credential.send.as_ref().and_then(|send| send.first()) {
        Some(Sent::Certificate(name) | Sent::Repeat { certificate: name, .. }) => {
            chain.mint("send", name).map(Some)
        }
        Some(Sent::Anchor(name)) => chain.anchor("send", name).map(Some),
        None => Ok(None),
    }
}

fn certificate_list(
    chain: &mut Chain<'_>,
    send: &[Sent],
) -> Result<Vec<CertificateDer<'static>>, ForgeError> {
    let mut list = Vec::new();
    for sent in send {
        let (der, times) = match sent {
            Sent::Certificate(name) => (chain.mint("send", name)?.der.clone(), 1),
            Sent::Anchor(name) => (anchor_certificate(chain, name)?, 1),
            Sent::Repeat { certificate, times } => {
                (chain.mint("send", certificate)?.der.clone(), *times)
            }
        };
        if times > MAX_LIST.saturating_sub(list.len()) {
            return Err(ForgeError::ListTooLong { owner: chain.owner(), limit: MAX_LIST });
        }
        list.extend(std::iter::repeat_n(der, times));
        if let Sent::Certificate(name) = sent {
            list.extend_from_slice(chain.behind(name));
        }
    }
    Ok(list)
}

fn anchor_certificate(
    chain: &mut Chain<'_>,
    name: &str,
) -> Result<CertificateDer<'static>, ForgeError> {
    let anchor = chain.known_anchor("send", name)?;
    let der = anchor.der().cloned();
    der.ok_or_else(|| ForgeError::NeedsCaCertificate { owner: chain.owner() })
}
