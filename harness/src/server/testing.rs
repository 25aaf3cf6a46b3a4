//! Certificates for the tests of this room.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SerialNumber, SigningKey as _,
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use time::{Duration, OffsetDateTime};

/// A certificate with its key.
#[derive(Clone)]
pub(super) struct Minted {
    pub(super) params: CertificateParams,
    pub(super) key: Arc<KeyPair>,
    pub(super) der: CertificateDer<'static>,
}

pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

pub(super) fn unix_now() -> UnixTime {
    UnixTime::now()
}

pub(super) fn key() -> Arc<KeyPair> {
    Arc::new(KeyPair::generate().unwrap())
}

fn params(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name);
    params.not_before = now() - Duration::days(1);
    params.not_after = now() + Duration::days(90);
    params.serial_number = Some(SerialNumber::from_slice(&unique()));
    params
}

/// Seven octets that no other call gives.
fn unique() -> [u8; 8] {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0x0100);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes()
}

pub(super) fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Example ORG");
    name.push(DnType::CommonName, common_name);
    name
}

fn authority_params(common_name: &str) -> CertificateParams {
    let mut params = params(common_name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn client_params(common_name: &str) -> CertificateParams {
    let mut params = params(common_name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

/// A self-signed CA.
pub(super) fn root(common_name: &str) -> Minted {
    self_signed(authority_params(common_name), |_| {})
}

/// A self-signed CA, changed before signing.
pub(super) fn root_with(common_name: &str, edit: impl FnOnce(&mut CertificateParams)) -> Minted {
    self_signed(authority_params(common_name), edit)
}

/// A self-signed client.
pub(super) fn lone_client(common_name: &str) -> Minted {
    self_signed(client_params(common_name), |_| {})
}

fn self_signed(mut params: CertificateParams, edit: impl FnOnce(&mut CertificateParams)) -> Minted {
    edit(&mut params);
    let key = key();
    let der = params.self_signed(&*key).unwrap().der().clone();
    Minted { params, key, der }
}

impl Minted {
    fn issue(&self, params: CertificateParams, key: Arc<KeyPair>) -> Self {
        let issuer = Issuer::from_params(&self.params, &*self.key);
        let der = params.signed_by(&*key, &issuer).unwrap().der().clone();
        Self { params, key, der }
    }

    pub(super) fn client(&self, common_name: &str) -> Self {
        self.client_with(common_name, |_| {})
    }

    pub(super) fn client_with(
        &self,
        common_name: &str,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = client_params(common_name);
        edit(&mut params);
        self.issue(params, key())
    }

    pub(super) fn client_of(&self, common_name: &str, key: Arc<KeyPair>) -> Self {
        self.issue(client_params(common_name), key)
    }

    pub(super) fn intermediate(&self, common_name: &str) -> Self {
        self.intermediate_with(common_name, |_| {})
    }

    pub(super) fn intermediate_with(
        &self,
        common_name: &str,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority_params(common_name);
        edit(&mut params);
        self.issue(params, key())
    }

    /// A certificate by this CA for the name and key of another CA.
    pub(super) fn cross_sign(&self, subject: &Self) -> Self {
        self.issue(subject.params.clone(), Arc::clone(&subject.key))
    }

    /// This certificate with other fields of the `tbsCertificate`, signed again by its issuer.
    pub(super) fn altered(&self, issuer: &Self, edit: impl FnOnce(&mut Vec<Vec<u8>>)) -> Self {
        let certificate = children(content(&self.der));
        let mut fields = children(content(&certificate[0]));
        edit(&mut fields);
        let tbs = tlv(0x30, &fields.concat());
        let signature = issuer.key.sign(&tbs).unwrap();
        let signature = tlv(3, &[&[0], signature.as_slice()].concat());
        let der = tlv(0x30, &[tbs, certificate[1].clone(), signature].concat());
        Self { der: der.into(), ..self.clone() }
    }

    /// This certificate as version 1, signed again by its issuer.
    pub(super) fn as_v1(&self, issuer: &Self) -> Self {
        self.altered(issuer, |fields| {
            fields.remove(0);
            fields.pop();
        })
    }

    /// This certificate with other octets altogether.
    pub(super) fn replaced(&self, der: Vec<u8>) -> Self {
        Self { der: der.into(), ..self.clone() }
    }

    /// A revocation list of this CA.
    pub(super) fn crl(&self, revoked: &[&Self]) -> CertificateRevocationListDer<'static> {
        self.crl_until(revoked, now() + Duration::days(7))
    }

    pub(super) fn crl_until(
        &self,
        revoked: &[&Self],
        next_update: OffsetDateTime,
    ) -> CertificateRevocationListDer<'static> {
        let revoked_certs = revoked
            .iter()
            .map(|certificate| RevokedCertParams {
                serial_number: certificate.params.serial_number.clone().unwrap(),
                // In the future: the date must not matter.
                revocation_time: now() + Duration::days(30),
                reason_code: None,
                invalidity_date: None,
            })
            .collect();
        CertificateRevocationListParams {
            this_update: now() - Duration::days(2),
            next_update,
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs,
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        }
        .signed_by(&Issuer::from_params(&self.params, &*self.key))
        .unwrap()
        .der()
        .clone()
    }
}

/// A data value with a length in minimal form.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let mut der = vec![tag];
    if length < 0x80 {
        der.push(u8::try_from(length).unwrap());
    } else {
        let octets: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|&o| o == 0).collect();
        der.push(0x80 | u8::try_from(octets.len()).unwrap());
        der.extend(octets);
    }
    der.extend_from_slice(content);
    der
}

/// The same data value with a length of four octets.
pub(super) fn with_long_length(der: &[u8]) -> Vec<u8> {
    let content = content(der);
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[der[0], 0x84][..], &length, content].concat()
}

/// The content of a data value.
pub(super) fn content(der: &[u8]) -> &[u8] {
    &der[header(der)..]
}

fn header(der: &[u8]) -> usize {
    if der[1] < 0x80 { 2 } else { 2 + usize::from(der[1] & 0x7f) }
}

/// The data values in a content.
pub(super) fn children(mut content: &[u8]) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    while !content.is_empty() {
        let header = header(content);
        let length = content[2..header]
            .iter()
            .fold(0_usize, |length, &octet| length << 8 | usize::from(octet));
        let end = header + if content[1] < 0x80 { usize::from(content[1]) } else { length };
        let (value, rest) = content.split_at(end);
        values.push(value.to_vec());
        content = rest;
    }
    values
}

/// A certificate as PEM.
pub(super) fn pem(der: &[u8]) -> String {
    let base64 = base64(der);
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = 0_u32;
        for index in 0..3 {
            word = word << 8 | u32::from(*chunk.get(index).unwrap_or(&0));
        }
        for index in 0..4 {
            let digit = usize::try_from(word >> (18 - 6 * index) & 63).unwrap();
            text.push(if index > chunk.len() { '=' } else { char::from(DIGITS[digit]) });
        }
    }
    text
}
