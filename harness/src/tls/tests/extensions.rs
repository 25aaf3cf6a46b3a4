//! What the writers of extensions write, the readers read; on anything they only refuse.

use proptest::prelude::*;
use rustls::{CertificateCompressionAlgorithm, NamedGroup, ProtocolVersion, SignatureScheme};

use super::octets;
use crate::tls::extension::{self, OfferedPsks, PskIdentity, read};
use crate::tls::{ExtensionType, Malformed};

#[test]
fn octets_are_those_of_the_standards() {
    let name = extension::server_name("ab");
    assert_eq!(name.kind, ExtensionType::SERVER_NAME);
    assert_eq!(name.data, [0, 5, 0, 0, 2, b'a', b'b']);
    let versions = extension::supported_versions(&[ProtocolVersion::TLSv1_3]);
    assert_eq!(versions.data, [2, 3, 4]);
    let share = extension::key_share(&[(NamedGroup::X25519, &[7])]);
    assert_eq!(share.data, [0, 5, 0, 0x1d, 0, 1, 7]);
    assert_eq!(extension::server_key_share(NamedGroup::X25519, &[7]).data, [0, 0x1d, 0, 1, 7]);
    assert_eq!(extension::alpn(&["h2"]).data, [0, 3, 2, b'h', b'2']);
    assert_eq!(extension::renegotiation_info(&[]).data, [0]);
    assert_eq!(extension::status_request().data, [1, 0, 0, 0, 0]);
    assert_eq!(extension::record_size_limit(0x4001).data, [0x40, 1]);
    assert_eq!(extension::padding(3).data, [0; 3]);
    for empty in [
        extension::extended_master_secret(),
        extension::post_handshake_auth(),
        extension::early_data(),
        extension::session_ticket(&[]),
    ] {
        assert_eq!(read::empty(&empty.data, "extension"), Ok(()));
    }
}

#[test]
fn lists_read_as_written() {
    let versions = [ProtocolVersion::TLSv1_3, ProtocolVersion::TLSv1_2];
    let data = extension::supported_versions(&versions).data;
    assert_eq!(read::supported_versions(&data).unwrap(), versions);
    let data = extension::selected_version(versions[0]).data;
    assert_eq!(read::selected_version(&data), Ok(versions[0]));
    let shares = [(NamedGroup::X25519, &[1_u8; 32][..]), (NamedGroup::secp256r1, &[4; 65])];
    assert_eq!(read::key_share(&extension::key_share(&shares).data).unwrap(), shares);
    assert_eq!(read::key_share(&extension::key_share(&[]).data).unwrap(), []);
    let data = extension::server_key_share(shares[1].0, shares[1].1).data;
    assert_eq!(read::server_key_share(&data), Ok(shares[1]));
    let data = extension::retry_key_share(NamedGroup::secp384r1).data;
    assert_eq!(read::retry_key_share(&data), Ok(NamedGroup::secp384r1));
    let groups = [NamedGroup::X25519, NamedGroup::secp256r1];
    let data = extension::supported_groups(&groups).data;
    assert_eq!(read::supported_groups(&data).unwrap(), groups);
    let schemes = [SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::ED25519];
    for extension in
        [extension::signature_algorithms(&schemes), extension::signature_algorithms_cert(&schemes)]
    {
        assert_eq!(read::signature_algorithms(&extension.data).unwrap(), schemes);
    }
    let algorithms = [CertificateCompressionAlgorithm::Brotli];
    let data = extension::compress_certificate(&algorithms).data;
    assert_eq!(read::compress_certificate(&data).unwrap(), algorithms);
    let data = extension::alpn(&["h2", "http/1.1"]).data;
    assert_eq!(read::alpn(&data).unwrap(), [&b"h2"[..], b"http/1.1"]);
}

