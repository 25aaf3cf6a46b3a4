//! The `mtls-harness` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mtls_harness::cli::main()
}
