//! The result model: observations are facts, verdicts are judgements, dispositions are policy.

mod event;

pub use mtls_scenarios::Discrepancy;
use mtls_scenarios::{Alert, Alpn, Date, Expected, Mode, Role, Severity, TlsVersion};
use serde::{Deserialize, Serialize};

pub use self::event::{Event, RunFooter, RunHeader};
use crate::PeerText;

/// What a probe saw, in the words of the design: see each variant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Let in: the gate says that the client is verified, or gave out the marker.
    Authenticated {
        /// Whom the gate took the client for; `None` where it gave no identity.
        identity: Option<Identity>,
    },
    /// Served, but neither verified nor given the marker.
    Anonymous,
    /// Refused at the TLS layer, before any response.
    RejectedTls(TlsRefusal),
    /// Refused with an HTTP status of 400 or above.
    RejectedHttp {
        /// The status.
        status: u16,
    },
    /// Refused by another application protocol than HTTP.
    RejectedProtocol {
        /// How it says so: its code and its text.
        message: PeerText,
    },
    /// No answer in time.
    Timeout {
        /// What was being waited for.
        waiting_for: Phase,
    },
    /// Something else went wrong.
    Error {
        /// Whose fault it is.
        fault: Fault,
        /// What happened.
        message: PeerText,
    },
}

/// How a peer refused at the TLS layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TlsRefusal {
    /// A fatal alert.
    Alert {
        /// Its code point (`AlertDescription`).
        code: u8,
        /// Its name, where it is a known one.
        name: Option<Alert>,
    },
    /// The connection was closed without an alert.
    Close,
    /// The connection was reset.
    Reset,
}

/// Phases of a probe, for time-outs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Phase {
    Connect,
    Handshake,
    Response,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The peer broke a protocol.
    Peer,
    /// The target cannot be reached or is not what its file says.
    Target,
    /// The harness.
    Harness,
}

/// Whom a gate says it sees. Every field is the gate's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identity {
    /// Subject name in the gate's notation.
    pub subject: Option<PeerText>,
    /// Serial number of the certificate, decimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<PeerText>,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub sha256: Option<PeerText>,
    /// SHA-1 of the certificate, lower-case hexadecimal.
    pub sha1: Option<PeerText>,
}

/// Facts of one step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Observation {
    /// What came of it.
    pub outcome: Outcome,
    /// Whether a secret marker came back.
    pub marker: bool,
    /// Whose, where it is not that of the endpoint that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker_of: Option<Role>,
    /// An identity that the gate reported without calling it verified.
    pub unverified_identity: Option<Identity>,
    /// Facts of the handshake as far as it went.
    pub tls: TlsFacts,
    /// From the first byte sent to the certain outcome, in microseconds.
    pub elapsed_us: u64,
}

/// Facts of a handshake as the client saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TlsFacts {
    /// Negotiated version.
    pub version: Option<TlsVersion>,
    /// Negotiated cipher suite, registry name.
    pub cipher_suite: Option<String>,
    /// Negotiated application protocol.
    pub alpn: Option<Alpn>,
    /// Whether the session was resumed, as the client knows it.
    pub resumed: Option<bool>,
    /// What became of the client's certificate.
    pub certificate: CertificateSent,
    /// Whether the gate took early data; `None` where none was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_data: Option<bool>,
}

/// What became of the client's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateSent {
    /// The handshake did not get to a `CertificateRequest`.
    #[default]
    NotRequested,
    /// The client had none to send.
    None,
    /// It was sent.
    Sent,
    /// The server's `CertificateRequest` lists no signature scheme that the key can make, so it was held back.
    Withheld,
}

/// The judge's word on a case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As expected.
    Pass(Grade),
    /// Not as expected.
    Fail(Discrepancy),
    /// It cannot be said: a control failed, the certificate did not go out, the target did not answer.
    Inconclusive {
        /// Why, one line.
        reason: String,
    },
    /// Not run: the target cannot do it.
    Skipped {
        /// Why, one line.
        reason: String,
    },
}

/// How well a pass passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The outcome, and where the scenario names alerts, one of these.
    Exact,
    /// The outcome by another signal.
    Ok,
}

/// What the gate makes of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// As expected.
    Expected,
    /// A failure that nobody waived.
    Unexpected,
    /// Inconclusive.
    Undecided,
    /// A failure that somebody answers for.
    Waived,
    /// Not run.
    Skipped,
}

/// One case and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseResult {
    /// Case id: `certificate/expired@strict,tls1.3,p256`.
    pub id: String,
    /// Scenario id: `certificate/expired`.
    pub scenario: String,
    /// The scenario's title.
    pub title: String,
    /// The scenario's severity.
    pub severity: Severity,
    /// The cell's mode.
    pub mode: Mode,
    /// The cell's TLS version.
    pub tls: TlsVersion,
    /// What was expected of the deciding step.
    pub expected: Vec<Expected>,
    /// The facts of the deciding step; `None` where nothing was tried.
    pub observed: Option<Observation>,
    /// What was done, step by step, where there is more than one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepResult>,
    /// What was said on the connections of the steps, where the case is not as expected or somebody asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dialogue: Vec<DialogueLine>,
    /// The judge's word.
    pub verdict: Verdict,
    /// What policy makes of it.
    pub disposition: Disposition,
    /// Who answers for the failure, and why, where it is waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
    /// One line for people: why the verdict is what it is. Empty for a plain pass.
    pub explanation: String,
    /// What came how often, where repetitions of the case came to different verdicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky: Option<Flaky>,
    /// Wall time of the whole case with its controls, in microseconds.
    pub elapsed_us: u64,
}

/// A case whose repetitions came to different verdicts. The worst of them is the case's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flaky {
    /// How often the case was performed.
    pub repetitions: usize,
    /// What came of it, the worst first.
    pub seen: Vec<Seen>,
}

/// What some repetitions of a case had in common.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seen {
    /// How many of them.
    pub times: usize,
    /// Their verdict.
    pub verdict: Verdict,
    /// What was seen, one line.
    pub outcome: String,
}

/// The waiver that is good for a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppliedWaiver {
    /// `waivers.json:12`: its file and line.
    pub place: String,
    /// Why the failure may be.
    pub reason: String,
    /// Public references.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: Date,
}

/// Something wrong with a waiver that closes the gate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaiverProblem {
    /// `waivers.json:12`: its file and line.
    pub place: String,
    /// What is wrong.
    pub fault: WaiverFault,
    /// One line for people.
    pub message: String,
}

/// What can be wrong with a waiver that is well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaiverFault {
    /// Its last day is over.
    Expired,
    /// Every case that it covers was tried, and none failed as it says.
    Unused,
}

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepResult {
    /// What was done, one line.
    pub action: String,
    /// What came of it; `None` where nothing was asked of the gate.
    pub observed: Option<Observation>,
}

/// Something that was said on a connection, or that is to be known about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DialogueLine {
    /// Who said it.
    pub who: Speaker,
    /// One line: `Certificate: 2 certificates, 1432 octets`.
    pub text: PeerText,
    /// Octets of the message; 0 for a note.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub octets: u64,
    /// Whether it is a lie of the client's.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lie: bool,
    /// Since the connection began, in microseconds.
    pub at_us: u64,
}

/// Who says a line of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The client sent it.
    Sent,
    /// The gate did.
    Received,
    /// The harness says it about the connection.
    Note,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
