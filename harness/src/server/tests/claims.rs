//! What requests and certificates claim about the client, and the gates that fall for it.

use rcgen::{CertificateParams, DistinguishedName, DnType};

use super::client::{Client, VERSIONS, World, world_with};
use crate::server::Fault;
use crate::server::testing::{Minted, lone_client, root};

const GAMMA: &str = "gamma.agents.test";

/// `verified` and `subject` of `/whoami` at the LOOSE endpoint, for an anonymous client that adds these lines to its
/// request.
async fn claim(fault: Option<Fault>, head: &str, rest: &str) -> (bool, Option<String>) {
    let world = world_with(fault).await;
    let mut connection = world.connect(&Client::anonymous(VERSIONS[1]), GAMMA).await.unwrap();
    let request = format!("GET /whoami HTTP/1.1\r\nHost: {GAMMA}\r\n{head}\r\n{rest}");
    let (status, body) = connection.send(&request).await.unwrap();
    assert_eq!(status, 200, "{fault:?}");
    let whoami: serde_json::Value = serde_json::from_str(&body).unwrap();
    let subject = whoami["subject"].as_str().map(str::to_owned);
    (whoami["verified"].as_bool().unwrap(), subject)
}

#[tokio::test]
async fn headers() {
    let nobody = (false, None);
    let me = (true, Some("CN=Me".to_owned()));
    for (fault, head, expected) in [
        (Fault::IdentityFromHeader, "X-Client-Subject: CN=Me\r\n", &me),
        (Fault::IdentityFromHeader, "X-SSL-Client-Verify: 0\r\nX-SSL-Client-S-DN: CN=Me\r\n", &me),
        (Fault::IdentityFromHeader, "X_Client_Subject: CN=Me\r\n", &nobody),
        (Fault::HeaderUnderscores, "X_Client-Subject: CN=Me\r\n", &me),
        (Fault::HeaderUnderscores, "x_ssl_CLIENT_s_dn: CN=Me\r\n", &me),
        (Fault::HeaderUnderscores, "X-Client-Subject: CN=Me\r\n", &nobody),
        (Fault::ConnectionStripsVerdict, "Connection: X-SSL-CLIENT-VERIFY\r\n", &(true, None)),
        (Fault::ConnectionStripsVerdict, "Connection: keep-alive\r\n", &nobody),
        (Fault::VerifyZeroIsOk, "", &(true, None)),
    ] {
        assert_eq!(claim(None, head, "").await, nobody, "{head}");
        assert_eq!(&claim(Some(fault), head, "").await, expected, "{fault} {head}");
    }
}

#[tokio::test]
async fn trailers() {
    let head = "Transfer-Encoding: chunked\r\nTrailer: X-Client-Subject\r\n";
    let rest = "1\r\nx\r\n0\r\nX-Client-Subject: CN=Me\r\n\r\n";
    assert_eq!(claim(None, head, rest).await, (false, None));
    let fault = Some(Fault::IdentityFromTrailer);
    assert_eq!(claim(fault, head, rest).await, (true, Some("CN=Me".to_owned())));
    assert_eq!(claim(fault, "X-Client-Subject: CN=Me\r\n", "").await, (false, None));
    let long = format!("20000\r\n{}\r\n0\r\nX-Client-Subject: CN=Me\r\n\r\n", "x".repeat(0x20000));
    assert_eq!(claim(fault, head, &long).await, (false, None));
}

async fn subject(world: &World, list: &[&Minted]) -> (String, bool) {
    let client = Client::with(list, VERSIONS[1]);
    let visit = world.visit(&client, "alpha.agents.test").await.unwrap();
    assert!(visit.verified);
    (visit.whoami["subject"].as_str().unwrap().to_owned(), visit.whoami["sha256"].is_string())
}

#[tokio::test]
async fn other_certificates_of_the_list() {
    let other = lone_client("Other");
    for (fault, expected) in [
        (None, "CN=Client,O=Example ORG"),
        (Some(Fault::IdentityFromAnyCertificate), "CN=Other,O=Example ORG"),
        (Some(Fault::IdentityFromLastCertificate), "CN=Alpha,O=Example ORG"),
    ] {
        let world = world_with(fault).await;
        let client = world.alpha.client("Client");
        let list = [&client, &other, &world.alpha];
        assert_eq!(subject(&world, &list).await, (expected.to_owned(), true));
        let alone = subject(&world, &[&client]).await.0;
        assert_eq!(alone, "CN=Client,O=Example ORG");
    }
}

/// Two common names, in this order, and a unit after them.
fn named(first: &str, last: &str) -> impl FnOnce(&mut CertificateParams) {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, first);
    name.push(DnType::OrganizationName, "A, Inc.");
    // rcgen keeps one value per type: the attribute has its number spelled out.
    name.push(DnType::CustomDnType(vec![2, 5, 4, 3]), last);
    name.push(DnType::OrganizationalUnitName, "Unit");
    move |params| params.distinguished_name = name
}

#[tokio::test]
async fn subjects_that_lose_something() {
    for (fault, expected) in [
        (None, "OU=Unit,CN=b\\00c,O=A\\, Inc.,CN=a"),
        (Some(Fault::CommonNameUpToNul), "OU=Unit,CN=b"),
        (Some(Fault::UnescapedIdentity), "OU=Unit,CN=b\0c,O=A, Inc.,CN=a"),
        (Some(Fault::LastCommonName), "CN=b\0c"),
        (Some(Fault::UnorderedNames), "CN=a,CN=b\\00c,O=A\\, Inc.,OU=Unit"),
    ] {
        let world = world_with(fault).await;
        let client = world.alpha.client_with("Client", named("a", "b\0c"));
        let expected = (expected.to_owned(), fault.is_none());
        assert_eq!(subject(&world, &[&client]).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn names_that_are_taken_for_others() {
    for (fault, expected) in [
        (None, "CN=ä b\\ ,O=Example ORG"),
        (Some(Fault::NormalisedIdentity), "CN= b,O=Example ORG"),
    ] {
        let world = world_with(fault).await;
        let client = world.alpha.client("ä b ");
        assert_eq!(subject(&world, &[&client]).await, (expected.to_owned(), fault.is_none()));
    }
}

#[tokio::test]
async fn the_client_before() {
    for (fault, mixed_up) in [(None, false), (Some(Fault::IdentityOfLastClient), true)] {
        let world = world_with(fault).await;
        let nobody = Client::anonymous(VERSIONS[1]);
        assert!(!world.visit(&nobody, GAMMA).await.unwrap().verified);
        subject(&world, &[&world.alpha.client("Client")]).await;
        let visit = world.visit(&nobody, GAMMA).await.unwrap();
        assert_eq!((visit.verified, visit.marker), (mixed_up, mixed_up));
        assert!(world.visit(&nobody, "alpha.agents.test").await.is_err());
    }
}

#[tokio::test]
async fn privileged_names() {
    for version in VERSIONS {
        for (fault, admitted) in [(None, false), (Some(Fault::TrustPrivilegedName), true)] {
            let world = world_with(fault).await;
            let visit = async |list: &[&Minted]| {
                world.visit(&Client::with(list, version), "alpha.agents.test").await.is_ok()
            };
            assert_eq!(visit(&[&lone_client("admin")]).await, admitted);
            assert!(!visit(&[&lone_client("administrator")]).await);
            assert!(!visit(&[&root("Other").client("admin")]).await);
        }
    }
}
