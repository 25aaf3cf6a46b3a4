//! How near the runner comes to rustls alone: cases per second beside full mutual handshakes per second, over loopback.
//!
//! A case is a handshake, two HTTP requests and a verdict. Both are measured in turn, so that they share
//! whatever else the machine does.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mtls_benches::SetUpError;
use mtls_benches::harness::Harness;
use mtls_benches::raw::Raw;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use tokio::runtime::{Builder, Runtime};

/// Handshakes, and cases, between two looks at the clock.
const BATCH: usize = 256;

fn loopback(criterion: &mut Criterion) {
    for (name, version) in [("tls1.3", &TLS13), ("tls1.2", &TLS12)] {
        if let Err(error) = compare(criterion, name, version) {
            criterion.bench_function(&format!("{name} not set up: {error}"), |_| {});
        }
    }
}

fn compare(
    criterion: &mut Criterion,
    name: &str,
    version: &'static SupportedProtocolVersion,
) -> Result<(), SetUpError> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let raw = runtime.block_on(Raw::start(version))?;
    let case = format!("baseline/valid@strict,{name},p256");
    let harness = runtime.block_on(Harness::start(&case))?;
    let both = || {
        let raw = timed(&runtime, raw.handshakes(BATCH));
        (raw, timed(&runtime, harness.cases(BATCH)))
    };
    let mut group = criterion.benchmark_group(format!("loopback-{name}"));
    group.throughput(Throughput::Elements(u64::try_from(BATCH)?));
    group.sample_size(10);
    group.bench_function("rustls-handshakes", |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| both().0).sum());
    });
    group.bench_function("harness-cases", |bencher| {
        bencher.iter_custom(|rounds| (0..rounds).map(|_| both().1).sum());
    });
    group.finish();
    Ok(())
}

/// The time that a batch takes, all of which must succeed.
fn timed(runtime: &Runtime, batch: impl Future<Output = usize>) -> Duration {
    let started = Instant::now();
    assert_eq!(runtime.block_on(batch), BATCH, "some of the batch failed");
    started.elapsed()
}

criterion_group!(benches, loopback);
criterion_main!(benches);
