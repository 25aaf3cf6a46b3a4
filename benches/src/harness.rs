//! The runner as it is, against the mock gate.

use std::sync::Arc;
use std::time::Duration;

use mtls_harness::run::{Context, Dialogues, Options, Origin, Plan, Trust, World, run};
use mtls_harness::target::{Blueprint, Workshop};
use mtls_reports::model::Disposition;
use mtls_scenarios::{Case, Filter, Library};

use crate::{CONCURRENCY, SetUpError, now};

/// A mock gate and a case to perform against it.
pub struct Harness {
    context: Arc<Context>,
    case: Case,
}

impl Harness {
    /// Starts the mock gate on the current runtime; `case` is an id.
    pub async fn start(case: &str) -> Result<Self, SetUpError> {
        let library = Arc::new(Library::embedded()?);
        let plan = mtls_harness::run::plan(&library, &Filter::new(&[case.to_owned()])?);
        let case = plan.cases.into_iter().next().ok_or("no such case")?;
        let target = library.targets.get("mock").ok_or("no target `mock`")?.clone();
        let origin = Origin {
            seed: 1,
            epoch: now(),
            library: &library,
            trust: Trust::Forged,
            openssl: None,
        };
        let world = World::new(origin)?;
        let material = world.material(&library, &target)?;
        let templates = Arc::new(library.templates.clone());
        let blueprint = Blueprint {
            target,
            templates,
            workshop: Workshop::default(),
            material,
            fault: None,
            authorized: false,
        };
        let options = Options {
            jobs: CONCURRENCY,
            timeout: Duration::from_secs(10),
            fail_fast: false,
            pedantic: false,
            dialogues: Dialogues::default(),
            keep_recordings: false,
        };
        let context = Context::start(blueprint, world, library, options).await?;
        Ok(Self { context: Arc::new(context), case })
    }

    /// Performs the case so many times; returns how often the gate did as expected.
    pub async fn cases(&self, count: usize) -> usize {
        let plan = Plan { cases: vec![self.case.clone(); count] };
        let mut expected = 0;
        run(&self.context, plan, std::future::pending(), |performed| {
            expected += usize::from(performed.result.disposition == Disposition::Expected);
        })
        .await;
        expected
    }
}
