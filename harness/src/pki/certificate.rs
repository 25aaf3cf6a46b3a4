//! One recipe to one certificate: skeleton, surgery, signature, defects.

use std::sync::Arc;

use mtls_scenarios::{Field, Recipe};
use rcgen::{CertificateParams, KeyIdMethod};
use rustls::pki_types::CertificateDer;

use super::der::{self, Node, Tag};
use super::error::RecipeError;
use super::key::{Key, KeyStore};
use super::surgery::Draft;
use super::time::Clock;
use super::{defect, hex, name, recipe as skeleton, sign};

/// A certificate with what is needed to issue more with it.
#[derive(Clone, Debug)]
pub(crate) struct Forged {
    /// The certificate as it goes into a `certificate_list`.
    pub(crate) der: CertificateDer<'static>,
    /// Its key pair.
    pub(crate) key: Arc<Key>,
    /// Its subject, as encoded; empty where a defect removed it.
    pub(crate) subject: Vec<u8>,
    /// Its serial number, content octets.
    pub(crate) serial: Vec<u8>,
    /// Its subject key identifier, whether it says so or not.
    pub(crate) key_id: Vec<u8>,
}

/// What a certificate is made from.
pub(crate) struct Order<'a> {
    /// Input to the serial number, different for each credential and account.
    pub(crate) scope: &'a str,
    /// The certificate's name.
    pub(crate) name: &'a str,
    /// The default subject's common name.
    pub(crate) common_name: &'a str,
    /// The recipe.
    pub(crate) recipe: &'a Recipe,
    /// The subject's key.
    pub(crate) key: Arc<Key>,
    /// Who signs; `None` for the certificate's own key.
    pub(crate) issuer: Option<&'a Forged>,
    /// The encoded name to take as the subject, where it is somebody else's.
    pub(crate) subject: Option<Vec<u8>>,
    /// The encoded name to write as the issuer, where it is not the issuer's.
    pub(crate) issuer_name: Option<Vec<u8>>,
    /// Content of `authorityKeyIdentifier.keyIdentifier`, if the extension is wanted.
    pub(crate) authority_key_id: Option<Vec<u8>>,
    /// What relative times count from.
    pub(crate) clock: Clock,
}

/// Makes the certificate.
pub(crate) fn forge(store: &KeyStore, order: Order<'_>) -> Result<Forged, RecipeError> {
    let recipe = order.recipe;
    let issuer_key = order.issuer.map_or(&order.key, |issuer| &issuer.key);
    let mut draft = draft(store, &order, issuer_key)?;

    let subject = subject(&order)?;
    let issuer = match (&order.issuer_name, &recipe.issuer_name, order.issuer) {
        (Some(name), _, _) => as_encoded(name),
        (None, Some(name), _) => name::to_node(name, mtls_scenarios::StringType::Utf8)?,
        (None, None, Some(issuer)) => as_encoded(&issuer.subject),
        (None, None, None) => subject.clone(),
    };
    draft.set(Field::Issuer, issuer)?;
    draft.set(Field::Subject, subject)?;
    if recipe.public_key.is_some() {
        let public = Node::raw(order.key.subject_public_key_info());
        draft.set(Field::SubjectPublicKeyInfo, public)?;
    }
    if let Some(serial) = &recipe.serial {
        let octets = hex::decode("serial", &serial.0)?;
        draft.set(Field::SerialNumber, Node::octets(Tag::INTEGER, octets))?;
    }
    if let Some((extension, value)) = skeleton::odd_basic_constraints(recipe) {
        draft.set_extension(extension, &value)?;
    }
    draft.omit(&recipe.omit);
    let algorithm = recipe.signature_algorithm.unwrap_or_else(|| issuer_key.default_signature());
    draft.set(Field::InnerSignatureAlgorithm, sign::algorithm_identifier(algorithm))?;

    defect::before_signing(&mut draft, &recipe.defects)?;
    let field = |field| draft.find(field).map(Node::to_bytes).unwrap_or_default();
    let subject = field(Field::Subject);
    let serial = draft
        .find(Field::SerialNumber)
        .and_then(|node| node.as_octets())
        .unwrap_or_default()
        .to_vec();
    let sealed = sign::seal(&draft.tree, issuer_key, algorithm)?;
    let der = CertificateDer::from(defect::after_signing(sealed, &recipe.defects)?);
    let key_id = order.key.key_identifier().to_vec();
    Ok(Forged { der, key: order.key, subject, serial, key_id })
}

