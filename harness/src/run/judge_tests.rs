//! The verdict on every outcome, and what no verdict may depend on.

use std::collections::BTreeMap;

use mtls_reports::PeerText;
use mtls_reports::model::{
    CertificateSent, Discrepancy, Fault, Grade, Identity, Observation, Outcome, Phase, TlsFacts,
    TlsRefusal, Verdict,
};
use mtls_scenarios::{Alert, Expect, Expected, LooseFamily, Mode, Policy, Promise, Resumption};
use proptest::prelude::*;

use super::{Judgement, Question, Subject, judge};

fn observed(outcome: Outcome, marker: bool) -> Observation {
    let tls = TlsFacts { certificate: CertificateSent::Sent, ..TlsFacts::default() };
    Observation { outcome, marker, marker_of: None, unverified_identity: None, tls, elapsed_us: 1 }
}

fn identity(sha256: &str) -> Identity {
    Identity { sha256: Some(PeerText::new(sha256)), ..Identity::default() }
}

fn let_in_as(sha256: &str) -> Observation {
    observed(Outcome::Authenticated { identity: Some(identity(sha256)) }, true)
}

fn alert(code: u8) -> Observation {
    let name = Alert::from_code(code);
    observed(Outcome::RejectedTls(TlsRefusal::Alert { code, name }), false)
}

fn nobody() -> Observation {
    observed(Outcome::Anonymous, false)
}

fn client() -> Subject {
    Subject {
        serial: Some("17".to_owned()),
        sha256: "aa".to_owned(),
        sha1: "bb".to_owned(),
        name: "CN=client".to_owned(),
    }
}

/// A question with its parts owned, to be changed by each test.
#[derive(Clone, Debug)]
struct Case {
    expect: Expect,
    mode: Mode,
    promises: BTreeMap<Policy, Promise>,
    loose_family: Option<LooseFamily>,
    observed: Observation,
    control: Option<Observation>,
    pedantic: bool,
    may_wait: bool,
    resumes: Option<Resumption>,
}

impl Case {
    fn new(expect: Expect, mode: Mode, observed: Observation) -> Self {
        let control = (expect != Expect::Accepted).then(|| let_in_as("aa"));
        let promises = BTreeMap::new();
        Self {
            expect,
            mode,
            promises,
            loose_family: None,
            observed,
            control,
            pedantic: false,
            may_wait: false,
            resumes: None,
        }
    }

    fn judge(&self) -> Judgement {
        judge(&Question {
            expect: &self.expect,
            alerts: &[Alert::CertificateExpired],
            mode: self.mode,
            promises: &self.promises,
            loose_family: self.loose_family,
            reports_identity: true,
            subject: Some(&client()),
            observed: &self.observed,
            control: self.control.as_ref(),
            pedantic: self.pedantic,
            resumes: self.resumes,
            canary: false,
            may_wait: self.may_wait,
            foreign_authority: None,
        })
    }

    fn verdict(&self) -> Verdict {
        self.judge().verdict
    }
}

fn fails(discrepancy: Discrepancy) -> Verdict {
    Verdict::Fail(discrepancy)
}

#[test]
fn who_may_wait_refuses_by_silence() {
    let silence = observed(Outcome::Timeout { waiting_for: Phase::Handshake }, false);
    let case = Case::new(Expect::Refused, Mode::Strict, silence);
    assert!(matches!(case.verdict(), Verdict::Inconclusive { .. }));
    let waiting = Case { may_wait: true, ..case };
    assert_eq!(waiting.verdict(), Verdict::Pass(Grade::Ok));
    // Not where nobody else is let in either: then the gate may be gone.
    let gone = Case { control: Some(waiting.observed.clone()), ..waiting.clone() };
    assert!(matches!(gone.verdict(), Verdict::Inconclusive { .. }));
    let accepting = Case { expect: Expect::Accepted, control: None, ..waiting };
    assert_eq!(accepting.verdict(), fails(Discrepancy::UnexpectedRefusal));
}

#[test]
fn a_session_that_was_to_be_resumed_is_not_judged_in_a_full_handshake() {
    let of = |resumes, seen| {
        let case = Case::new(Expect::Accepted, Mode::Strict, seen);
        Case { resumes: Some(resumes), ..case }.verdict()
    };
    let let_go = |verdict| matches!(verdict, Verdict::Skipped { .. });
    let undecided = |verdict| matches!(verdict, Verdict::Inconclusive { .. });
    assert!(let_go(of(Resumption::SessionId, let_in_as("aa"))));
    assert!(undecided(of(Resumption::SessionTicket, let_in_as("aa"))));
    assert!(undecided(of(Resumption::Psk, let_in_as("aa"))));
    assert_eq!(of(Resumption::SessionId, let_in_as("cc")), fails(Discrepancy::WrongIdentity));
    let mut resumed = let_in_as("aa");
    resumed.tls.resumed = Some(true);
    assert_eq!(of(Resumption::SessionId, resumed), Verdict::Pass(Grade::Exact));
}

