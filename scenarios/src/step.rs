//! Steps: what clients do and what must come of it, what the operator does, and what is waited for.

use serde::Deserialize;

use crate::{Alert, Connect, Expect, Operation, Raw, Reuse, Wait, Wording};

/// One step of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "RawStep")]
pub enum Step {
    /// A client does something.
    Visit(Box<Visit>),
    /// The operator does something to the gate.
    Operate(Operation),
    /// Time passes.
    Wait(Wait),
}

/// What a client does, and what must come of it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the format")]
pub struct Visit {
    /// How it comes to the gate.
    pub action: Action,
    /// What it says there.
    pub say: Wording,
    /// Whether the cell's variant is laid over what it says.
    pub vary: bool,
    /// What must come of it.
    pub expect: Expect,
    /// Alerts that fit a refusal best: they give grade `exact` (required with `--pedantic`); any other refusal gives `ok`.
    pub alert: Vec<Alert>,
    /// What shows that a refusal means something.
    pub control: Control,
    /// It prepares the ground: if it does not come out as expected, the case is inconclusive.
    pub setup: bool,
    /// It asks whether the gate is still there: no answer is a failure.
    pub canary: bool,
    /// The gate may wait for what the script promises and never sends: no answer in time is a refusal.
    pub may_wait: bool,
    /// What the `certificate_authorities` of the `CertificateRequest` may name.
    pub authorities: Option<Authorities>,
}

/// How a client comes to the gate.
#[derive(Clone, Debug)]
pub enum Action {
    /// It makes a connection.
    Connect(Connect),
    /// It uses one that an earlier step kept open.
    Reuse(Reuse),
    /// It writes bytes to a socket.
    Raw(Raw),
}

/// What shows that a refusal means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// The positive twin: a client with this credential is let in at the same endpoint first.
    Twin(String),
    /// An earlier step of the scenario was let in there.
    Before,
}

/// What a list of acceptable authorities may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Authorities {
    /// The CAs of the endpoint's own account, or nobody.
    OwnAccount,
}

/// A step as it is written: exactly one of `connect`, `reuse`, `raw`, `operate`, `wait`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Step"))]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the format")]
struct RawStep {
    /// Connect, ask who the gate thinks we are, and ask for the protected resource.
    #[serde(default)]
    connect: Option<Connect>,
    /// Ask both again on a connection that an earlier step kept open.
    #[serde(default)]
    reuse: Option<Reuse>,
    /// Write bytes to a socket of the gate.
    #[serde(default)]
    raw: Option<Raw>,
    /// Change the gate as its operator would.
    #[serde(default)]
    operate: Option<Operation>,
    /// Let time pass.
    #[serde(default)]
    wait: Option<Wait>,
    /// What the client says: names, request, headers.
    #[serde(default)]
    say: Wording,
    /// Lay the cell's variant over `say`.
    #[serde(default)]
    vary: bool,
    /// What must come of a step of a client.
    #[serde(default)]
    expect: Option<Expect>,
    /// Alerts that fit a refusal best: they give grade `exact` (required with `--pedantic`); any other refusal gives `ok`.
    #[serde(default)]
    alert: Vec<Alert>,
    /// Credential of the positive twin that must be let in at the same endpoint before a refusal counts; `valid` when absent.
    #[serde(default)]
    control: Option<String>,
    /// An earlier step was let in there; no other control is asked for.
    #[serde(default)]
    controlled_before: bool,
    /// The step prepares the ground: if it does not come out as expected, the case is inconclusive.
    #[serde(default)]
    setup: bool,
    /// The step asks whether the gate is still there: no answer is a failure.
    #[serde(default)]
    canary: bool,
    /// The gate may wait for what the script promises and never sends: no answer in time is a refusal.
    #[serde(default)]
    may_wait: bool,
    /// What the `certificate_authorities` of the `CertificateRequest` may name.
    #[serde(default)]
    authorities: Option<Authorities>,
}

