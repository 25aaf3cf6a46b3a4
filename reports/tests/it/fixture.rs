//! A small run with every verdict and every outcome, and builders for others.

use mtls_reports::{
    LOG_FORMAT_VERSION, LogWriter, PeerText, Run,
    model::{
        AppliedWaiver, CaseResult, CertificateSent, DialogueLine, Discrepancy, Disposition, Fault,
        Grade, Identity, Observation, Outcome, Phase, RunFooter, RunHeader, Speaker, TlsFacts,
        TlsRefusal, Verdict, WaiverFault, WaiverProblem,
    },
};
use mtls_scenarios::{Alert, Alpn, Expected, Mode, Severity, TlsVersion};

pub(crate) const MODES: [Mode; 2] = [Mode::Strict, Mode::Loose];
pub(crate) const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls12, TlsVersion::Tls13];

pub(crate) fn header(selected: usize) -> RunHeader {
    RunHeader {
        format_version: LOG_FORMAT_VERSION,
        tool_version: "0.1.0".to_owned(),
        started: "2026-03-01T12:00:00Z".to_owned(),
        seed: 1,
        target: "nginx".to_owned(),
        target_version: Some(PeerText::new("nginx/1.22.1")),
        selected,
        rerun: "run --target nginx --seed 1".to_owned(),
    }
}

/// A complete run of these cases.
pub(crate) fn run(results: Vec<CaseResult>) -> Run {
    let mut run = Run { header: header(results.len()), results, footer: None };
    run.footer = Some(RunFooter {
        finished: run.results.len(),
        interrupted: false,
        elapsed_us: 1_234_567,
        waiver_problems: Vec::new(),
        exit_code: 0,
    });
    run.footer.as_mut().unwrap().exit_code = run.exit_code().code();
    run
}

pub(crate) fn log(run: &Run) -> Vec<u8> {
    let mut log = LogWriter::start(Vec::new(), &run.header).unwrap();
    for result in &run.results {
        log.case(result).unwrap();
    }
    match &run.footer {
        Some(footer) => log.finish(footer).unwrap(),
        None => log.into_inner(),
    }
}

pub(crate) fn observed(outcome: Outcome) -> Observation {
    Observation {
        marker: matches!(outcome, Outcome::Authenticated { .. }),
        outcome,
        marker_of: None,
        unverified_identity: None,
        tls: TlsFacts {
            version: Some(TlsVersion::Tls13),
            cipher_suite: Some("TLS_AES_128_GCM_SHA256".to_owned()),
            alpn: Some(Alpn::Http1),
            resumed: Some(false),
            certificate: CertificateSent::Sent,
            early_data: None,
        },
        elapsed_us: 700,
    }
}

pub(crate) fn let_in(subject: &str) -> Outcome {
    let subject = Some(PeerText::new(subject));
    Outcome::Authenticated { identity: Some(Identity { subject, ..Identity::default() }) }
}

pub(crate) fn alert(code: u8) -> Outcome {
    Outcome::RejectedTls(TlsRefusal::Alert { code, name: Alert::from_code(code) })
}

/// A case of a scenario: cell, outcome and verdict; the disposition follows from the verdict.
pub(crate) fn case(
    (scenario, title, severity): (&str, &str, Severity),
    (mode, tls): (Mode, TlsVersion),
    outcome: Option<Outcome>,
    verdict: Verdict,
) -> CaseResult {
    let (expected, disposition) = match &verdict {
        Verdict::Pass(_) => (Expected::Rejected, Disposition::Expected),
        Verdict::Fail(
            Discrepancy::UnexpectedRefusal
            | Discrepancy::UnexpectedAnonymous
            | Discrepancy::WrongIdentity
            | Discrepancy::IncoherentAcceptance,
        ) => (Expected::Authenticated, Disposition::Unexpected),
        Verdict::Fail(_) => (Expected::Rejected, Disposition::Unexpected),
        Verdict::Inconclusive { .. } => (Expected::Rejected, Disposition::Undecided),
        Verdict::Skipped { .. } => (Expected::Unauthenticated, Disposition::Skipped),
    };
    CaseResult {
        id: format!("{scenario}@{},{},p256", mode.as_str(), tls.as_str()),
        scenario: scenario.to_owned(),
        title: title.to_owned(),
        severity,
        mode,
        tls,
        expected: vec![expected],
        observed: outcome.map(observed),
        steps: Vec::new(),
        dialogue: Vec::new(),
        verdict,
        disposition,
        waiver: None,
        explanation: String::new(),
        flaky: None,
        elapsed_us: 1500,
    }
}

