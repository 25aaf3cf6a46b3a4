//! Steps by hand: what openssl and curl show agrees with the verdict of the harness.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use mtls_harness::run::{
    Context, Dialogues, Ending, Guide, Options, Origin, Telling, Trust, World, by_hand, plan, run,
};
use mtls_harness::server::Fault;
use mtls_harness::target::{Blueprint, Workshop};
use mtls_reports::model::{CaseResult, Outcome, Verdict};
use mtls_scenarios::{Filter, Library};
use rustls::pki_types::UnixTime;

/// A case that the harness performed, and then a person.
struct Both {
    result: CaseResult,
    guide: Guide,
    /// What the person saw of the last thing in it.
    seen: String,
    /// What only those read who are let in.
    marker: String,
}

impl Both {
    /// What came of it, as the harness saw it.
    fn observed(&self) -> &'static str {
        match self.result.observed.as_ref().map(|seen| &seen.outcome) {
            Some(Outcome::Authenticated { .. }) => "let in",
            Some(Outcome::Anonymous) => "nobody",
            Some(Outcome::RejectedTls(_) | Outcome::RejectedHttp { .. }) => "refused",
            _ => "unclear",
        }
    }

    /// The same, as the person saw it.
    fn seen(&self) -> &'static str {
        if self.seen.contains(&self.marker) {
            return "let in";
        }
        let served = ["HTTP/1.1 200", "HTTP/2 200"].iter().any(|line| self.seen.contains(line));
        if served { "nobody" } else { "refused" }
    }
}

/// Has a case performed by the harness and by its steps, at one mock gate.
async fn both(id: &str, fault: Option<&str>) -> Both {
    let fault = fault.map(|fault| fault.parse::<Fault>().unwrap());
    let library = Arc::new(Library::embedded().unwrap());
    let plan = plan(&library, &Filter::new(&[id]).unwrap());
    let [case] = plan.cases.as_slice() else { panic!("{id}: {} cases", plan.cases.len()) };
    let case = case.clone();
    let (seed, epoch) = (1, UnixTime::now());
    let world =
        World::new(Origin { seed, epoch, library: &library, trust: Trust::Forged, openssl: None });
    let world = world.unwrap();
    let target = library.targets["mock"].clone();
    let material = world.material(&library, &target).unwrap();
    let secret = material.secret.clone();
    let blueprint = Blueprint {
        target,
        templates: Arc::default(),
        workshop: Workshop::default(),
        material,
        fault,
        authorized: false,
    };
    let options = Options {
        jobs: 1,
        timeout: Duration::from_secs(60),
        fail_fast: false,
        pedantic: false,
        dialogues: Dialogues::OfNone,
        keep_recordings: false,
    };
    let context = Context::start(blueprint, world, library, options).await.unwrap();
    let context = Arc::new(context);
    let mut results = Vec::new();
    let never = std::future::pending();
    let ending = run(&context, plan, never, |performed| results.push(performed.result)).await;
    assert_eq!(ending, Ending::Complete);
    let folder = tempfile::tempdir().unwrap();
    let rerun = format!("run --filter '{id}'");
    let telling = Telling { rerun, why: Vec::new(), observed: Vec::new() };
    let guide = by_hand(&context, None, &case, folder.path(), &telling).await.unwrap();
    let seen = if guide.beyond.is_some() { String::new() } else { carry_out(folder.path()).await };
    let last = seen.rsplit("\n-- ").next().unwrap().rsplit("\n== ").next().unwrap().to_owned();
    Both { result: results.remove(0), guide, seen: last, marker: secret }
}

/// What a person sees who starts the script.
async fn carry_out(folder: &Path) -> String {
    let script = folder.join("steps.sh");
    let output = tokio::task::spawn_blocking(move || {
        Command::new("bash").arg("-c").arg(format!("{} 2>&1", script.display())).output().unwrap()
    });
    String::from_utf8_lossy(&output.await.unwrap().stdout).into_owned()
}

/// Whether this machine has what the steps are made of; a machine without is told so.
fn has_tools() -> bool {
    let has = |tool: &str, flag: &str| Command::new(tool).arg(flag).output().is_ok();
    let has = has("openssl", "version") && has("curl", "--version");
    assert!(has || std::env::var_os("MTLS_HARNESS_REQUIRE_PEERS").is_none(), "no openssl or curl");
    has
}