#[test]
fn accepted_means_as_exactly_this_end_entity() {
    let verdict = |seen| Case::new(Expect::Accepted, Mode::Strict, seen).verdict();
    assert_eq!(verdict(let_in_as("aa")), Verdict::Pass(Grade::Exact));
    assert_eq!(verdict(let_in_as("AA")), Verdict::Pass(Grade::Exact));
    assert_eq!(verdict(let_in_as("cc")), fails(Discrepancy::WrongIdentity));
    assert_eq!(verdict(alert(48)), fails(Discrepancy::UnexpectedRefusal));
    assert_eq!(verdict(nobody()), fails(Discrepancy::UnexpectedAnonymous));
    let no_marker = Observation { marker: false, ..let_in_as("aa") };
    assert_eq!(verdict(no_marker), fails(Discrepancy::IncoherentAcceptance));
    let no_name = observed(Outcome::Authenticated { identity: None }, true);
    assert_eq!(verdict(no_name), fails(Discrepancy::IncoherentAcceptance));
}

#[test]
fn one_wrong_fingerprint_is_a_wrong_identity_whatever_the_name() {
    let mixed = Identity {
        sha1: Some(PeerText::new("other")),
        subject: Some(PeerText::new("CN=client")),
        ..identity("aa")
    };
    let seen = observed(Outcome::Authenticated { identity: Some(mixed) }, true);
    let verdict = Case::new(Expect::Accepted, Mode::Strict, seen).verdict();
    assert_eq!(verdict, fails(Discrepancy::WrongIdentity));
}

#[test]
fn a_serial_number_says_more_than_a_name_and_less_than_a_fingerprint() {
    let named = |serial: &str, sha256: Option<&str>| {
        let identity = Identity {
            subject: Some(PeerText::new("/CN=client")),
            serial: Some(PeerText::new(serial)),
            sha256: sha256.map(PeerText::new),
            ..Identity::default()
        };
        let seen = observed(Outcome::Authenticated { identity: Some(identity) }, true);
        Case::new(Expect::Accepted, Mode::Strict, seen).verdict()
    };
    assert_eq!(named("17", None), Verdict::Pass(Grade::Exact));
    assert_eq!(named("18", None), fails(Discrepancy::WrongIdentity));
    assert_eq!(named("17", Some("other")), fails(Discrepancy::WrongIdentity));
}

#[test]
fn strict_refuses_and_the_alert_is_only_graded() {
    let case = |seen| Case::new(Expect::Refused, Mode::Strict, seen);
    assert_eq!(case(alert(45)).verdict(), Verdict::Pass(Grade::Exact));
    assert_eq!(case(alert(48)).verdict(), Verdict::Pass(Grade::Ok));
    let http = observed(Outcome::RejectedHttp { status: 400 }, false);
    assert_eq!(case(http).verdict(), Verdict::Pass(Grade::Exact));
    let message = PeerText::new("28000: no");
    let protocol = observed(Outcome::RejectedProtocol { message }, false);
    assert_eq!(case(protocol).verdict(), Verdict::Pass(Grade::Exact));
    let close = observed(Outcome::RejectedTls(TlsRefusal::Close), false);
    assert_eq!(case(close).verdict(), Verdict::Pass(Grade::Ok));
    assert_eq!(case(let_in_as("aa")).verdict(), fails(Discrepancy::UnexpectedAcceptance));
    assert_eq!(case(nobody()).verdict(), fails(Discrepancy::UnexpectedAnonymous));
    let pedantic = Case { pedantic: true, ..case(alert(48)) };
    assert_eq!(pedantic.verdict(), fails(Discrepancy::OtherAlert));
}

#[test]
fn loose_may_serve_an_invalid_certificate_as_nobody_unless_it_promises_not_to() {
    let case = Case::new(Expect::Refused, Mode::Loose, nobody());
    assert_eq!(case.verdict(), Verdict::Pass(Grade::Exact));
    for family in [LooseFamily::FailClosedTls, LooseFamily::FailClosedHttp] {
        let held = Case { loose_family: Some(family), ..case.clone() };
        assert_eq!(held.verdict(), fails(Discrepancy::UnexpectedAnonymous));
    }
}

#[test]
fn an_identity_that_is_not_verified_must_not_be_shown_unless_flagged_by_promise() {
    let shown = Observation { unverified_identity: Some(identity("aa")), ..nobody() };
    let case = Case::new(Expect::Refused, Mode::Loose, shown);
    assert_eq!(case.verdict(), fails(Discrepancy::UnverifiedIdentity));
    let flagged = Case { loose_family: Some(LooseFamily::PassWithFlag), ..case };
    assert_eq!(flagged.verdict(), Verdict::Pass(Grade::Exact));
}