/// One scenario in the four cells of mode and version.
fn scenario(
    about: (&'static str, &'static str, Severity),
    cells: [(Option<Outcome>, Verdict); 4],
) -> impl Iterator<Item = CaseResult> {
    let places = MODES.into_iter().flat_map(|mode| VERSIONS.map(|tls| (mode, tls)));
    let about = (about.0.to_owned(), about.1.to_owned(), about.2);
    places.zip(cells).map(move |(place, (outcome, verdict))| {
        case((&about.0, &about.1, about.2), place, outcome, verdict)
    })
}

fn fail(discrepancy: Discrepancy) -> Verdict {
    Verdict::Fail(discrepancy)
}

fn inconclusive(reason: &str) -> Verdict {
    Verdict::Inconclusive { reason: reason.to_owned() }
}

fn skipped(reason: &str) -> Verdict {
    Verdict::Skipped { reason: reason.to_owned() }
}

/// Every verdict, discrepancy, grade and outcome at least once.
pub(crate) fn every_verdict() -> Run {
    let mut results = refused_certificates();
    results.extend(valid_certificate());
    results.extend(unverified_identity());
    results.extend(undecided());
    results.push(case(
        ("topology/public", "No client authentication", Severity::Low),
        (Mode::Public, TlsVersion::Tls13),
        None,
        skipped("the target has no endpoint `public`"),
    ));
    run(results)
}

/// A run in which the expired certificate is waived where it was let in, and that has bad waivers.
pub(crate) fn with_waivers() -> Run {
    let mut results = refused_certificates();
    for case in results.iter_mut().filter(|case| matches!(case.verdict, Verdict::Fail(_))) {
        case.disposition = Disposition::Waived;
        case.dialogue.clear();
        case.waiver = Some(AppliedWaiver {
            place: "ci/waivers.json:3".to_owned(),
            reason: "The application checks dates".to_owned(),
            references: vec!["https://example.org/docs#dates".to_owned()],
            owner: "platform".to_owned(),
            expires: "2026-06-01".parse().unwrap(),
        });
    }
    let problem = |line: u32, fault, message: &str| WaiverProblem {
        place: format!("ci/waivers.json:{line}"),
        fault,
        message: message.to_owned(),
    };
    let mut run = run(results);
    let footer = run.footer.as_mut().unwrap();
    footer.waiver_problems = vec![
        problem(12, WaiverFault::Expired, "waiver `certificate/wrong-ca@*` of nginx expired"),
        problem(21, WaiverFault::Unused, "waiver `certificate/weak@*` of nginx is unused"),
    ];
    footer.exit_code = 1;
    run
}

fn refused_certificates() -> Vec<CaseResult> {
    let (exact, ok) = (Verdict::Pass(Grade::Exact), Verdict::Pass(Grade::Ok));
    let expired = [
        (Some(alert(45)), exact.clone()),
        (Some(let_in("CN=Client")), fail(Discrepancy::UnexpectedAcceptance)),
        (Some(Outcome::RejectedHttp { status: 400 }), ok.clone()),
        (Some(let_in("CN=Client")), fail(Discrepancy::UnexpectedAcceptance)),
    ];
    let wrong_ca = [
        (Some(alert(48)), exact),
        (Some(Outcome::RejectedTls(TlsRefusal::Close)), ok.clone()),
        (Some(Outcome::RejectedTls(TlsRefusal::Reset)), ok.clone()),
        (Some(Outcome::Anonymous), ok),
    ];
    scenario(("certificate/expired", "Expired certificate", Severity::High), expired)
        .map(|case| CaseResult { dialogue: dialogue(&case.verdict), ..case })
        .chain(scenario(
            ("certificate/wrong-ca", "Certificate of another CA", Severity::Critical),
            wrong_ca,
        ))
        .collect()
}

