//! The plan: which cases, in which order.

use mtls_scenarios::{Case, Filter, Library, expand};

/// The selected cases, in the order of their scenarios' ids.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which results are reported.
    pub cases: Vec<Case>,
}

/// Expands every scenario and keeps what the filter selects.
pub fn plan(library: &Library, filter: &Filter) -> Plan {
    let expanded = library.scenarios.iter().flat_map(|(id, scenario)| expand(id, scenario));
    Plan { cases: expanded.filter(|case| filter.selects(&case.id)).collect() }
}