#[test]
fn promises_narrow_what_policy_leaves_open() {
    let policy = Policy::X509V1EndEntity;
    for (promise, accepted, refused) in [
        (None, true, true),
        (Some(Promise::Accept), true, false),
        (Some(Promise::Refuse), false, true),
    ] {
        let promises: BTreeMap<_, _> =
            promise.map(|promise| (policy, promise)).into_iter().collect();
        let passes = |seen| {
            let case = Case::new(Expect::Policy(policy), Mode::Strict, seen);
            matches!(Case { promises: promises.clone(), ..case }.verdict(), Verdict::Pass(_))
        };
        assert_eq!(passes(let_in_as("aa")), accepted);
        assert_eq!(passes(alert(46)), refused);
        assert!(!passes(let_in_as("cc")));
    }
}

#[test]
fn a_refusal_does_not_count_without_its_control() {
    for control in
        [alert(48), nobody(), observed(Outcome::Timeout { waiting_for: Phase::Connect }, false)]
    {
        let case = Case::new(Expect::Refused, Mode::Strict, alert(45));
        let verdict = Case { control: Some(control), ..case }.verdict();
        assert!(matches!(verdict, Verdict::Inconclusive { .. }), "{verdict:?}");
    }
}

#[test]
fn a_certificate_that_did_not_go_out_decides_nothing() {
    for (expect, seen) in [
        (Expect::Accepted, nobody()),
        (Expect::Refused, nobody()),
        (Expect::Refused, alert(116)),
        (Expect::Accepted, let_in_as("aa")),
    ] {
        let mut seen = seen;
        seen.tls.certificate = CertificateSent::Withheld;
        let verdict = Case::new(expect, Mode::Loose, seen).verdict();
        assert!(matches!(verdict, Verdict::Inconclusive { .. }), "{verdict:?}");
    }
}

fn any_outcome() -> impl Strategy<Value = Observation> {
    let identity = prop_oneof![Just(None), Just(Some(identity("aa"))), Just(Some(identity("cc")))];
    let refusal = prop_oneof![
        any::<u8>().prop_map(|code| TlsRefusal::Alert { code, name: Alert::from_code(code) }),
        Just(TlsRefusal::Close),
        Just(TlsRefusal::Reset),
    ];
    let outcome = prop_oneof![
        identity.prop_map(|identity| Outcome::Authenticated { identity }),
        Just(Outcome::Anonymous),
        refusal.prop_map(Outcome::RejectedTls),
        (300_u16..600).prop_map(|status| Outcome::RejectedHttp { status }),
        Just(Outcome::RejectedProtocol { message: PeerText::new("no") }),
        Just(Outcome::Timeout { waiting_for: Phase::Response }),
        Just(Outcome::Error { fault: Fault::Peer, message: PeerText::new("x") }),
    ];
    (outcome, any::<bool>()).prop_map(|(outcome, marker)| observed(outcome, marker))
}

fn any_case() -> impl Strategy<Value = Case> {
    let expect = prop_oneof![
        Just(Expect::Accepted),
        Just(Expect::Refused),
        Just(Expect::NoCertificate),
        Just(Expect::Policy(Policy::SmallRsaKey)),
        Just(Expect::ByMode { strict: vec![Expected::Rejected], loose: vec![Expected::Anonymous] }),
    ];
    let mode = prop_oneof![Just(Mode::Strict), Just(Mode::Loose)];
    (expect, mode, any_outcome(), any::<bool>()).prop_map(|(expect, mode, seen, pedantic)| Case {
        pedantic,
        ..Case::new(expect, mode, seen)
    })
}

proptest! {
    #[test]
    fn what_is_let_in_passes_only_as_itself_and_only_where_expected(case in any_case()) {
        let judgement = case.judge();
        if let (Outcome::Authenticated { identity }, Verdict::Pass(_)) =
            (&case.observed.outcome, &judgement.verdict)
        {
            prop_assert!(judgement.expected.contains(&Expected::Authenticated));
            prop_assert!(case.observed.marker);
            prop_assert_eq!(identity.as_ref().unwrap().sha256.as_ref().unwrap().as_str(), "aa");
        }
    }

    #[test]
    fn silence_and_broken_protocols_never_pass(case in any_case()) {
        if matches!(case.observed.outcome, Outcome::Timeout { .. } | Outcome::Error { .. }) {
            let undecided = matches!(case.verdict(), Verdict::Inconclusive { .. });
            prop_assert!(undecided);
        }
    }

    #[test]
    fn a_failed_control_never_makes_things_greener(case in any_case()) {
        let failed = Case { control: case.control.as_ref().map(|_| alert(48)), ..case.clone() };
        let passed = matches!(failed.verdict(), Verdict::Pass(_));
        prop_assert!(!passed || matches!(case.verdict(), Verdict::Pass(_)));
    }

    #[test]
    fn everything_but_a_plain_pass_is_explained(case in any_case()) {
        let judgement = case.judge();
        let plain = judgement.verdict == Verdict::Pass(Grade::Exact);
        prop_assert_eq!(judgement.explanation.is_empty(), plain);
    }
}
