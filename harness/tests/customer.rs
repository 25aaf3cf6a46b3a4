//! A customer's own server, at three levels of trust: its CA, a bundle, only a client. The server is the mock gate, which the run
//! knows nothing of but its addresses.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "common/options.rs"]
mod options;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use mtls_harness::pki::{Bundle, Forge, StoredBundle, UserCa, UserClient};
use mtls_harness::run::{Context, Ending, GivenClients, Origin, Trust, World, plan, run};
use mtls_harness::server::Fault;
use mtls_harness::target::{Blueprint, Material, Running, Workshop};
use mtls_reports::model::{CaseResult, Disposition, Verdict};
use mtls_scenarios::{Filter, KeyAlgorithm, Library, Start, Target};
use rustls::pki_types::UnixTime;
use tempfile::TempDir;

use self::options::options;

/// A bundle on disk, with clients of this algorithm.
fn bundle(algorithm: KeyAlgorithm) -> TempDir {
    let library = Library::embedded().unwrap();
    let forge = Forge::new(3, UnixTime::now());
    let account = |name: &String| forge.authority(name, &library.accounts[name]).unwrap();
    let accounts = library.accounts.iter();
    let accounts = accounts.map(|(name, a)| (name.clone(), (a.clone(), account(name)))).collect();
    let clients = ["valid", "colleague", "via-intermediate"].map(str::to_owned);
    let folder = tempfile::tempdir().unwrap();
    let bundle = Bundle {
        accounts: &accounts,
        credentials: &library.credentials,
        clients: &clients,
        algorithm,
        server_names: &["localhost"],
    };
    forge.write_bundle(&folder.path().join("pki"), &bundle).unwrap();
    folder
}

fn stored(folder: &TempDir) -> Trust {
    Trust::Bundle(StoredBundle::read(&folder.path().join("pki")).unwrap())
}

fn client(folder: &TempDir, name: &str) -> UserClient {
    let file = |end: &str| folder.path().join(format!("pki/alpha/clients/{name}.{end}"));
    UserClient::load(&file("crt"), &file("key")).unwrap()
}

fn clients(client: UserClient, colleague: Option<UserClient>) -> Trust {
    Trust::Clients(BTreeMap::from([("alpha".to_owned(), GivenClients { client, colleague })]))
}

fn world(library: &Library, trust: Trust) -> World {
    let (seed, epoch, openssl) = (1, UnixTime::now(), None);
    World::new(Origin { seed, epoch, library, trust, openssl }).unwrap()
}

fn blueprint(target: Target, material: Material, fault: Option<Fault>) -> Blueprint {
    let (templates, workshop) = (Arc::default(), Workshop::default());
    Blueprint { target, templates, workshop, material, fault, authorized: false }
}

/// Starts the mock gate with the bundle.
async fn server(library: &Library, folder: &TempDir, fault: Option<Fault>) -> Running {
    let target = library.targets["mock"].clone();
    let material = world(library, stored(folder)).material(library, &target).unwrap();
    blueprint(target, material, fault).start().await.unwrap()
}

/// Runs the selected cases against a server of which only this is at hand.
async fn results(
    folder: &TempDir,
    fault: Option<Fault>,
    trust: Trust,
    filters: &[&str],
) -> BTreeMap<String, CaseResult> {
    let mut library = Library::embedded().unwrap();
    let server = server(&library, folder, fault).await;
    let mut target = server.target().clone();
    target.start = Start::Running;
    for (name, address) in server.addresses() {
        target.listeners.get_mut(name).unwrap().address = Some(address.to_string());
    }
    if let Some(key) = trust.only_key() {
        library.rekey(key);
    }
    let world = world(&library, trust);
    let material = world.material(&library, &target).unwrap();
    let blueprint = blueprint(target, material, None);
    let plan = plan(&library, &Filter::new(filters).unwrap());
    let context = Context::start(blueprint, world, Arc::new(library), options()).await;
    let mut cases = BTreeMap::new();
    let add = |case: mtls_harness::run::Performed| {
        cases.insert(case.result.id.clone(), case.result);
    };
    let ending = run(&Arc::new(context.unwrap()), plan, std::future::pending(), add).await;
    assert_eq!(ending, Ending::Complete);
    server.stop(false).await.unwrap();
    cases
}

