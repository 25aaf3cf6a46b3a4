//! The plan: which cases, in which order.

use mtls_scenarios::{Action, Case, Filter, Library, Program, Step, expand};

/// The selected cases, in the order of their scenarios' ids.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which results are reported.
    pub cases: Vec<Case>,
}

impl Plan {
    /// Whether any case uses a credential that a program of the user's machine makes.
    pub fn uses(&self, library: &Library, program: Program) -> bool {
        let made_by = |name: &str| library.credentials.get(name).and_then(|c| c.made_by);
        let mut scenarios: Vec<_> = self.cases.iter().map(|case| case.scenario.as_str()).collect();
        scenarios.dedup();
        let credential = |step: &'_ Step| match step {
            Step::Visit(visit) => match &visit.action {
                Action::Connect(connect) => connect.credential.clone(),
                Action::Reuse(_) | Action::Raw(_) => None,
            },
            Step::Operate(_) | Step::Wait(_) => None,
        };
        scenarios.iter().filter_map(|id| library.scenarios.get(*id)).any(|scenario| {
            let named = scenario.steps.iter().filter_map(credential);
            let cells = scenario.matrix.credential.iter().cloned();
            named.chain(cells).any(|name| made_by(&name) == Some(program))
        })
    }
}

/// Expands every scenario and keeps what the filter selects.
pub fn plan(library: &Library, filter: &Filter) -> Plan {
    let expanded = library.scenarios.iter().flat_map(|(id, scenario)| expand(id, scenario));
    Plan { cases: expanded.filter(|case| filter.selects(&case.id)).collect() }
}
