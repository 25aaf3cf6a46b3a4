//! `mtls-harness schema ROOT`: writes the published JSON Schemas.

use mtls_reports::{ExitCode, write_report};

use super::Failure;
use super::args::Schema;

/// Runs the command.
pub(super) fn schema(arguments: &Schema) -> Result<ExitCode, Failure> {
    let folders = [
        ("scenarios/schema", mtls_scenarios::schemas()),
        ("reports/schema", mtls_reports::schemas()),
    ];
    for (folder, schemas) in folders {
        for (name, schema) in schemas {
            let path = arguments.root.join(folder).join(name);
            let text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::undecided(&e))?;
            write_report(&path, (text + "\n").as_bytes()).map_err(|e| Failure::invalid(&e))?;
        }
    }
    Ok(ExitCode::GateOpen)
}