/// Cases, what is wrong with the mock gate, and what comes of it.
const CASES: &[(&str, Option<&str>, &str)] = &[
    // Certificates.
    ("baseline/valid@strict,tls1.2,p256", None, "let in"),
    ("baseline/via-intermediate@strict,tls1.3,rsa2048", None, "let in"),
    ("baseline/no-certificate@strict,tls1.3,p256", None, "refused"),
    ("certificate/expired@loose,tls1.2,p256", None, "refused"),
    ("certificate/expired@strict,tls1.3,p256", Some("ignore-validity"), "let in"),
    ("path/self-signed@strict,tls1.2,p256,self-signed-admin", None, "refused"),
    ("path/self-signed@strict,tls1.3,p256,self-signed-admin", Some("accept-all"), "let in"),
    // Names.
    ("virtual-hosts/neighbours-host@strict,tls1.3,p256,upper-case", None, "refused"),
    ("virtual-hosts/neighbours-host@strict,tls1.2,p256,as-it-is", Some("host-routing"), "let in"),
    (
        "virtual-hosts/other-spelling-own-certificate@strict,tls1.3,p256,upper-case-and-dot",
        None,
        "refused",
    ),
    ("virtual-hosts/two-hosts-from-public@strict,tls1.3,p256,protected-first", None, "refused"),
    // Requests.
    ("identity/claimed-in-trailer@strict,tls1.3,p256,client-cert", None, "refused"),
    ("requests/local-claims@loose,tls1.3,p256,forwarded-v6", None, "nobody"),
    (
        "requests/local-claims@loose,tls1.3,p256,x-real-ip",
        Some("local-clients-not-gated"),
        "let in",
    ),
    (
        "requests/path-forms@loose,tls1.3,p256,percent-encoded",
        Some("encoded-path-not-gated"),
        "let in",
    ),
    ("requests/methods@loose,tls1.3,p256,query", None, "nobody"),
    // HTTP/2.
    ("baseline/valid@strict,tls1.3,p256,h2", None, "let in"),
    ("certificate/expired@strict,tls1.2,p256,h2", None, "refused"),
    (
        "virtual-hosts/neighbours-host@strict,tls1.3,p256,h2,as-it-is",
        Some("host-routing"),
        "let in",
    ),
    (
        "requests/path-forms@loose,tls1.3,p256,h2,percent-encoded",
        Some("encoded-path-not-gated"),
        "let in",
    ),
    ("requests/path-forms@loose,tls1.3,p256,h2,parent-segment", None, "nobody"),
    // Kept connections.
    ("requests/after-a-refused-one@loose,tls1.3,p256", None, "nobody"),
    ("virtual-hosts/later-request-from-public@strict,tls1.3,p256,as-it-is", None, "refused"),
    // Octets without TLS.
    ("loose/plaintext@strict,tls1.3,p256", None, "refused"),
    ("loose/plaintext@strict,tls1.3,p256", Some("serves-plaintext"), "let in"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_what_the_harness_sees() {
    if !has_tools() {
        return;
    }
    // Most of the time goes by in waiting for servers that have nothing more to say.
    let all = CASES.iter().map(|(id, fault, _)| both(id, *fault));
    let all = futures_util::future::join_all(all).await;
    for (both, (id, fault, outcome)) in all.into_iter().zip(CASES) {
        let Both { result, guide, seen, .. } = &both;
        assert!(guide.beyond.is_none(), "{id}: {:?}", guide.beyond);
        let passed = matches!(result.verdict, Verdict::Pass(_));
        assert_eq!(passed, fault.is_none(), "{id}: {:?}", result.verdict);
        let found = (both.observed(), both.seen());
        assert_eq!(found, (*outcome, *outcome), "{id}\n{}\n{seen}", guide.steps);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_neither_tool_does_is_left_to_the_harness() {
    if !has_tools() {
        return;
    }
    for (id, why) in [
        ("possession/empty-signature@strict,tls1.3,p256", "lies in the handshake"),
        (
            "identity/stolen-certificate@strict,tls1.3,p256,stolen-certificate",
            "a key that openssl does not take",
        ),
    ] {
        let Both { guide, .. } = both(id, None).await;
        let beyond = guide.beyond.unwrap();
        assert!(beyond.contains(why), "{id}: {beyond}");
        let command = format!("mtls-harness run --filter '{id}' --pcap ");
        assert!(guide.steps.contains(&command), "{}", guide.steps);
        assert!(!guide.steps.contains("s_client -connect"), "{}", guide.steps);
    }
}
