//! Readers of `extension_data`.

use rustls::{CertificateCompressionAlgorithm, NamedGroup, ProtocolVersion, SignatureScheme};

use super::{OfferedPsks, PskIdentity};
use crate::tls::reader::{Malformed, Reader, code_points, not_empty};

const HOST_NAME: u8 = 0;

/// Reads all of `data` as one thing.
fn whole<'a, T>(
    data: &'a [u8],
    what: &'static str,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<T, Malformed> {
    let mut reader = Reader::new(data);
    let value = read(&mut reader)?;
    reader.finish(what)?;
    Ok(value)
}

/// The `host_name` of a client's `server_name` (RFC 6066 3), the only kind of name there is.
pub fn server_name(data: &[u8]) -> Result<&[u8], Malformed> {
    let list = whole(data, "server_name", |reader| reader.vec16("server_name_list"))?;
    whole(list, "host_name", |reader| {
        if reader.u8("name_type")? != HOST_NAME {
            return Err(Malformed::Invalid { what: "name_type" });
        }
        not_empty(reader.vec16("host_name")?, "host_name")
    })
}

/// `supported_versions` of a client (RFC 8446 4.2.1).
pub fn supported_versions(data: &[u8]) -> Result<Vec<ProtocolVersion>, Malformed> {
    const WHAT: &str = "supported_versions";
    code_points(whole(data, WHAT, |reader| reader.vec8(WHAT))?, WHAT)
}

/// `supported_versions` of a server.
pub fn selected_version(data: &[u8]) -> Result<ProtocolVersion, Malformed> {
    const WHAT: &str = "supported_versions";
    whole(data, WHAT, |reader| reader.u16(WHAT)).map(ProtocolVersion::from)
}

fn key_share_entry<'a>(reader: &mut Reader<'a>) -> Result<(NamedGroup, &'a [u8]), Malformed> {
    const WHAT: &str = "key_exchange";
    let group = NamedGroup::from(reader.u16("group")?);
    Ok((group, not_empty(reader.vec16(WHAT)?, WHAT)?))
}

/// `key_share` of a client (RFC 8446 4.2.8).
pub fn key_share(data: &[u8]) -> Result<Vec<(NamedGroup, &[u8])>, Malformed> {
    let shares = whole(data, "key_share", |reader| reader.vec16("client_shares"))?;
    Reader::new(shares).all(key_share_entry)
}

/// `key_share` of a `ServerHello`.
pub fn server_key_share(data: &[u8]) -> Result<(NamedGroup, &[u8]), Malformed> {
    whole(data, "key_share", key_share_entry)
}

/// `key_share` of a `HelloRetryRequest`.
pub fn retry_key_share(data: &[u8]) -> Result<NamedGroup, Malformed> {
    whole(data, "key_share", |reader| reader.u16("selected_group")).map(NamedGroup::from)
}

/// `supported_groups` (RFC 8446 4.2.7).
pub fn supported_groups(data: &[u8]) -> Result<Vec<NamedGroup>, Malformed> {
    const WHAT: &str = "supported_groups";
    code_points(whole(data, WHAT, |reader| reader.vec16(WHAT))?, WHAT)
}

/// `signature_algorithms` and `signature_algorithms_cert` (RFC 8446 4.2.3).
pub fn signature_algorithms(data: &[u8]) -> Result<Vec<SignatureScheme>, Malformed> {
    const WHAT: &str = "signature_algorithms";
    code_points(whole(data, WHAT, |reader| reader.vec16(WHAT))?, WHAT)
}

/// `application_layer_protocol_negotiation` (RFC 7301 3.1).
pub fn alpn(data: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    const WHAT: &str = "protocol_name_list";
    let list = whole(data, "application_layer_protocol_negotiation", |reader| reader.vec16(WHAT))?;
    Reader::new(not_empty(list, WHAT)?)
        .all(|names| not_empty(names.vec8("protocol_name")?, "protocol_name"))
}

/// `psk_key_exchange_modes` (RFC 8446 4.2.9).
pub fn psk_key_exchange_modes(data: &[u8]) -> Result<&[u8], Malformed> {
    const WHAT: &str = "ke_modes";
    not_empty(whole(data, "psk_key_exchange_modes", |reader| reader.vec8(WHAT))?, WHAT)
}

/// `pre_shared_key` of a client (RFC 8446 4.2.11).
pub fn pre_shared_key(data: &[u8]) -> Result<OfferedPsks, Malformed> {
    let (identities, binders) = whole(data, "pre_shared_key", |reader| {
        let identities = not_empty(reader.vec16("identities")?, "identities")?;
        Ok((identities, not_empty(reader.vec16("binders")?, "binders")?))
    })?;
    let identities = Reader::new(identities).all(|reader| {
        let identity = not_empty(reader.vec16("identity")?, "identity")?.to_vec();
        let obfuscated_ticket_age = reader.u32("obfuscated_ticket_age")?;
        Ok(PskIdentity { identity, obfuscated_ticket_age })
    })?;
    let binders = Reader::new(binders).all(|reader| match reader.vec8("binder")? {
        binder if binder.len() < 32 => Err(Malformed::Invalid { what: "binder" }),
        binder => Ok(binder.to_vec()),
    })?;
    Ok(OfferedPsks { identities, binders })
}

/// `pre_shared_key` of a server.
pub fn selected_psk(data: &[u8]) -> Result<u16, Malformed> {
    whole(data, "pre_shared_key", |reader| reader.u16("selected_identity"))
}

/// `renegotiation_info` (RFC 5746 3.2).
pub fn renegotiation_info(data: &[u8]) -> Result<&[u8], Malformed> {
    whole(data, "renegotiation_info", |reader| reader.vec8("renegotiated_connection"))
}

/// `ec_point_formats` (RFC 8422 5.1.2).
pub fn ec_point_formats(data: &[u8]) -> Result<&[u8], Malformed> {
    const WHAT: &str = "ec_point_formats";
    not_empty(whole(data, WHAT, |reader| reader.vec8(WHAT))?, WHAT)
}

/// `compress_certificate` (RFC 8879 3).
pub fn compress_certificate(
    data: &[u8],
) -> Result<Vec<CertificateCompressionAlgorithm>, Malformed> {
    const WHAT: &str = "compress_certificate";
    code_points(whole(data, WHAT, |reader| reader.vec8(WHAT))?, WHAT)
}

/// `certificate_authorities` (RFC 8446 4.2.4): names in DER.
pub fn certificate_authorities(data: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    const WHAT: &str = "authorities";
    let list = whole(data, "certificate_authorities", |reader| reader.vec16(WHAT))?;
    Reader::new(not_empty(list, WHAT)?)
        .all(|names| not_empty(names.vec16("distinguished_name")?, "distinguished_name"))
}

/// `cookie` (RFC 8446 4.2.2).
pub fn cookie(data: &[u8]) -> Result<&[u8], Malformed> {
    not_empty(whole(data, "cookie", |reader| reader.vec16("cookie"))?, "cookie")
}

/// `early_data` of a `NewSessionTicket` (RFC 8446 4.2.10): `max_early_data_size`.
pub fn early_data_limit(data: &[u8]) -> Result<u32, Malformed> {
    whole(data, "early_data", |reader| reader.u32("max_early_data_size"))
}

/// An extension that says all by being there.
pub fn empty(data: &[u8], what: &'static str) -> Result<(), Malformed> {
    Reader::new(data).finish(what)
}
