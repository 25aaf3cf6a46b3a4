//! Certificate revocation lists, version 2 (RFC 5280 5).

use std::collections::BTreeMap;
use std::sync::Arc;

use mtls_scenarios::{CertificateRef, Credential, Crl, KeyAlgorithm, When};
use rustls::pki_types::CertificateRevocationListDer;

use super::authority::Authority;
use super::certificate::Forged;
use super::der::{Node, Tag};
use super::error::{ForgeError, RecipeError, list};
use super::forge::Forge;
use super::key::KeyScope;
use super::oid::id_ce;
use super::sign;
use super::time::{self, Clock, TimeError};

/// `thisUpdate` and the revocation dates, where a list does not say.
const PUBLISHED: &str = "-1h";
/// `nextUpdate`, where a list does not say.
const NEXT: &str = "+30d";

impl Forge {
    /// Makes revocation lists of an account, in the order given.
    pub fn crls(
        &self,
        lists: &[Crl],
        authority: &Authority,
        credentials: &BTreeMap<String, Credential>,
    ) -> Result<Vec<CertificateRevocationListDer<'static>>, ForgeError> {
        lists.iter().map(|crl| self.crl(crl, authority, credentials)).collect()
    }

    fn crl(
        &self,
        crl: &Crl,
        authority: &Authority,
        credentials: &BTreeMap<String, Credential>,
    ) -> Result<CertificateRevocationListDer<'static>, ForgeError> {
        let issuer = self.referenced("crls.issuer", &crl.issuer, authority, credentials)?;
        let serials = crl.revoked.iter().map(|revoked| {
            Ok(self.referenced("crls.revoked", revoked, authority, credentials)?.serial.clone())
        });
        let serials = serials.collect::<Result<Vec<_>, ForgeError>>()?;
        let algorithm = issuer.key.default_signature();
        let wrong = |source| ForgeError::Recipe {
            owner: owner(authority),
            certificate: "crls.issuer".to_owned(),
            source,
        };
        let dates = Dates::of(crl, Clock::at(self.epoch()));
        let dates = dates.map_err(|source| wrong(RecipeError::Time { field: "crls", source }))?;
        let list = list_node(&issuer, serials, &dates, self);
        let sealed = sign::seal(&list, &issuer.key, algorithm)
            .map_err(|source| wrong(RecipeError::Sign(source)))?;
        Ok(sealed.to_bytes().into())
    }

    pub(super) fn referenced(
        &self,
        place: &str,
        reference: &CertificateRef,
        authority: &Authority,
        credentials: &BTreeMap<String, Credential>,
    ) -> Result<Arc<Forged>, ForgeError> {
        match reference {
            CertificateRef::Anchor(name) => {
                let anchor = authority.anchor(name).ok_or_else(|| ForgeError::UnknownAnchor {
                    owner: owner(authority),
                    place: place.to_owned(),
                    name: name.clone(),
                    account: authority.name().to_owned(),
                    known: list(authority.names()),
                })?;
                let owner = || owner(authority);
                anchor.whole().cloned().ok_or_else(|| ForgeError::NeedsCaKey { owner: owner() })
            }
            CertificateRef::Certificate { credential, certificate } => {
                let recipes =
                    credentials.get(credential).ok_or_else(|| ForgeError::UnknownCredential {
                        owner: owner(authority),
                        place: place.to_owned(),
                        name: credential.clone(),
                    })?;
                let recipe = recipes.certificates.get(certificate);
                if recipe
                    .is_some_and(|recipe| recipe.serial.is_none() || recipe.key.algorithm.is_none())
                {
                    return Err(ForgeError::NotFixed {
                        owner: owner(authority),
                        credential: credential.clone(),
                        certificate: certificate.clone(),
                    });
                }
                let scope = KeyScope::Credential(credential.clone());
                // Never used: the certificates in question name their algorithm.
                let cell = KeyAlgorithm::P256;
                let mut chain = self.chain(scope, &recipes.certificates, cell, self.epoch());
                chain.authority = Some(authority);
                chain.mint(place, certificate)
            }
        }
    }
}

/// The dates of a list, as they are encoded.
struct Dates {
    this_update: Node,
    next_update: Node,
    revocation: Node,
}

impl Dates {
    fn of(crl: &Crl, clock: Clock) -> Result<Self, TimeError> {
        let node = |given: &Option<When>, otherwise: &str| {
            let when = given.clone().unwrap_or_else(|| When(otherwise.to_owned()));
            clock.resolve(&when).map(time::to_node)
        };
        Ok(Self {
            this_update: node(&crl.this_update, PUBLISHED)?,
            next_update: node(&crl.next_update, NEXT)?,
            revocation: node(&crl.revocation_date, PUBLISHED)?,
        })
    }
}

/// `TBSCertList`.
fn list_node(issuer: &Forged, serials: Vec<Vec<u8>>, dates: &Dates, forge: &Forge) -> Node {
    let mut fields = vec![
        Node::unsigned(&[1]),
        sign::algorithm_identifier(issuer.key.default_signature()),
        Node::raw(issuer.subject.as_slice()),
        dates.this_update.clone(),
        dates.next_update.clone(),
    ];
    let revoked =
        |serial| Node::sequence(vec![Node::octets(Tag::INTEGER, serial), dates.revocation.clone()]);
    if !serials.is_empty() {
        fields.push(Node::sequence(serials.into_iter().map(revoked).collect::<Vec<_>>()));
    }
    let key_id = Node::sequence(vec![Node::octets(Tag::context(0), issuer.key_id.as_slice())]);
    let number = Node::unsigned(&forge.epoch().as_secs().to_be_bytes());
    let extensions = vec![extension(id_ce(35), &key_id), extension(id_ce(20), &number)];
    fields.push(Node::values(Tag::context(0).constructed(), vec![Node::sequence(extensions)]));
    Node::sequence(fields)
}

fn extension(oid: [u8; 3], value: &Node) -> Node {
    Node::sequence(vec![
        Node::octets(Tag::OID, oid),
        Node::octets(Tag::OCTET_STRING, value.to_bytes()),
    ])
}

fn owner(authority: &Authority) -> String {
    format!("account `{}`", authority.name())
}