/// What was said where somebody was let in.
fn dialogue(verdict: &Verdict) -> Vec<DialogueLine> {
    let line = |at_us, who, text: &str, octets, lie| {
        let text = PeerText::new(text);
        DialogueLine { who, text, octets, lie, at_us }
    };
    let said = [
        line(0, Speaker::Note, "connected to 127.0.0.1:8443", 0, false),
        line(120, Speaker::Sent, "ClientHello: TLS 1.3", 215, false),
        line(980, Speaker::Received, "Finished: 32 octets", 36, false),
        line(1250, Speaker::Note, "leaves out certificate_verify", 0, true),
        line(1300, Speaker::Sent, "Finished: 32 octets", 36, false),
        line(1900, Speaker::Received, "HTTP: 200 OK", 155, false),
    ];
    if matches!(verdict, Verdict::Fail(_)) { said.to_vec() } else { Vec::new() }
}

fn valid_certificate() -> impl Iterator<Item = CaseResult> {
    let nameless = Outcome::Authenticated { identity: None };
    let cells = [
        (Some(alert(200)), fail(Discrepancy::UnexpectedRefusal)),
        (Some(let_in("CN=Other")), fail(Discrepancy::WrongIdentity)),
        (Some(Outcome::Anonymous), fail(Discrepancy::UnexpectedAnonymous)),
        (Some(nameless), fail(Discrepancy::IncoherentAcceptance)),
    ];
    scenario(("certificate/valid", "Valid certificate", Severity::Medium), cells)
}

fn unverified_identity() -> Vec<CaseResult> {
    let cells = [
        (Some(Outcome::RejectedHttp { status: 403 }), fail(Discrepancy::OtherRefusal)),
        (Some(alert(42)), fail(Discrepancy::OtherAlert)),
        (Some(Outcome::Anonymous), fail(Discrepancy::UnverifiedIdentity)),
        (None, skipped("the target has no endpoint `beta`")),
    ];
    let about = ("identity/unverified", "Identity without verification", Severity::Low);
    let mut results: Vec<CaseResult> = scenario(about, cells).collect();
    for result in &mut results {
        if result.verdict == fail(Discrepancy::UnverifiedIdentity) {
            let sha256 = Some(PeerText::new("ab12"));
            let identity = Identity { sha256, ..Identity::default() };
            result.observed.as_mut().unwrap().unverified_identity = Some(identity);
        }
        if result.verdict == fail(Discrepancy::OtherAlert) {
            result.explanation.push_str(
                "refused by TLS alert bad_certificate (42), the scenario names certificate_unknown",
            );
        }
    }
    results
}

fn undecided() -> impl Iterator<Item = CaseResult> {
    let error =
        |fault, message: &str| Some(Outcome::Error { fault, message: PeerText::new(message) });
    let timeout = |waiting_for| Some(Outcome::Timeout { waiting_for });
    let control = inconclusive("control failed: the valid twin was not let in either");
    let neighbour = [
        (timeout(Phase::Connect), control.clone()),
        (timeout(Phase::Handshake), control.clone()),
        (timeout(Phase::Response), control),
        (None, inconclusive("the target did not answer")),
    ];
    let odd = [
        (error(Fault::Peer, "record of type 72"), inconclusive("not TLS")),
        (error(Fault::Target, "connection refused"), inconclusive("not there")),
        (error(Fault::Harness, "no socket"), inconclusive("out of sockets")),
        (None, skipped("the target has no endpoint `beta`")),
    ];
    scenario(("topology/neighbour", "The tenant next door", Severity::Info), neighbour)
        .chain(scenario(("topology/odd", "A peer that is none", Severity::Info), odd))
}
