//! `mtls-harness selftest`: can every scenario fail, and is every fault noticed?

use std::sync::Arc;
use std::time::Duration;

use mtls_reports::{ExitCode, KillMatrix, Style};
use mtls_scenarios::{Filter, Program};
use rustls::pki_types::UnixTime;

use super::Failure;
use super::args::{Choice, Selftest};
use super::interrupt::{ENDING, Interrupts};
use super::selection::{load, nothing_selected, select};
use super::terminal;
use crate::pki::OpensslRecipe;
use crate::run::{Dialogues, Options, Origin, SelfTest, SelfTestError, Trust, World};
use crate::server::Fault;

/// Most time for one probe of the correct mock: nothing may time out that is merely slow.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Runs the command.
pub(super) fn selftest(arguments: &Selftest) -> Result<ExitCode, Failure> {
    let library = Arc::new(load(&arguments.selection)?);
    let plan = select(&library, &arguments.selection)?;
    if plan.cases.is_empty() {
        terminal::note(&nothing_selected(&library, &arguments.selection));
        return Ok(ExitCode::NothingSelected);
    }
    let faults = arguments.fault.iter().map(|name| name.parse::<Fault>());
    let faults = faults.collect::<Result<Vec<_>, _>>().map_err(|e| Failure::invalid(&e))?;
    let uses_openssl = plan.uses(&library, Program::OpensslRecipe);
    let origin = Origin {
        seed: arguments.seed,
        epoch: UnixTime::now(),
        library: &library,
        trust: Trust::Forged,
        openssl: uses_openssl.then(OpensslRecipe::carry_out),
    };
    let world = World::new(origin).map_err(|e| Failure::invalid(&e))?;
    let test = SelfTest {
        filter: Filter::new(&arguments.selection.filter).map_err(|e| Failure::invalid(&e))?,
        library,
        faults,
        options: Options {
            jobs: usize::from(arguments.jobs),
            timeout: TIMEOUT,
            fail_fast: false,
            pedantic: false,
            dialogues: Dialogues::OfNone,
            keep_recordings: false,
        },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::undecided(&format!("failed to start the runtime: {e}")))?;
    let quiet = arguments.display.progress == Choice::Never;
    let matrix = runtime.block_on(async {
        let interrupts = Interrupts::listen(Some(ENDING));
        let tell = |name: &str| {
            if !quiet {
                terminal::note(&format!("tried {name}"));
            }
        };
        tokio::select! {
            matrix = test.run(world, interrupts.asked(), tell) => matrix.map_err(failure),
            () = interrupts.second() => Err(Failure::undecided(&"interrupted again: ended at once")),
        }
    });
    runtime.shutdown_timeout(Duration::from_millis(200));
    let matrix = matrix?;
    show(&matrix, arguments)?;
    Ok(matrix.exit_code())
}

fn failure(error: SelfTestError) -> Failure {
    match error {
        SelfTestError::UnknownFault { .. } | SelfTestError::NoMock | SelfTestError::World(_) => {
            Failure::invalid(&error)
        }
        other => Failure::undecided(&other),
    }
}

fn show(matrix: &KillMatrix, arguments: &Selftest) -> Result<(), Failure> {
    if arguments.json {
        let text = serde_json::to_string_pretty(matrix).map_err(|e| Failure::undecided(&e))?;
        terminal::say(&(text + "\n"));
        return Ok(());
    }
    let style = terminal::style(&arguments.display, None);
    let style = if arguments.all { Style { width: 0, ..style } } else { style };
    terminal::say(&matrix.text(style));
    Ok(())
}
