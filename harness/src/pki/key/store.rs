//! Keys by name: made from the seed or taken from the pool once, then shared.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::agreement::{ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
};
use mtls_scenarios::KeyAlgorithm;

use super::ecdsa::DeterministicP256;
use super::encoding;
use super::load::KeyError;
use super::signer::{Deterministic, Key, KeyParts, Private};

/// Whose key it is; keys of the same name differ between scopes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyScope {
    /// A credential, by name.
    Credential(String),
    /// An account's trust anchors, by the account's name.
    Account(String),
    /// The gate's own server certificate.
    Server,
}

impl KeyScope {
    /// The scope as input to derivations; different scopes never give the same text.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Credential(name) => format!("credential\0{name}"),
            Self::Account(name) => format!("account\0{name}"),
            Self::Server => "server".to_owned(),
        }
    }
}

/// Which RSA test key each name got: no two names the same.
#[derive(Debug, Default)]
pub(crate) struct RsaSlots(BTreeMap<KeyAlgorithm, Vec<String>>);

impl RsaSlots {
    /// The slot of a name, the next free one when it is new; `None` when all are taken.
    fn assign(
        &mut self,
        algorithm: KeyAlgorithm,
        name: &str,
        slots: Range<usize>,
    ) -> Option<usize> {
        let names = self.0.entry(algorithm).or_default();
        let position = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        slots.into_iter().nth(position)
    }
}

/// All keys of a forge.
pub(crate) struct KeyStore {
    seed: hmac::Key,
    derived: RwLock<BTreeMap<(KeyScope, String, KeyAlgorithm), Arc<Key>>>,
    pooled: RwLock<BTreeMap<(KeyAlgorithm, usize), Arc<Key>>>,
    anchors: Mutex<RsaSlots>,
}

/// What a key is wanted for.
#[derive(Clone, Copy)]
pub(crate) struct KeyRequest<'a> {
    /// Whose key.
    pub(crate) scope: &'a KeyScope,
    /// Its name there.
    pub(crate) name: &'a str,
    /// Its algorithm.
    pub(crate) algorithm: KeyAlgorithm,
}

impl KeyStore {
    /// A store whose keys follow from the seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed: hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes()),
            derived: RwLock::default(),
            pooled: RwLock::default(),
            anchors: Mutex::default(),
        }
    }

    /// 32 octets that follow from the seed and the parts.
    pub(crate) fn derive(&self, purpose: &str, parts: &[&[u8]]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.seed);
        for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
            // With its length in front, so that no two lists of parts read alike.
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        context.sign()
    }

    /// The key, made when it is new. `slots` remembers the RSA keys of a credential.
    pub(crate) fn key(
        &self,
        request: KeyRequest<'_>,
        slots: &mut RsaSlots,
    ) -> Result<Arc<Key>, KeyStoreError> {
        let (pool, reserved) = super::rsa::pool(request.algorithm);
        if pool.is_empty() {
            return self.derived(request);
        }
        let shared = pool.len() - reserved;
        let slot = match request.scope {
            KeyScope::Account(account) => {
                let mut anchors = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
                let name = format!("{account}\0{}", request.name);
                anchors.assign(request.algorithm, &name, shared..pool.len())
            }
            KeyScope::Credential(_) | KeyScope::Server => {
                slots.assign(request.algorithm, request.name, 0..shared)
            }
        };
        let test_key = slot.and_then(|slot| Some((slot, *pool.get(slot)?)));
        let (slot, pkcs8) = test_key.ok_or(KeyStoreError::Exhausted {
            algorithm: request.algorithm.as_str(),
            available: if matches!(request.scope, KeyScope::Account(_)) {
                reserved
            } else {
                shared
            },
        })?;
        cached(&self.pooled, (request.algorithm, slot), || {
            Key::from_pem_or_der(pkcs8).map_err(KeyStoreError::Pool)
        })
    }

    fn derived(&self, request: KeyRequest<'_>) -> Result<Arc<Key>, KeyStoreError> {
        let KeyRequest { scope, name, algorithm } = request;
        cached(&self.derived, (scope.clone(), name.to_owned(), algorithm), || {
            let label = scope.label();
            (0_u32..128)
                .find_map(|attempt| {
                    let octets = |half: u8| {
                        let parts: [&[u8]; 5] = [
                            label.as_bytes(),
                            name.as_bytes(),
                            algorithm.as_str().as_bytes(),
                            &attempt.to_be_bytes(),
                            &[half],
                        ];
                        self.derive("key", &parts)
                    };
                    let material = [octets(0).as_ref(), octets(1).as_ref()].concat();
                    from_material(algorithm, &material)
                })
                .map(Key::new)
                .ok_or(KeyStoreError::Derivation(algorithm.as_str()))
        })
    }
}