/// A certificate of somebody else's with defects outside its signed part.
pub(crate) fn spoilt(
    certificate: &Arc<Forged>,
    defects: &[mtls_scenarios::Defect],
) -> Result<Arc<Forged>, RecipeError> {
    if defects.is_empty() {
        return Ok(Arc::clone(certificate));
    }
    let der = defect::after_signing(sign::sealed(&certificate.der)?, defects)?;
    Ok(Arc::new(Forged { der: der.into(), ..Forged::clone(certificate) }))
}

/// The subject that the recipe asks for.
fn subject(order: &Order<'_>) -> Result<Node, RecipeError> {
    let string_type = order.recipe.subject_string_type;
    match (&order.subject, &order.recipe.subject) {
        (Some(encoded), _) => Ok(as_encoded(encoded)),
        (None, Some(name)) => name::to_node(name, string_type),
        (None, None) => name::to_node(&default_name(order.common_name), string_type),
    }
}

/// An encoded name; where a defect left none that can be read, the bytes as they are.
fn as_encoded(name: &[u8]) -> Node {
    der::read(name).unwrap_or_else(|_| Node::raw(name))
}

/// The certificate that rcgen makes of the recipe, not signed, taken apart.
fn draft(store: &KeyStore, order: &Order<'_>, issuer_key: &Key) -> Result<Draft, RecipeError> {
    let validity = skeleton::validity(order.recipe, order.clock)?;
    let serial = serial(store, order, validity);
    let mut parameters = skeleton::parameters(order.recipe, &order.key, validity, &serial)?;
    parameters.use_authority_key_identifier_extension = order.authority_key_id.is_some();
    let mut issuer = CertificateParams::default();
    issuer.key_identifier_method =
        KeyIdMethod::PreSpecified(order.authority_key_id.clone().unwrap_or_default());
    let issuer = rcgen::Issuer::from_params(&issuer, Unsigned(issuer_key));
    let certificate = parameters.signed_by(&*order.key, &issuer);
    let certificate = certificate.map_err(|error| RecipeError::Serialize(error.to_string()))?;
    Draft::from_certificate(certificate.der())
}

/// Twenty octets that follow from everything that tells certificates of one issuer apart.
fn serial(
    store: &KeyStore,
    order: &Order<'_>,
    validity: (time::OffsetDateTime, time::OffsetDateTime),
) -> Vec<u8> {
    let (start, end) =
        (validity.0.unix_timestamp().to_be_bytes(), validity.1.unix_timestamp().to_be_bytes());
    let parts: [&[u8]; 5] =
        [order.scope.as_bytes(), order.name.as_bytes(), order.key.key_identifier(), &start, &end];
    let tag = store.derive("serial", &parts);
    let mut serial: Vec<u8> = tag.as_ref().iter().copied().take(20).collect();
    if let Some(first) = serial.first_mut() {
        // Positive and always of full length (RFC 5280 4.1.2.2: at most 20 octets).
        *first = (*first & 0x3f) | 0x40;
    }
    serial
}

fn default_name(common_name: &str) -> mtls_scenarios::Name {
    use mtls_scenarios::AttributeType::{CN, O};
    vec![[(O, "Example ORG".to_owned())].into(), [(CN, common_name.to_owned())].into()]
}

/// A key that leaves the signature out: the real one is made after surgery.
struct Unsigned<'a>(&'a Key);

impl rcgen::PublicKeyData for Unsigned<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        rcgen::PublicKeyData::algorithm(self.0)
    }
}

impl rcgen::SigningKey for Unsigned<'_> {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}
