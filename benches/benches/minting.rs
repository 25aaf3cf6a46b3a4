//! How fast the forge mints, on one core.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mtls_harness::pki::{Forge, UnixTime};
use mtls_scenarios::{Account, Credential, KeyAlgorithm};

const EPOCH: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(1_780_000_000));

const ACCOUNT: &str = r#"{"summary": "bench", "anchors": {"main": {"profile": "authority", "issuer": "self_signed"}}}"#;

const END_ENTITY: &str = r#"{"summary": "bench", "certificates":
    {"leaf": {"profile": "client", "issuer": {"anchor": "main"}}},
    "send": [{"certificate": "leaf"}]}"#;

const CHAIN: &str = r#"{"summary": "bench", "certificates": {
    "intermediate": {"profile": "intermediate", "issuer": {"anchor": "main"}},
    "leaf": {"profile": "client", "issuer": {"certificate": "intermediate"}}},
    "send": [{"certificate": "leaf"}, {"certificate": "intermediate"}]}"#;

fn minting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("minting");
    let cases = [
        ("end-entity-p256", END_ENTITY, KeyAlgorithm::P256, 1),
        ("chain-p256", CHAIN, KeyAlgorithm::P256, 2),
        ("end-entity-p384", END_ENTITY, KeyAlgorithm::P384, 1),
        ("end-entity-rsa2048", END_ENTITY, KeyAlgorithm::Rsa2048, 1),
    ];
    for (name, credential, algorithm, certificates) in cases {
        let Ok(credential) = serde_json::from_str::<Credential>(credential) else {
            continue;
        };
        let Ok(account) = serde_json::from_str::<Account>(ACCOUNT) else {
            continue;
        };
        let forge = Forge::new(1, EPOCH);
        let Ok(authority) = forge.authority("alpha", &account) else {
            continue;
        };
        group.throughput(Throughput::Elements(certificates));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                forge.mint("bench", black_box(&credential), &authority, algorithm, EPOCH).is_ok()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, minting);
criterion_main!(benches);