/// Nothing may be unexpected or undecided; returns why cases were skipped.
fn reasons(results: &BTreeMap<String, CaseResult>) -> BTreeSet<&str> {
    let mut reasons = BTreeSet::new();
    for case in results.values() {
        match &case.verdict {
            Verdict::Pass(_) => {}
            Verdict::Skipped { reason } => {
                reasons.insert(reason.as_str());
            }
            _ => panic!("{}: {}", case.id, case.explanation),
        }
    }
    reasons
}

#[track_caller]
fn assert_performed(results: &BTreeMap<String, CaseResult>, ids: &[&str]) {
    for id in ids {
        let found = results.get(*id).unwrap_or_else(|| panic!("no case {id}"));
        assert_eq!(found.disposition, Disposition::Expected, "{id}: {}", found.explanation);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_enough_for_all_that_changes_nothing() {
    let folder = bundle(KeyAlgorithm::P256);
    let filters = ["baseline/", "path/", "revocation/", "tenants/", "operations/mode"];
    let results = results(&folder, None, stored(&folder), &filters).await;
    let allowed = ["the server is not the harness's to change"];
    assert!(
        reasons(&results).iter().all(|reason| allowed.contains(reason)),
        "{:?}",
        reasons(&results)
    );
    assert_performed(
        &results,
        &[
            "baseline/valid-at-second-account@strict,tls1.3,p256",
            "path/expired-trust-anchor@strict,tls1.3,p256",
            "revocation/revoked@strict,tls1.2,p256",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_ca_only_its_own_account_is_tested() {
    let folder = bundle(KeyAlgorithm::P256);
    let file = |name: &str| folder.path().join("pki/alpha").join(name);
    let ca = UserCa::load(&file("main.crt"), &file("main.key")).unwrap();
    let trust = Trust::Cas(BTreeMap::from([("alpha".to_owned(), ca)]));
    let filters = ["baseline/", "path/", "revocation/", "tenants/"];
    let results = results(&folder, None, trust, &filters).await;
    let reasons = reasons(&results);
    for part in ["give its CA with --ca beta=FILE", "the CA `expired`", "lists are its own"] {
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
    }
    let ids = ["path/path-length-exceeded@strict,tls1.3,p256,path-length-exceeded"];
    assert_performed(&results, &ids);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_enough_for_all_that_needs_no_ca() {
    let folder = bundle(KeyAlgorithm::P256);
    let trust = clients(client(&folder, "valid"), Some(client(&folder, "colleague")));
    let filters = ["!availability/", "!operations/", "!outwaited"];
    let results = results(&folder, None, trust, &filters).await;
    let reasons = reasons(&results);
    assert!(
        reasons.iter().any(|r| r.contains("give the CA with --ca and --ca-key")),
        "{reasons:?}"
    );
    assert_performed(
        &results,
        &[
            "baseline/valid@strict,tls1.3,p256",
            "baseline/no-certificate@loose,tls1.2,p256",
            "path/twin-ca@strict,tls1.3,p256,twin-ca-key-identifier-copied",
            "path/end-entity-as-issuer@strict,tls1.3,p256,end-entity-as-issuer",
            "certificate/tampered-signature@strict,tls1.2,p256",
            "identity/stolen-certificate@strict,tls1.3,p256,stolen-certificate",
            "identity/anothers-certificate-appended@strict,tls1.3,p256,victim-second",
            "possession/no-certificate-verify@strict,tls1.3,p256",
            "resumption/anonymous-session-at-strict@strict,tls1.3,p256,psk",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_have_any_key_and_intermediates() {
    let folder = bundle(KeyAlgorithm::Rsa2048);
    let trust = clients(client(&folder, "via-intermediate"), None);
    let filters = ["baseline/", "path/", "identity/stolen", "possession/", "loose/", "!revo"];
    let results = results(&folder, None, trust, &filters).await;
    let reasons = reasons(&results);
    for part in ["give one with --other-cert", "a key of ed25519, and that of --cert has rsa2048"] {
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
    }
    assert_performed(
        &results,
        &[
            "baseline/valid@strict,tls1.2,rsa2048",
            "path/twin-ca@strict,tls1.3,rsa2048,twin-ca-sent",
            "identity/stolen-certificate@strict,tls1.3,rsa2048,stolen-certificate",
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_enough_to_find_holes() {
    let folder = bundle(KeyAlgorithm::P256);
    for (fault, id) in [
        ("accept-all", "path/unknown-ca@strict,tls1.3,p256"),
        ("ignore-signature", "certificate/tampered-signature@strict,tls1.3,p256"),
        ("trust-by-name-only", "path/twin-ca@strict,tls1.3,p256,twin-ca-key-identifier-absent"),
        ("trust-sent-root", "path/unknown-ca-sent@strict,tls1.3,p256,unknown-ca-root-sent"),
        ("ignore-possession", "identity/stolen-certificate@strict,tls1.3,p256,stolen-certificate"),
        ("accept-all", "path/end-entity-as-issuer@strict,tls1.3,p256,end-entity-as-issuer"),
        ("marker-for-everyone", "baseline/no-certificate@loose,tls1.3,p256"),
    ] {
        let trust = clients(client(&folder, "valid"), None);
        let fault: Fault = fault.parse().unwrap();
        let results = results(&folder, Some(fault), trust, &[id]).await;
        let found = results.get(id).unwrap_or_else(|| panic!("no case {id}"));
        assert_eq!(found.disposition, Disposition::Unexpected, "{id}: {}", found.explanation);
    }
}

#[test]
fn what_is_lent_must_fit_the_target() {
    let library = Library::embedded().unwrap();
    let folder = bundle(KeyAlgorithm::P256);
    let mut target = library.targets["mock"].clone();
    let check = |trust: &Trust, target: &Target| trust.check(target).unwrap_err();
    assert!(check(&stored(&folder), &target).contains("gets its CAs from the harness"));
    target.start = Start::Running;
    assert!(check(&Trust::Forged, &target).contains("--cert and --key"));
    stored(&folder).check(&target).unwrap();
    target.anchors = Some(vec!["mian".to_owned()]);
    assert!(check(&stored(&folder), &target).contains("no CA `mian`"));
    target.anchors = None;
    let lent = GivenClients { client: client(&folder, "valid"), colleague: None };
    let elsewhere = Trust::Clients(BTreeMap::from([("gamma".to_owned(), lent)]));
    assert!(check(&elsewhere, &target).contains("belongs to account `gamma`"));
    let Trust::Bundle(mut few) = stored(&folder) else { unreachable!() };
    few.accounts.remove("beta");
    assert!(check(&Trust::Bundle(few), &target).contains("no account `beta`"));
}

#[test]
fn a_bundle_that_was_damaged_says_so() {
    let folder = bundle(KeyAlgorithm::P256);
    let pki = folder.path().join("pki");
    let read = |path: &Path| StoredBundle::read(path).unwrap_err().to_string();
    assert!(read(folder.path()).contains("pki.json"));
    let manifest = std::fs::read_to_string(pki.join("pki.json")).unwrap();
    let with = |from: &str, to: &str| {
        std::fs::write(pki.join("pki.json"), manifest.replacen(from, to, 1)).unwrap();
        read(&pki)
    };
    assert!(with("\"format_version\": 1", "\"format_version\": 2").contains("has format 2"));
    assert!(with("alpha/main.crt", "../main.crt").contains("not inside the bundle"));
    assert!(with("alpha/main.crt", "/etc/passwd").contains("not inside the bundle"));
    assert!(with("alpha/main.key", "beta/main.key").contains("does not belong"));
    assert!(with("alpha/crl.pem", "alpha/ca.crt").contains("no readable revocation list"));
    assert!(with("{", "[").contains("is damaged"));
}
