//! Certificate extensions (RFC 5280 4.2): the ones that path validation uses.

use super::constraints::NameConstraints;
use super::der::{Reader, small, tag};
use super::general_name;
use super::refusal::Malformed;

const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

/// What the extensions of a certificate say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extensions<'a> {
    /// Whether there are any.
    pub(super) present: bool,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(super) name_constraints: Option<NameConstraints<'a>>,
    /// Content of the `GeneralNames` of `subjectAltName`.
    pub(super) subject_alt_name: Option<&'a [u8]>,
    /// The first known one that cannot be read; it counts as absent.
    pub(super) malformed: Option<Malformed>,
    /// Whether a critical one is not understood.
    pub(super) unknown_critical: bool,
    /// Whether one occurs twice; the first instance counts.
    pub(super) duplicate: bool,
}

/// `basicConstraints` (RFC 5280 4.2.1.9).
#[derive(Clone, Copy, Debug)]
pub(super) struct BasicConstraints {
    pub(super) ca: bool,
    pub(super) path_len: Option<u64>,
}

/// `keyUsage` (RFC 5280 4.2.1.3): the bits that matter here.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyUsage {
    pub(super) digital_signature: bool,
    pub(super) key_cert_sign: bool,
    pub(super) crl_sign: bool,
}

/// `extKeyUsage` (RFC 5280 4.2.1.12).
#[derive(Clone, Copy, Debug)]
pub(super) struct ExtendedKeyUsage {
    pub(super) client_auth: bool,
}

/// One extension as it stands.
pub(super) struct RawExtension<'a> {
    pub(super) oid: &'a [u8],
    pub(super) critical: bool,
    pub(super) value: &'a [u8],
}

/// Reads an `Extension`.
pub(super) fn next<'a>(list: &mut Reader<'a, '_>) -> Result<RawExtension<'a>, Malformed> {
    let mut fields = list.sequence("Extension")?;
    let oid = fields.expect(tag::OID, "extnID")?.value;
    let critical = fields.boolean_default_false("critical")?;
    let value = fields.expect(tag::OCTET_STRING, "extnValue")?.value;
    fields.finish("Extension")?;
    Ok(RawExtension { oid, critical, value })
}

impl<'a> Extensions<'a> {
    /// Reads `Extensions`, the content of the `[3]` of a certificate.
    pub(super) fn read(wrapper: &mut Reader<'a, '_>) -> Result<Self, Malformed> {
        let mut list = wrapper.sequence("extensions")?;
        wrapper.finish("extensions")?;
        let all = list.clone();
        let mut extensions = Self { present: true, ..Self::default() };
        let mut index = 0;
        while !list.is_empty() {
            let extension = next(&mut list)?;
            if occurs_before(all.clone(), index, extension.oid) {
                extensions.duplicate = true;
            } else {
                let mut more = extensions;
                match more.take(&extension, list.notes()) {
                    Ok(()) => extensions = more,
                    Err(malformed) => {
                        extensions.malformed.get_or_insert(malformed);
                    }
                }
            }
            index += 1;
        }
        Ok(extensions)
    }

    fn take(
        &mut self,
        extension: &RawExtension<'a>,
        notes: &super::der::Notes,
    ) -> Result<(), Malformed> {
        let mut value = Reader::new(extension.value, notes);
        // id-ce is 2.5.29.
        match extension.oid {
            [0x55, 0x1d, 15] => self.key_usage = Some(key_usage(&mut value)?),
            [0x55, 0x1d, 17] => {
                let names = value.expect(tag::SEQUENCE, "subjectAltName")?;
                general_name::check(value.inside(names), "subjectAltName")?;
                self.subject_alt_name = Some(names.value);
            }
            [0x55, 0x1d, 19] => self.basic_constraints = Some(basic_constraints(&mut value)?),
            [0x55, 0x1d, 30] => self.name_constraints = Some(NameConstraints::read(&mut value)?),
            [0x55, 0x1d, 37] => self.extended_key_usage = Some(extended_key_usage(&mut value)?),
            _ => {
                self.unknown_critical |= extension.critical;
                return Ok(());
            }
        }
        value.finish("extnValue")
    }

    /// Whether `basicConstraints` says so.
    pub(super) fn is_ca(&self) -> bool {
        self.basic_constraints.is_some_and(|constraints| constraints.ca)
    }
}

/// Certificates have a dozen extensions at most; a hostile one has thousands, and is cut off.
const MAX_EXTENSIONS: usize = 64;

fn occurs_before(mut all: Reader<'_, '_>, index: usize, oid: &[u8]) -> bool {
    if index >= MAX_EXTENSIONS {
        return true;
    }
    (0..index).any(|_| next(&mut all).is_ok_and(|earlier| earlier.oid == oid))
}

fn key_usage(value: &mut Reader<'_, '_>) -> Result<KeyUsage, Malformed> {
    let malformed = Malformed::new("keyUsage");
    let bits = value.expect(tag::BIT_STRING, "keyUsage")?.value;
    let (&unused, octets) = bits.split_first().ok_or(malformed)?;
    if unused > 7 || (octets.is_empty() && unused != 0) {
        return Err(malformed);
    }
    let first = octets.first().copied().unwrap_or(0);
    Ok(KeyUsage {
        digital_signature: first & 0x80 != 0,
        key_cert_sign: first & 0x04 != 0,
        crl_sign: first & 0x02 != 0,
    })
}

fn basic_constraints(value: &mut Reader<'_, '_>) -> Result<BasicConstraints, Malformed> {
    let mut fields = value.sequence("basicConstraints")?;
    let ca = fields.boolean_default_false("cA")?;
    let path_len = if fields.is_empty() {
        None
    } else {
        let content = fields.integer("pathLenConstraint")?;
        Some(small(content).ok_or(Malformed::new("pathLenConstraint"))?)
    };
    fields.finish("basicConstraints")?;
    Ok(BasicConstraints { ca, path_len })
}

fn extended_key_usage(value: &mut Reader<'_, '_>) -> Result<ExtendedKeyUsage, Malformed> {
    let mut purposes = value.sequence("extKeyUsage")?;
    if purposes.is_empty() {
        return Err(Malformed::new("extKeyUsage"));
    }
    let mut usage = ExtendedKeyUsage { client_auth: false };
    while !purposes.is_empty() {
        usage.client_auth |= purposes.expect(tag::OID, "KeyPurposeId")?.value == CLIENT_AUTH;
    }
    Ok(usage)
}
