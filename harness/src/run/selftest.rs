//! The self-test: every deliberate fault of the mock gate must turn the scenarios red that name it, and the correct
//! mock none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use mtls_reports::model::{CaseResult, Disposition};
use mtls_reports::{CorrectMock, KILL_MATRIX_FORMAT_VERSION, Kill, KillMatrix, WrongCase};
use mtls_scenarios::{Case, Filter, Library, Program};

use super::context::{Context, Options};
use super::plan::{Plan, plan};
use super::runner::run;
use super::wallet::Wallet;
use super::world::{World, WorldError};
use crate::server::Fault;
use crate::target::{Blueprint, StartError, Workshop};

/// Faulty mocks that are tried at once: some of them keep their clients waiting.
const AT_ONCE: usize = 8;
/// Cases of a scenario that names a fault which are tried first.
const SAMPLES: usize = 8;
/// Most time for a probe of a faulty mock, where silence is what must be noticed.
const FAULTY_TIMEOUT: Duration = Duration::from_millis(1500);
/// Cases that a faulty gate is asked before it is looked at whether it still answers.
const ASKED_AT_ONCE: usize = 64;

/// A self-test cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfTestError {
    /// A scenario names a fault that the mock does not have.
    #[error("scenario `{scenario}` catches a fault that does not exist: {reason}")]
    UnknownFault {
        /// The scenario.
        scenario: String,
        /// What is wrong, and what is known.
        reason: String,
    },
    /// The library describes no mock.
    #[error("there is no target `mock`")]
    NoMock,
    /// Its certificates cannot be made.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A mock did not start.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// What to test.
#[derive(Clone, Debug)]
pub struct SelfTest {
    /// Scenarios, and the target `mock`.
    pub library: Arc<Library>,
    /// The scenarios to hold to what they name.
    pub filter: Filter,
    /// The faults to try; those that the selected scenarios name when empty.
    pub faults: Vec<Fault>,
    /// How to go about the cases.
    pub options: Options,
}

/// Which scenarios name which fault.
type Named = BTreeMap<Fault, BTreeSet<String>>;

impl SelfTest {
    /// Runs the suite against the correct mock and against every faulty one. `tell` is called after each with its name.
    pub async fn run(
        self,
        world: World,
        stop: impl Future<Output = ()>,
        mut tell: impl FnMut(&str),
    ) -> Result<KillMatrix, SelfTestError> {
        let started = Instant::now();
        let plan = plan(&self.library, &self.filter);
        let named = named(&self.library, &plan)?;
        let target = self.library.targets.get("mock").ok_or(SelfTestError::NoMock)?.clone();
        let blueprint = Blueprint {
            material: world.material(&self.library, &target)?,
            templates: Arc::default(),
            workshop: Workshop::default(),
            target,
            fault: None,
            authorized: false,
        };
        let wallet = Arc::new(Wallet::new(world, Arc::clone(&self.library)));
        let bench = Bench { test: &self, plan: &plan, named: &named, blueprint, wallet };
        let mut tried = Tried::default();
        let interrupted = tokio::select! {
            biased;
            () = stop => true,
            done = bench.try_all(&mut tried, &mut tell) => { done?; false }
        };
        let Tried { correct, kills } = tried;
        let red: BTreeSet<_> = kills.values().flat_map(|kill| kill.caught_by.clone()).collect();
        // With some faults left out, a scenario need not have turned red.
        let all = self.faults.is_empty() && !interrupted;
        let scenarios: BTreeSet<_> = plan.cases.iter().map(|case| case.scenario.clone()).collect();
        Ok(KillMatrix {
            format_version: KILL_MATRIX_FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            correct,
            faults: kills.into_values().collect(),
            never_red: scenarios.difference(&red).filter(|_| all).cloned().collect(),
            interrupted,
            elapsed_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        })
    }
}

/// The faults that the scenarios of a plan name.
fn named(library: &Library, plan: &Plan) -> Result<Named, SelfTestError> {
    let mut named = Named::new();
    let selected: BTreeSet<_> = plan.cases.iter().map(|case| &case.scenario).collect();
    for id in selected {
        let Some(scenario) = library.scenarios.get(id) else { continue };
        for name in &scenario.catches {
            let fault = name.parse::<Fault>().map_err(|error| SelfTestError::UnknownFault {
                scenario: id.clone(),
                reason: error.to_string(),
            })?;
            named.entry(fault).or_default().insert(id.clone());
        }
    }
    Ok(named)
}

/// What the tries so far came to.
#[derive(Default)]
struct Tried {
    correct: CorrectMock,
    kills: BTreeMap<Fault, Kill>,
}

/// What all tries have in common.
struct Bench<'a> {
    test: &'a SelfTest,
    plan: &'a Plan,
    named: &'a Named,
    blueprint: Blueprint,
    wallet: Arc<Wallet>,
}

