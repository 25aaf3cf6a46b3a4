//! What is left of connections: dialogues, captures and key logs of both clients.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and may tell"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use common::{options, perform, run_mock};
use mtls_harness::dissect::dialogue;
use mtls_harness::run::{Dialogues, Options, Performed};
use mtls_harness::server::Fault;
use mtls_harness::tape::{Event, Recording, capture, key_log};
use mtls_reports::model::{DialogueLine, Speaker};
use mtls_scenarios::Library;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Cases of both clients in both versions and application protocols; one resumes, one is told to lie after the handshake.
const CASES: [&str; 5] = [
    "baseline/valid@strict,*,p256*",
    "certificate/expired@strict,*,p256*",
    "possession/other-key@strict,*,p256*",
    "fragmentation/flight-of-valid-client@strict,*",
    "post-handshake/key-update@*",
];

async fn recorded(filters: &[&str]) -> Vec<Performed> {
    let options = Options { dialogues: Dialogues::OfAll, keep_recordings: true, ..options() };
    let cases = perform(Library::embedded().unwrap(), None, filters, options).await;
    assert!(!cases.is_empty());
    cases
}

/// Who said what kind of message: the text up to the first colon or comma.
fn kinds(lines: &[DialogueLine]) -> Vec<String> {
    let kind = |line: &DialogueLine| {
        let text = line.text.as_str();
        let end = text.find([':', ',']).unwrap_or(text.len());
        let mark = match line.who {
            Speaker::Sent => '>',
            Speaker::Received => '<',
            Speaker::Note => return None,
        };
        Some(format!("{mark} {}", &text[..end]))
    };
    lines.iter().filter_map(kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_of_tls_1_3_is_told() {
    let cases = recorded(&["certificate/expired@strict,tls1.3,p256"]).await;
    let said = kinds(&cases.first().unwrap().result.dialogue);
    let expected = [
        "> ClientHello",
        "< ServerHello",
        "< ChangeCipherSpec",
        "< EncryptedExtensions",
        "< CertificateRequest",
        "< Certificate",
        "< CertificateVerify",
        "< Finished",
        "> ChangeCipherSpec",
        "> Certificate",
        "> CertificateVerify",
        "> Finished",
    ];
    assert_eq!(said[..expected.len()], expected);
    assert_eq!(said.last().unwrap(), "< Alert");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_of_tls_1_2_is_told() {
    let cases = recorded(&["baseline/valid@strict,tls1.2,p256"]).await;
    let expected = [
        "> ClientHello",
        "< ServerHello",
        "< Certificate",
        "< ServerKeyExchange",
        "< CertificateRequest",
        "< ServerHelloDone",
        "> Certificate",
        "> ClientKeyExchange",
        "> CertificateVerify",
        "> ChangeCipherSpec",
        "> Finished",
        "< ChangeCipherSpec",
        "< Finished",
        "> HTTP",
        "< HTTP",
    ];
    let said = kinds(&cases.first().unwrap().result.dialogue);
    assert_eq!(said[..expected.len()], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_is_opened_and_read() {
    for case in recorded(&CASES).await {
        for line in &case.result.dialogue {
            let text = line.text.as_str();
            let odd = ["no recorded secret", "not readable", "without TLS", "in the clear"];
            assert!(!odd.iter().any(|odd| text.contains(odd)), "{}: {text}", case.result.id);
        }
        let is_lying = case.result.id.starts_with("possession/");
        let lies = case.result.dialogue.iter().filter(|line| line.lie).count();
        assert!(!is_lying || lies > 0, "{} does not tell its lie", case.result.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_went_wrong_is_told_unless_somebody_asks() {
    let fault = Some("ignore-validity".parse::<Fault>().unwrap());
    let failed = run_mock(fault, &["certificate/expired@strict,tls1.3,p256"]).await;
    assert!(kinds(&failed.first().unwrap().dialogue).contains(&"> CertificateVerify".to_owned()));
    let passed = run_mock(None, &["certificate/expired@strict,tls1.3,p256"]).await;
    assert!(passed.first().unwrap().dialogue.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_of_several_steps_are_told_apart() {
    let cases = recorded(&["virtual-hosts/later-request-neighbours-host"]).await;
    let dialogue = &cases.first().unwrap().result.dialogue;
    let notes: Vec<_> = dialogue
        .iter()
        .filter(|line| line.who == Speaker::Note)
        .map(|line| line.text.as_str())
        .collect();
    assert!(notes.iter().any(|note| note.contains("step 1: ")), "{notes:?}");
    assert!(notes.iter().any(|note| note.starts_with("step 2: ")), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_recordings_are_told_too() {
    let cases = recorded(&CASES).await;
    let recordings: Vec<Recording> = cases.into_iter().flat_map(|case| case.recordings).collect();
    let octet = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>());
    let damages = proptest::collection::vec(octet, 1..6);
    let strategy = (any::<prop::sample::Index>(), damages, any::<bool>());
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    let told = runner.run(&strategy, |(which, damages, is_cut)| {
        let mut recording = which.get(&recordings).clone();
        for (entry, at, by) in damages {
            let entry = entry.index(recording.entries.len());
            if let Event::Sent(octets) | Event::Received(octets) =
                &mut recording.entries[entry].event
                && !octets.is_empty()
            {
                let at = at.index(octets.len());
                octets[at] ^= by;
                if is_cut {
                    octets.truncate(at);
                }
            }
        }
        let _ = dialogue(&recording);
        Ok(())
    });
    told.unwrap();
}

/// The lines that tshark prints for a capture; `None` where this machine has none.
fn tshark(file: &Path, arguments: &[&str]) -> Option<Vec<String>> {
    let checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    let mut command = Command::new("tshark");
    let Ok(output) = command.arg("-r").arg(file).args(checks).args(arguments).output() else {
        let required =
            std::env::var_os("MTLS_HARNESS_REQUIRE_TSHARK").is_some_and(|set| set == "1");
        assert!(!required, "no tshark found, and MTLS_HARNESS_REQUIRE_TSHARK=1");
        println!("skipped: no tshark found");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Malformed packets, wrong checksums, odd sequence numbers, and whatever else Wireshark warns about.
const WRONG: &str = "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0 \
    || tcp.analysis.flags || _ws.expert.severity >= 0x600000";
const DECRYPTED: &str = "http.request || http2.headers";

#[tokio::test(flavor = "multi_thread")]
async fn wireshark_opens_captures_with_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("capture.pcapng");
    // All cases in one file: starting tshark takes longest.
    let recordings: Vec<Recording> =
        recorded(&CASES).await.into_iter().flat_map(|case| case.recordings).collect();
    std::fs::write(&file, capture(&recordings)).unwrap();
    let Some(wrong) = tshark(&file, &["-Y", WRONG]) else { return };
    assert!(wrong.is_empty(), "{wrong:#?}");
    let streams = |filter: &str| {
        let fields = ["-Y", filter, "-T", "fields", "-e", "tcp.stream"];
        BTreeSet::from_iter(tshark(&file, &fields).unwrap()).len()
    };
    let which = |is_such: &dyn Fn(&DialogueLine) -> bool| {
        recordings.iter().filter(|recording| dialogue(recording).iter().any(is_such)).count()
    };
    assert_eq!(streams("tcp"), recordings.len());
    // A client of HTTP/2 that is refused early has sent its preface, and no request.
    let asks = |text: &str| text.starts_with("HTTP: ") || text.contains("HEADERS");
    assert_eq!(streams(DECRYPTED), which(&|line| asks(line.text.as_str())));
    assert_eq!(streams("frame.comment contains \"lie: \""), which(&|line| line.lie));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_log_opens_a_capture_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["tls1.2", "tls1.3"] {
        let cases = recorded(&[&format!("baseline/valid@strict,{version},p256")]).await;
        let mut recordings = cases.into_iter().next().unwrap().recordings;
        let keys = key_log(recordings.iter().flat_map(|recording| &recording.secrets));
        for recording in &mut recordings {
            recording.secrets.clear();
        }
        let (file, log) = (folder.path().join("c.pcapng"), folder.path().join("keys.log"));
        std::fs::write(&file, capture(&recordings)).unwrap();
        std::fs::write(&log, keys).unwrap();
        let Some(sealed) = tshark(&file, &["-Y", "http"]) else { return };
        assert!(sealed.is_empty(), "{sealed:#?}");
        let with_keys = format!("tls.keylog_file:{}", log.display());
        let opened = tshark(&file, &["-o", &with_keys, "-Y", "http.request"]).unwrap();
        assert_eq!(opened.len(), 2, "{opened:#?}");
    }
}