impl RawStep {
    fn actions(&self) -> usize {
        let clients = [self.connect.is_some(), self.reuse.is_some(), self.raw.is_some()];
        let others = [self.operate.is_some(), self.wait.is_some()];
        clients.into_iter().chain(others).filter(|given| *given).count()
    }

    /// Whether it says something that only a step of a client has.
    fn speaks_of_a_client(&self) -> bool {
        self.expect.is_some()
            || self.say != Wording::default()
            || !self.alert.is_empty()
            || self.control.is_some()
            || self.authorities.is_some()
            || [self.vary, self.controlled_before, self.setup, self.canary, self.may_wait]
                .contains(&true)
    }
}

/// A step that says too much or too little.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum StepError {
    #[error("a step has exactly one of `connect`, `reuse`, `raw`, `operate`, `wait`")]
    NotOneAction,
    #[error("a step of a client says what it must `expect`")]
    NoExpectation,
    #[error("`operate` and `wait` have no `expect`, no `say` and no control")]
    NotOfAClient,
    #[error("`control` and `controlled_before` exclude each other")]
    TwoControls,
}

impl TryFrom<RawStep> for Step {
    type Error = StepError;

    fn try_from(raw: RawStep) -> Result<Self, StepError> {
        if raw.actions() != 1 {
            return Err(StepError::NotOneAction);
        }
        let of_operator = match (raw.operate.clone(), raw.wait.clone()) {
            (Some(operation), _) => Some(Self::Operate(operation)),
            (None, Some(wait)) => Some(Self::Wait(wait)),
            (None, None) => None,
        };
        if let Some(step) = of_operator {
            return if raw.speaks_of_a_client() { Err(StepError::NotOfAClient) } else { Ok(step) };
        }
        let control = match (raw.control, raw.controlled_before) {
            (Some(_), true) => return Err(StepError::TwoControls),
            (None, true) => Control::Before,
            (twin, false) => Control::Twin(twin.unwrap_or_else(|| "valid".to_owned())),
        };
        let action = match (raw.connect, raw.reuse, raw.raw) {
            (Some(connect), ..) => Action::Connect(connect),
            (None, Some(reuse), _) => Action::Reuse(reuse),
            (None, None, Some(raw)) => Action::Raw(raw),
            (None, None, None) => return Err(StepError::NotOneAction),
        };
        Ok(Self::Visit(Box::new(Visit {
            action,
            say: raw.say,
            vary: raw.vary,
            expect: raw.expect.ok_or(StepError::NoExpectation)?,
            alert: raw.alert,
            control,
            setup: raw.setup,
            canary: raw.canary,
            may_wait: raw.may_wait,
            authorities: raw.authorities,
        })))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        RawStep::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        RawStep::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Step, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_step_has_one_action() {
        assert!(read(r#"{"wait": {"elapse": "18h"}}"#).is_ok());
        let error = read(r#"{"expect": "accepted"}"#).unwrap_err();
        assert!(error.contains("exactly one of `connect`"), "{error}");
        let error = read(r#"{"connect": {}, "wait": {"elapse": "18h"}}"#).unwrap_err();
        assert!(error.contains("exactly one of `connect`"), "{error}");
    }

    #[test]
    fn what_belongs_to_clients_is_refused_elsewhere() {
        let error = read(r#"{"wait": {"elapse": "1h"}, "expect": "refused"}"#).unwrap_err();
        assert!(error.contains("have no `expect`"), "{error}");
        let error = read(r#"{"connect": {}}"#).unwrap_err();
        assert!(error.contains("must `expect`"), "{error}");
    }

    #[test]
    fn the_control_is_a_valid_client_unless_said_otherwise() {
        let control = |json| match read(json) {
            Ok(Step::Visit(visit)) => visit.control,
            other => panic!("{other:?}"),
        };
        let twin = control(r#"{"connect": {}, "expect": "refused"}"#);
        assert_eq!(twin, Control::Twin("valid".to_owned()));
        let before = control(r#"{"connect": {}, "expect": "refused", "controlled_before": true}"#);
        assert_eq!(before, Control::Before);
    }
}
