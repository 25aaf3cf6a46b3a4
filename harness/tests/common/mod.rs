//! Runs of the library for integration tests: the mock gate, in process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod options;

use std::sync::Arc;

use mtls_harness::pki::OpensslRecipe;
use mtls_harness::run::{Context, Ending, Options, Origin, Performed, Trust, World, plan, run};
use mtls_harness::server::Fault;
use mtls_harness::target::{Blueprint, Workshop};
use mtls_reports::model::CaseResult;
use mtls_scenarios::{Filter, Library, Program};
use rustls::pki_types::UnixTime;

pub(crate) use self::options::options;

/// Runs the selected cases against the mock gate, broken or not.
pub(crate) async fn run_mock(fault: Option<Fault>, filters: &[&str]) -> Vec<CaseResult> {
    run_library(Library::embedded().unwrap(), fault, filters).await
}

/// The same with scenarios of one's own.
pub(crate) async fn run_library(
    library: Library,
    fault: Option<Fault>,
    filters: &[&str],
) -> Vec<CaseResult> {
    let performed = perform(library, fault, filters, options()).await;
    performed.into_iter().map(|performed| performed.result).collect()
}

/// The same, and what else is left of the cases.
pub(crate) async fn perform(
    library: Library,
    fault: Option<Fault>,
    filters: &[&str],
    options: Options,
) -> Vec<Performed> {
    let library = Arc::new(library);
    let plan = plan(&library, &Filter::new(filters).unwrap());
    let openssl = plan.uses(&library, Program::OpensslRecipe).then(OpensslRecipe::carry_out);
    let world = World::new(Origin {
        seed: 1,
        epoch: UnixTime::now(),
        library: &library,
        trust: Trust::Forged,
        openssl,
    });
    let world = world.unwrap();
    let target = library.targets["mock"].clone();
    let material = world.material(&library, &target).unwrap();
    let templates = Arc::new(library.templates.clone());
    let blueprint = Blueprint {
        target,
        templates,
        workshop: Workshop::default(),
        material,
        fault,
        authorized: false,
    };
    let context = Context::start(blueprint, world, library, options).await.unwrap();
    let context = Arc::new(context);
    let mut cases = Vec::new();
    let ending = run(&context, plan, std::future::pending(), |case| cases.push(case)).await;
    assert_eq!(ending, Ending::Complete);
    cases
}
