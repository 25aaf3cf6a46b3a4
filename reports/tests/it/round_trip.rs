//! Any run goes through the event log unchanged, and any torn log is that of a shorter run.

use mtls_reports::{
    PeerText, Run,
    model::{
        AppliedWaiver, CaseResult, CertificateSent, DialogueLine, Discrepancy, Disposition, Fault,
        Grade, Identity, Observation, Outcome, Phase, RunFooter, Speaker, StepResult, TlsFacts,
        TlsRefusal, Verdict,
    },
    read_log_from,
};
use mtls_scenarios::{Alert, Alpn, Date, Expected, Role, Severity};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::fixture::{self, MODES, VERSIONS};

fn peer_text() -> impl Strategy<Value = PeerText> {
    any::<String>().prop_map(|text| PeerText::new(&text))
}

fn identity() -> impl Strategy<Value = Identity> {
    let text = || option::of(peer_text());
    (text(), text(), text(), text()).prop_map(|(subject, serial, sha256, sha1)| Identity {
        subject,
        serial,
        sha256,
        sha1,
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let phase = select(vec![Phase::Connect, Phase::Handshake, Phase::Response]);
    let fault = select(vec![Fault::Peer, Fault::Target, Fault::Harness]);
    prop_oneof![
        option::of(identity()).prop_map(|identity| Outcome::Authenticated { identity }),
        Just(Outcome::Anonymous),
        any::<u8>().prop_map(|code| {
            Outcome::RejectedTls(TlsRefusal::Alert { code, name: Alert::from_code(code) })
        }),
        select(vec![TlsRefusal::Close, TlsRefusal::Reset]).prop_map(Outcome::RejectedTls),
        any::<u16>().prop_map(|status| Outcome::RejectedHttp { status }),
        peer_text().prop_map(|message| Outcome::RejectedProtocol { message }),
        phase.prop_map(|waiting_for| Outcome::Timeout { waiting_for }),
        (fault, peer_text()).prop_map(|(fault, message)| Outcome::Error { fault, message }),
    ]
}

fn facts() -> impl Strategy<Value = TlsFacts> {
    let certificate = select(vec![
        CertificateSent::NotRequested,
        CertificateSent::None,
        CertificateSent::Sent,
        CertificateSent::Withheld,
    ]);
    let alpn = option::of(select(vec![Alpn::Http1, Alpn::H2]));
    let version = option::of(select(VERSIONS.to_vec()));
    let flags = any::<[Option<bool>; 2]>();
    (version, option::of(any::<String>()), alpn, flags, certificate).prop_map(
        |(version, cipher_suite, alpn, [resumed, early_data], certificate)| TlsFacts {
            version,
            cipher_suite,
            alpn,
            resumed,
            certificate,
            early_data,
        },
    )
}

fn observation() -> impl Strategy<Value = Observation> {
    let marker = (any::<bool>(), option::of(select(Role::ALL.to_vec())));
    (outcome(), marker, option::of(identity()), facts(), any::<u64>()).prop_map(
        |(outcome, (marker, marker_of), unverified_identity, tls, elapsed_us)| Observation {
            outcome,
            marker,
            marker_of,
            unverified_identity,
            tls,
            elapsed_us,
        },
    )
}

fn step() -> impl Strategy<Value = StepResult> {
    (any::<String>(), option::of(observation()))
        .prop_map(|(action, observed)| StepResult { action, observed })
}

fn dialogue_line() -> impl Strategy<Value = DialogueLine> {
    let who = select(vec![Speaker::Sent, Speaker::Received, Speaker::Note]);
    (who, peer_text(), any::<u64>(), any::<bool>(), any::<u64>())
        .prop_map(|(who, text, octets, lie, at_us)| DialogueLine { who, text, octets, lie, at_us })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let discrepancy = select(vec![
        Discrepancy::UnexpectedAcceptance,
        Discrepancy::UnexpectedRefusal,
        Discrepancy::UnexpectedAnonymous,
        Discrepancy::WrongIdentity,
        Discrepancy::IncoherentAcceptance,
        Discrepancy::UnverifiedIdentity,
        Discrepancy::OtherRefusal,
        Discrepancy::OtherAlert,
        Discrepancy::ForeignSecret,
        Discrepancy::EarlyDataServed,
        Discrepancy::ForeignAuthorities,
        Discrepancy::Unresponsive,
    ]);
    prop_oneof![
        select(vec![Grade::Exact, Grade::Ok]).prop_map(Verdict::Pass),
        discrepancy.prop_map(Verdict::Fail),
        any::<String>().prop_map(|reason| Verdict::Inconclusive { reason }),
        any::<String>().prop_map(|reason| Verdict::Skipped { reason }),
    ]
}

fn waiver() -> impl Strategy<Value = AppliedWaiver> {
    let references = vec(any::<String>(), 0..2);
    (any::<[String; 3]>(), references, 0_u16..1000).prop_map(
        |([place, reason, owner], references, days)| {
            let expires = "2026-03-01".parse::<Date>().unwrap().plus_days(days);
            AppliedWaiver { place, reason, references, owner, expires }
        },
    )
}

fn case() -> impl Strategy<Value = CaseResult> {
    let severity = select(vec![Severity::Info, Severity::Low, Severity::Medium, Severity::High]);
    let disposition = select(vec![
        Disposition::Expected,
        Disposition::Unexpected,
        Disposition::Undecided,
        Disposition::Waived,
        Disposition::Skipped,
    ]);
    let expected = select(vec![Expected::Authenticated, Expected::Rejected, Expected::Anonymous]);
    (
        (any::<String>(), any::<String>(), any::<String>(), severity, any::<u64>()),
        (select(MODES.to_vec()), select(VERSIONS.to_vec())),
        (vec(expected, 0..3), option::of(observation()), vec(step(), 0..3)),
        (verdict(), disposition, option::of(waiver()), vec(dialogue_line(), 0..3)),
    )
        .prop_map(
            |(
                about,
                (mode, tls),
                (expected, observed, steps),
                (verdict, disposition, waiver, dialogue),
            )| {
                let (scenario, title, explanation, severity, elapsed_us) = about;
                CaseResult {
                    id: String::new(),
                    scenario,
                    title,
                    severity,
                    mode,
                    tls,
                    expected,
                    observed,
                    steps,
                    dialogue,
                    verdict,
                    disposition,
                    waiver,
                    explanation,
                    flaky: None,
                    elapsed_us,
                }
            },
        )
}

fn run() -> impl Strategy<Value = Run> {
    (vec(case(), 0..12), any::<[u64; 2]>(), option::of(any::<bool>()), any::<u8>()).prop_map(
        |(mut results, [seed, elapsed_us], interrupted, exit_code)| {
            for (number, case) in results.iter_mut().enumerate() {
                case.id = format!("{}@{number}", case.scenario);
            }
            let finished = results.len();
            let mut header = fixture::header(finished);
            header.seed = seed;
            let footer = interrupted.map(|interrupted| RunFooter {
                finished,
                interrupted,
                elapsed_us,
                exit_code,
                ..RunFooter::default()
            });
            Run { header, results, footer }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_run_survives_the_log(run in run()) {
        let log = fixture::log(&run);
        prop_assert_eq!(read_log_from(log.as_slice()).unwrap(), run);
    }

    #[test]
    fn a_torn_log_is_that_of_a_shorter_run(run in run(), cut in any::<prop::sample::Index>()) {
        let log = fixture::log(&run);
        let header = log.iter().position(|byte| *byte == b'\n').unwrap();
        let torn = &log[..header + 1 + cut.index(log.len() - header)];
        let read = read_log_from(torn).unwrap();
        prop_assert!(run.results.starts_with(&read.results));
        prop_assert_eq!(&read.header, &run.header);
        prop_assert!(read.footer.is_none() || read.footer == run.footer);
    }

    #[test]
    fn bytes_that_are_no_log_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        prop_assert!(read_log_from(bytes.as_slice()).is_err());
    }
}
