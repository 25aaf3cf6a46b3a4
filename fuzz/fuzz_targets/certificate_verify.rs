//! The gate's path validator lets in what its anchor signed, and nothing else.
//!
//! Two inputs a run: a list of arbitrary octets, and a genuine chain with octets changed. Neither may be accepted,
//! the second unless nothing was changed. A validator that takes every signature sees both as well: it gets past
//! the first check, and must not panic either.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use mtls_harness::pki::Forge;
use mtls_harness::server::verify::{Check, Checks, PathValidator};
use mtls_scenarios::{KeyAlgorithm, Library};
use rustls_pki_types::{CertificateDer, UnixTime};

const NOW: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(1_780_000_000));

struct World {
    strict: PathValidator,
    trusting: PathValidator,
    genuine: Vec<Vec<u8>>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let library = Library::embedded().unwrap();
    let forge = Forge::new(1, NOW);
    let authority = forge.authority("alpha", &library.accounts["alpha"]).unwrap();
    let credential = &library.credentials["via-intermediate"];
    let minted = forge.mint("fuzz", credential, &authority, KeyAlgorithm::P256, NOW).unwrap();
    let anchors = [authority.certificate("main").unwrap().clone()];
    let validator = |checks| PathValidator::new(&anchors, None, checks).unwrap();
    let world = World {
        strict: validator(Checks::default()),
        trusting: validator(Checks::default().without(Check::Signature)),
        genuine: minted.certificate_list.unwrap().iter().map(|c| c.to_vec()).collect(),
    };
    assert!(accepts(&world.strict, &world.genuine), "the genuine chain is refused");
    world
});

fn accepts(validator: &PathValidator, list: &[Vec<u8>]) -> bool {
    let list: Vec<_> = list.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Some((end_entity, others)) = list.split_first() else { return false };
    validator.validate(end_entity, others, NOW).is_ok()
}

fuzz_target!(|input: (Vec<Vec<u8>>, Vec<(u8, u16, u8)>)| {
    let (arbitrary, edits) = input;
    let mut changed = WORLD.genuine.clone();
    for (certificate, offset, octet) in edits {
        let certificate = usize::from(certificate) % changed.len();
        let length = changed[certificate].len();
        changed[certificate][usize::from(offset) % length] = octet;
    }
    assert!(!accepts(&WORLD.strict, &arbitrary), "accepted what nobody signed");
    assert_eq!(
        accepts(&WORLD.strict, &changed),
        changed == WORLD.genuine,
        "accepted a changed chain"
    );
    accepts(&WORLD.trusting, &arbitrary);
    accepts(&WORLD.trusting, &changed);
});
