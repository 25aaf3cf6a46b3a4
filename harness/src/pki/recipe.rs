//! A recipe to rcgen's parameters: the well-formed skeleton that surgery then completes.
//!
//! Names, raw serials and what a defect breaks are not here; see `surgery` and `defect`.

use mtls_scenarios::{ExtensionName, KeyUsage, Profile, Purpose, Recipe, When};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyUsagePurpose, SerialNumber,
};
use time::OffsetDateTime;

use super::der::{Node, Tag};
use super::error::RecipeError;
use super::key::Key;
use super::oid::Oid;
use super::time::Clock;
use super::{general_name, hex, repeat};

/// Arcs of `id-ce`.
const fn id_ce(last: u64) -> [u64; 4] {
    [2, 5, 29, last]
}

/// `notBefore` and `notAfter`.
pub(crate) fn validity(
    recipe: &Recipe,
    clock: Clock,
) -> Result<(OffsetDateTime, OffsetDateTime), RecipeError> {
    let (start, end) = match recipe.profile {
        Profile::Client | Profile::Server => ("-1d", "+90d"),
        Profile::Intermediate => ("-30d", "+5y"),
        Profile::Authority => ("-30d", "+10y"),
    };
    let resolve = |field, given: Option<&When>, default: &str| {
        let default = When(default.to_owned());
        clock
            .resolve(given.unwrap_or(&default))
            .map_err(|source| RecipeError::Time { field, source })
    };
    let given = recipe.validity.as_ref();
    Ok((
        resolve("validity.not_before", given.and_then(|v| v.not_before.as_ref()), start)?,
        resolve("validity.not_after", given.and_then(|v| v.not_after.as_ref()), end)?,
    ))
}

/// rcgen's parameters for everything of the recipe that rcgen can say.
pub(crate) fn parameters(
    recipe: &Recipe,
    key: &Key,
    validity: (OffsetDateTime, OffsetDateTime),
    serial: &[u8],
) -> Result<CertificateParams, RecipeError> {
    let mut parameters = CertificateParams::default();
    (parameters.not_before, parameters.not_after) = validity;
    parameters.serial_number = Some(SerialNumber::from_slice(serial));
    parameters.distinguished_name = placeholder(recipe);
    parameters.key_identifier_method = KeyIdMethod::PreSpecified(key.key_identifier().to_vec());
    parameters.is_ca = authority(recipe);
    let usages = key_usages(recipe);
    if usages.is_empty() {
        // No bit set: rcgen would leave the extension out.
        let mut empty = CustomExtension::from_oid_content(
            &id_ce(15),
            Node::octets(Tag::BIT_STRING, [0]).to_bytes(),
        );
        empty.set_criticality(true);
        parameters.custom_extensions.push(empty);
    }
    parameters.key_usages = usages;
    parameters.extended_key_usages = purposes(recipe)?;
    if recipe.extended_key_usage.as_ref().is_some_and(Vec::is_empty) {
        let empty =
            CustomExtension::from_oid_content(&id_ce(37), Node::sequence(Vec::new()).to_bytes());
        parameters.custom_extensions.push(empty);
    }
    parameters.custom_extensions.extend(names(recipe)?);
    for extension in &recipe.extensions {
        let content = hex::decode_all("extensions.value", &extension.value)?;
        for number in repeat::numbers("extensions.times", extension.times, content.len())? {
            let oid = Oid::parse(&repeat::numbered(&extension.oid, number))?;
            let mut custom = CustomExtension::from_oid_content(oid.arcs(), content.clone());
            custom.set_criticality(extension.critical);
            parameters.custom_extensions.push(custom);
        }
    }
    Ok(parameters)
}

/// A subject for rcgen to write where the real one goes later.
fn placeholder(recipe: &Recipe) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if recipe.subject.as_ref().is_none_or(|subject| !subject.is_empty()) {
        name.push(DnType::CommonName, "");
    }
    name
}

fn authority(recipe: &Recipe) -> IsCa {
    let constraint = |path_len: Option<u8>| {
        IsCa::Ca(path_len.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained))
    };
    match (recipe.basic_constraints, recipe.profile) {
        (Some(given), _) if given.ca => constraint(given.path_len),
        (None, Profile::Intermediate | Profile::Authority) => constraint(None),
        _ => IsCa::ExplicitNoCa,
    }
}

