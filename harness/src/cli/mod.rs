//! The command line: arguments, display, exit code. The only place that prints.

mod args;
mod by_hand;
mod doctor;
mod explain;
mod interrupt;
mod list;
mod output;
mod pki;
mod progress;
mod recordings;
mod reports;
mod rerun;
mod run;
mod selection;
mod selftest;
mod serve;
mod target;
mod target_list;
mod targets;
mod terminal;
mod trust;
mod waivers;

use std::process::ExitCode as ProcessExitCode;

use mtls_reports::ExitCode;

use args::{Arguments, Command};

/// Reads the arguments, does what they say, and returns the exit code of design: see [`ExitCode`].
pub fn main() -> ProcessExitCode {
    let arguments = Arguments::read();
    let done = match arguments.command {
        Command::Run(run) => run::run(*run),
        Command::List(list) => list::list(&list),
        Command::Targets(arguments) => targets::targets(&arguments),
        Command::Explain(explain) => explain::explain(&explain),
        Command::Serve(serve) => serve::serve(&serve),
        Command::Pki(pki) => pki::pki(&pki),
        Command::Selftest(arguments) => selftest::selftest(&arguments),
        Command::Doctor(doctor) => doctor::doctor(&doctor),
    };
    match done {
        Ok(code) => code.into(),
        Err(error) => {
            terminal::complain(&error);
            error.code.into()
        }
    }
}

/// Why a command could not be carried out.
#[derive(Debug)]
struct Failure {
    code: ExitCode,
    message: String,
}

impl Failure {
    /// The user's to mend: arguments or files.
    fn invalid(error: &impl std::fmt::Display) -> Self {
        Self { code: ExitCode::InvalidUse, message: error.to_string() }
    }

    /// The target's or the machine's: nothing was decided.
    fn undecided(error: &impl std::fmt::Display) -> Self {
        Self { code: ExitCode::Undecided, message: error.to_string() }
    }
}
