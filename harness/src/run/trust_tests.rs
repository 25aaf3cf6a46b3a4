//! Which credentials can be had where only a client is lent.

use mtls_scenarios::{GivenClient, IssuerRef, Sent};
use rustls::pki_types::UnixTime;

use super::*;
use crate::pki::{Minted, pem};
use crate::run::world::{Order, Origin, World};

const KEY: KeyAlgorithm = KeyAlgorithm::P256;

/// A client of account alpha, as a customer would lend it.
fn client(forge: &Forge, library: &Library, name: &str) -> UserClient {
    let authority = forge.authority("alpha", &library.accounts["alpha"]).unwrap();
    let credential = &library.credentials[name];
    let minted = forge.mint(name, credential, &authority, KEY, UnixTime::now()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("crt"), folder.path().join("key"));
    let list = minted.certificate_list.unwrap();
    let list: String = list.iter().map(|der| pem::encode("CERTIFICATE", der)).collect();
    std::fs::write(&certificate, list).unwrap();
    std::fs::write(&key, minted.key.unwrap().pkcs8_pem()).unwrap();
    UserClient::load(&certificate, &key).unwrap()
}

fn world(library: &Library, client: UserClient, colleague: Option<UserClient>) -> World {
    let given = GivenClients { client, colleague };
    let trust = Trust::Clients(BTreeMap::from([("alpha".to_owned(), given)]));
    let origin = Origin { seed: 9, epoch: UnixTime::now(), library, trust, openssl: None };
    World::new(origin).unwrap()
}

fn mint(world: &World, library: &Library, name: &str) -> Result<Minted, MintError> {
    let credential = &library.credentials[name];
    world.mint(Order { account: "alpha", name, credential, key: KEY, now: UnixTime::now() })
}

#[test]
fn what_the_ca_would_have_to_sign_is_not_to_be_had_and_all_else_is() {
    let library = Library::embedded().unwrap();
    let forge = Forge::new(5, UnixTime::now());
    let world = world(&library, client(&forge, &library, "valid"), None);
    for (name, credential) in &library.credentials {
        let needs_ca = credential.made_by.is_some()
            || credential.send.iter().flatten().any(|sent| matches!(sent, Sent::Anchor(_)))
            || credential.certificates.values().any(|recipe| {
                let is_lent = recipe.given == Some(GivenClient::Client);
                matches!(recipe.issuer, IssuerRef::Anchor(_)) && !is_lent
            });
        match mint(&world, &library, name) {
            Ok(_) => assert!(!needs_ca, "{name} was minted"),
            Err(MintError::Unavailable(_)) => assert!(needs_ca, "{name} was not minted"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn the_lent_certificate_is_shown_and_its_ca_imitated() {
    let library = Library::embedded().unwrap();
    let forge = Forge::new(5, UnixTime::now());
    let lent = client(&forge, &library, "via-intermediate");
    let world = world(&library, lent.clone(), Some(client(&forge, &library, "colleague")));
    let valid = mint(&world, &library, "valid").unwrap();
    let list = valid.certificate_list.unwrap();
    assert_eq!(list.len(), 2, "the intermediate is sent along");
    assert_eq!(&list[0], lent.certificate());

    let stolen = mint(&world, &library, "stolen-certificate").unwrap();
    assert_eq!(&stolen.certificate_list.unwrap()[0], lent.certificate());
    assert_ne!(stolen.key.unwrap().public_key(), valid.key.unwrap().public_key());

    let tampered = mint(&world, &library, "tampered-signature").unwrap();
    let tampered = &tampered.certificate_list.unwrap()[0];
    assert_eq!(tampered.len(), list[0].len());
    assert_ne!(tampered, &list[0]);

    let alpha = forge.authority("alpha", &library.accounts["alpha"]).unwrap();
    let subject = alpha.subjects().collect::<Vec<_>>();
    let twin = mint(&world, &library, "twin-ca-sent").unwrap();
    let twin = &twin.certificates["twin"];
    let name = |name: &&[u8]| twin.windows(name.len()).any(|part| part == *name);
    assert!(subject.iter().any(name), "the twin is named as the CA above the intermediate");

    let other = mint(&world, &library, "colleague").unwrap().end_entity.unwrap();
    assert_eq!(other.subject.as_deref(), Some("CN=colleague,O=Example ORG"));
}

#[test]
fn a_client_of_another_key_algorithm_is_asked_for() {
    let library = Library::embedded().unwrap();
    let forge = Forge::new(5, UnixTime::now());
    let world = world(&library, client(&forge, &library, "valid"), None);
    let credential = &library.credentials["valid"];
    let key = KeyAlgorithm::Ed25519;
    let order = Order { account: "alpha", name: "valid", credential, key, now: UnixTime::now() };
    let error = world.mint(order).unwrap_err().to_string();
    assert!(error.contains("a key of ed25519, and that of --cert has p256"), "{error}");
}