impl Bench<'_> {
    /// The faults to try. Without a filter that is all there are, so that one that nobody names is noticed.
    fn faults(&self) -> Vec<Fault> {
        match (&self.test.faults, self.test.filter.is_empty()) {
            (given, _) if !given.is_empty() => given.clone(),
            (_, true) => Fault::ALL.to_vec(),
            (_, false) => self.named.keys().copied().collect(),
        }
    }

    /// Tries the correct mock and every faulty one.
    async fn try_all(
        &self,
        tried: &mut Tried,
        tell: &mut impl FnMut(&str),
    ) -> Result<(), SelfTestError> {
        tried.correct = self.correct().await?;
        tell("the correct mock");
        // The last ones are those that keep their clients waiting: the others are tried meanwhile.
        let kills = self.faults().into_iter().rev().map(|fault| self.kill(fault));
        let mut kills = stream::iter(kills).buffer_unordered(AT_ONCE);
        while let Some(kill) = kills.next().await {
            let (fault, kill) = kill?;
            tell(fault.as_str());
            tried.kills.insert(fault, kill);
        }
        Ok(())
    }

    async fn correct(&self) -> Result<CorrectMock, SelfTestError> {
        let results = self.results(None, self.plan.cases.clone(), self.test.options).await?;
        let wrong = results.iter().filter(|result| !self.is_as_expected(result));
        let wrong = wrong.map(|result| WrongCase {
            id: result.id.clone(),
            explanation: result.explanation.clone(),
        });
        Ok(CorrectMock { cases: results.len(), wrong: wrong.collect() })
    }

    /// Whether the case came out as it must. A program that this machine lacks is nobody's fault.
    fn is_as_expected(&self, result: &CaseResult) -> bool {
        let of_scenario = Plan {
            cases: self.plan.cases.iter().filter(|case| case.id == result.id).cloned().collect(),
        };
        let lacks_program = result.disposition == Disposition::Skipped
            && of_scenario.uses(&self.test.library, Program::OpensslRecipe);
        result.disposition == Disposition::Expected || lacks_program
    }

    /// Tries a fault with some cases of every scenario, and with all of those that name it and have stayed green.
    async fn kill(&self, fault: Fault) -> Result<(Fault, Kill), SelfTestError> {
        let nobody = BTreeSet::new();
        let named_by = self.named.get(&fault).unwrap_or(&nobody);
        let (own, others) = self.samples(named_by);
        let mut red = self.red(fault, own).await?;
        red.extend(self.red(fault, others).await?);
        let green: BTreeSet<_> = named_by.difference(&red).collect();
        let rest = self.plan.cases.iter().filter(|case| green.contains(&case.scenario));
        red.extend(self.red(fault, rest.cloned().collect()).await?);
        let (first, others): (Vec<_>, Vec<_>) =
            red.iter().cloned().partition(|id| named_by.contains(id));
        let kill = Kill {
            fault: fault.as_str().to_owned(),
            meaning: fault.meaning().to_owned(),
            caught_by: [first, others].concat(),
            missed_by: named_by.difference(&red).cloned().collect(),
            named_by: named_by.len(),
        };
        Ok((fault, kill))
    }

    /// The scenarios of which any of these cases turns red. A gate that has stopped to answer is not asked on.
    async fn red(&self, fault: Fault, cases: Vec<Case>) -> Result<BTreeSet<String>, SelfTestError> {
        let options = Options { timeout: FAULTY_TIMEOUT, ..self.test.options };
        let mut red = BTreeSet::new();
        for some in cases.chunks(ASKED_AT_ONCE) {
            let results = self.results(Some(fault), some.to_vec(), options).await?;
            let of = |disposition| results.iter().filter(move |r| r.disposition == disposition);
            red.extend(of(Disposition::Unexpected).map(|result| result.scenario.clone()));
            if of(Disposition::Undecided).count() > results.len() / 2 {
                break;
            }
        }
        Ok(red)
    }

    /// A few cases from all over the scenarios that name the fault; and one of every other that shares its gate and does not
    /// wait: starting gates and being patient is what takes time.
    fn samples(&self, named_by: &BTreeSet<String>) -> (Vec<Case>, Vec<Case>) {
        let mut of_scenario: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
        for case in &self.plan.cases {
            of_scenario.entry(&case.scenario).or_default().push(case);
        }
        let sample = |(id, cases): (&str, Vec<&Case>)| {
            let scenario = self.test.library.scenarios.get(id);
            let costly = scenario.is_some_and(|s| s.needs_own_gate() || s.waits() || s.outwaits());
            let count = match (named_by.contains(id), costly) {
                (true, _) => SAMPLES,
                (false, false) => 1,
                (false, true) => return Vec::new(),
            };
            let step = cases.len().div_ceil(count).max(1);
            // From the end: TLS 1.3 and LOOSE come last.
            cases.into_iter().rev().step_by(step).cloned().collect::<Vec<_>>()
        };
        let samples = of_scenario.into_iter().flat_map(sample);
        samples.partition(|case| named_by.contains(&case.scenario))
    }

    async fn results(
        &self,
        fault: Option<Fault>,
        cases: Vec<Case>,
        options: Options,
    ) -> Result<Vec<CaseResult>, SelfTestError> {
        let blueprint = Blueprint { fault, ..self.blueprint.clone() };
        let library = Arc::clone(&self.test.library);
        let context =
            Context::with_wallet(blueprint, Arc::clone(&self.wallet), library, options).await?;
        let context = Arc::new(context);
        let mut results = Vec::with_capacity(cases.len());
        let never = std::future::pending();
        run(&context, Plan { cases }, never, |performed| results.push(performed.result)).await;
        Ok(results)
    }
}