/// Why there is no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// More RSA keys wanted than there are.
    #[error(
        "no {algorithm} test key is left: one credential (or all accounts together) can use {available}; use another algorithm, or share keys by name"
    )]
    Exhausted {
        /// The algorithm.
        algorithm: &'static str,
        /// How many there are.
        available: usize,
    },
    /// A test key that cannot be read: a fault of the harness.
    #[error("an RSA test key of the harness is unusable: {0}")]
    Pool(KeyError),
    /// No valid scalar in all attempts: a fault of the harness.
    #[error("no {0} key follows from the seed")]
    Derivation(&'static str),
}

fn cached<K: Ord>(
    cache: &RwLock<BTreeMap<K, Arc<Key>>>,
    id: K,
    make: impl FnOnce() -> Result<Key, KeyStoreError>,
) -> Result<Arc<Key>, KeyStoreError> {
    if let Some(key) = cache.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Ok(Arc::clone(key));
    }
    let key = Arc::new(make()?);
    // Two tasks may have made the same key; both are the same key, so either will do.
    Ok(Arc::clone(cache.write().unwrap_or_else(PoisonError::into_inner).entry(id).or_insert(key)))
}

/// A key from random octets; `None` where they are not a valid scalar.
fn from_material(algorithm: KeyAlgorithm, material: &[u8]) -> Option<KeyParts> {
    match algorithm {
        KeyAlgorithm::P256 => {
            let scalar: [u8; 32] = material.get(..32)?.try_into().ok()?;
            let deterministic = Deterministic::P256(DeterministicP256::new(scalar)?);
            let public = PrivateKey::from_private_key(&ECDH_P256, &scalar)
                .ok()?
                .compute_public_key()
                .ok()?;
            ecdsa(
                algorithm,
                &ECDSA_P256_SHA256_ASN1_SIGNING,
                (&scalar, public.as_ref()),
                deterministic,
            )
        }
        KeyAlgorithm::P384 => {
            let scalar = material.get(..48)?;
            let deterministic =
                Deterministic::P384(Box::new(p384::ecdsa::SigningKey::from_slice(scalar).ok()?));
            let public =
                PrivateKey::from_private_key(&ECDH_P384, scalar).ok()?.compute_public_key().ok()?;
            ecdsa(
                algorithm,
                &ECDSA_P384_SHA384_ASN1_SIGNING,
                (scalar, public.as_ref()),
                deterministic,
            )
        }
        KeyAlgorithm::P521 => {
            let mut scalar = material.get(..66)?.to_vec();
            // 521 bits in 66 octets: one bit of the first is used.
            *scalar.first_mut()? &= 1;
            let deterministic =
                Deterministic::P521(Box::new(p521::ecdsa::SigningKey::from_slice(&scalar).ok()?));
            let public = PrivateKey::from_private_key(&ECDH_P521, &scalar)
                .ok()?
                .compute_public_key()
                .ok()?;
            ecdsa(
                algorithm,
                &ECDSA_P521_SHA512_ASN1_SIGNING,
                (&scalar, public.as_ref()),
                deterministic,
            )
        }
        KeyAlgorithm::Ed25519 => {
            let seed = material.get(..32)?;
            let private = Private::Ed25519(Ed25519KeyPair::from_seed_unchecked(seed).ok()?);
            let pkcs8 = encoding::pkcs8(algorithm, &encoding::ed25519_private_key(seed));
            Some(KeyParts { algorithm, public: private.public()?, pkcs8, private })
        }
        KeyAlgorithm::Rsa1024
        | KeyAlgorithm::Rsa2048
        | KeyAlgorithm::Rsa3072
        | KeyAlgorithm::Rsa4096 => None,
    }
}

fn ecdsa(
    algorithm: KeyAlgorithm,
    signing: &'static EcdsaSigningAlgorithm,
    (scalar, public): (&[u8], &[u8]),
    deterministic: Deterministic,
) -> Option<KeyParts> {
    let pair = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, public).ok()?;
    let pkcs8 = encoding::pkcs8(algorithm, &encoding::ec_private_key(scalar, public));
    let private = Private::Ecdsa { pair, deterministic: Some(deterministic) };
    Some(KeyParts { algorithm, public: public.to_vec(), pkcs8, private })
}