#[test]
fn values_read_as_written() {
    assert_eq!(read::server_name(&extension::server_name("a.test").data), Ok(&b"a.test"[..]));
    let data = extension::psk_key_exchange_modes(&[1, 0]).data;
    assert_eq!(read::psk_key_exchange_modes(&data), Ok(&[1, 0][..]));
    assert_eq!(read::selected_psk(&extension::selected_psk(3).data), Ok(3));
    let data = extension::renegotiation_info(&[5; 12]).data;
    assert_eq!(read::renegotiation_info(&data), Ok(&[5; 12][..]));
    assert_eq!(read::ec_point_formats(&extension::ec_point_formats(&[0]).data), Ok(&[0][..]));
    assert_eq!(read::cookie(&extension::cookie(&[8; 9]).data), Ok(&[8; 9][..]));
    assert_eq!(read::early_data_limit(&extension::early_data_limit(70_000).data), Ok(70_000));
    let names = [vec![0x30, 0], vec![0x30, 1, 9]];
    let data = extension::certificate_authorities(&names).data;
    assert_eq!(read::certificate_authorities(&data).unwrap(), names);
}

#[test]
fn binders_end_the_extension() {
    let identity = |identity| PskIdentity { identity, obfuscated_ticket_age: 0x0102_0304 };
    let offered = OfferedPsks {
        identities: vec![identity(vec![1; 9]), identity(vec![2; 40])],
        binders: vec![vec![3; 32], vec![4; 48]],
    };
    let data = extension::pre_shared_key(&offered).data;
    assert_eq!(read::pre_shared_key(&data), Ok(offered.clone()));
    let (before, binders) = data.split_at(data.len() - offered.binders_size());
    assert_eq!(before.len(), 2 + 2 + 9 + 4 + 2 + 40 + 4);
    assert_eq!(binders[..3], [0, 82, 32]);
}

#[test]
fn what_the_standards_do_not_allow() {
    let invalid = |what| Malformed::Invalid { what };
    assert_eq!(read::server_name(&[0, 0]), Err(Malformed::Truncated { what: "name_type" }));
    assert_eq!(read::server_name(&[0, 4, 1, 0, 1, b'a']), Err(invalid("name_type")));
    assert_eq!(read::server_name(&extension::server_name("").data), Err(invalid("host_name")));
    let twice = [0, 8, 0, 0, 1, b'a', 0, 0, 1, b'b'];
    assert_eq!(read::server_name(&twice), Err(Malformed::Trailing { what: "host_name" }));
    assert_eq!(read::alpn(&extension::alpn(&[]).data), Err(invalid("protocol_name_list")));
    assert_eq!(read::alpn(&extension::alpn(&[""]).data), Err(invalid("protocol_name")));
    assert_eq!(read::supported_versions(&[0]), Err(invalid("supported_versions")));
    assert!(read::supported_versions(&[3, 3, 4, 3]).is_err());
    assert!(read::empty(&[0], "early_data").is_err());
}

proptest! {
    #[test]
    fn anything_can_be_refused(data in octets(80)) {
        if let Ok(name) = read::server_name(&data) {
            prop_assert_eq!(&extension::server_name(name).data, &data);
        }
        if let Ok(shares) = read::key_share(&data) {
            prop_assert_eq!(&extension::key_share(&shares).data, &data);
        }
        if let Ok(offered) = read::pre_shared_key(&data) {
            prop_assert_eq!(&extension::pre_shared_key(&offered).data, &data);
        }
        if let Ok(versions) = read::supported_versions(&data) {
            prop_assert_eq!(&extension::supported_versions(&versions).data, &data);
        }
        if let Ok(schemes) = read::signature_algorithms(&data) {
            prop_assert_eq!(&extension::signature_algorithms(&schemes).data, &data);
        }
        if let Ok((group, public)) = read::server_key_share(&data) {
            prop_assert_eq!(&extension::server_key_share(group, public).data, &data);
        }
        let _ = (read::alpn(&data), read::certificate_authorities(&data), read::cookie(&data));
    }
}