/// `basicConstraints` that rcgen cannot say: a path length without `cA`.
pub(crate) fn odd_basic_constraints(recipe: &Recipe) -> Option<(ExtensionName, Node)> {
    let given = recipe.basic_constraints.filter(|given| !given.ca)?;
    let length = Node::unsigned(&[given.path_len?]);
    Some((ExtensionName::BasicConstraints, Node::sequence(vec![length])))
}

fn key_usages(recipe: &Recipe) -> Vec<KeyUsagePurpose> {
    let Some(given) = &recipe.key_usage else {
        return match recipe.profile {
            Profile::Client | Profile::Server => vec![KeyUsagePurpose::DigitalSignature],
            Profile::Intermediate | Profile::Authority => {
                vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign]
            }
        };
    };
    let purpose = |usage: &KeyUsage| match usage {
        KeyUsage::DigitalSignature => KeyUsagePurpose::DigitalSignature,
        KeyUsage::NonRepudiation => KeyUsagePurpose::ContentCommitment,
        KeyUsage::KeyEncipherment => KeyUsagePurpose::KeyEncipherment,
        KeyUsage::DataEncipherment => KeyUsagePurpose::DataEncipherment,
        KeyUsage::KeyAgreement => KeyUsagePurpose::KeyAgreement,
        KeyUsage::KeyCertSign => KeyUsagePurpose::KeyCertSign,
        KeyUsage::CrlSign => KeyUsagePurpose::CrlSign,
        KeyUsage::EncipherOnly => KeyUsagePurpose::EncipherOnly,
        KeyUsage::DecipherOnly => KeyUsagePurpose::DecipherOnly,
    };
    given.iter().map(purpose).collect()
}

fn purposes(recipe: &Recipe) -> Result<Vec<ExtendedKeyUsagePurpose>, RecipeError> {
    let Some(given) = &recipe.extended_key_usage else {
        return Ok(match recipe.profile {
            Profile::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
            Profile::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
            Profile::Intermediate | Profile::Authority => Vec::new(),
        });
    };
    let purpose = |purpose: &Purpose| {
        Ok(match purpose {
            Purpose::ServerAuth => ExtendedKeyUsagePurpose::ServerAuth,
            Purpose::ClientAuth => ExtendedKeyUsagePurpose::ClientAuth,
            Purpose::CodeSigning => ExtendedKeyUsagePurpose::CodeSigning,
            Purpose::EmailProtection => ExtendedKeyUsagePurpose::EmailProtection,
            Purpose::TimeStamping => ExtendedKeyUsagePurpose::TimeStamping,
            Purpose::OcspSigning => ExtendedKeyUsagePurpose::OcspSigning,
            Purpose::AnyExtendedKeyUsage => ExtendedKeyUsagePurpose::Any,
            Purpose::Oid(oid) => ExtendedKeyUsagePurpose::Other(Oid::parse(oid)?.arcs().to_vec()),
        })
    };
    given.iter().map(purpose).collect()
}

/// `subjectAltName` and `nameConstraints`, some of whose forms rcgen lacks.
fn names(recipe: &Recipe) -> Result<Vec<CustomExtension>, RecipeError> {
    let mut extensions = Vec::new();
    if !recipe.subject_alt_names.is_empty() {
        let names = general_name::subject_alt_name(&recipe.subject_alt_names)?;
        let mut extension = CustomExtension::from_oid_content(&id_ce(17), names.to_bytes());
        // RFC 5280 4.1.2.6: critical when it is the only name.
        extension.set_criticality(recipe.subject.as_ref().is_some_and(Vec::is_empty));
        extensions.push(extension);
    }
    if let Some(constraints) = &recipe.name_constraints {
        let content = general_name::name_constraints(constraints)?.to_bytes();
        let mut extension = CustomExtension::from_oid_content(&id_ce(30), content);
        extension.set_criticality(true);
        extensions.push(extension);
    }
    Ok(extensions)
}
