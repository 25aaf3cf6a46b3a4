//! What can be typed.

use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use mtls_scenarios::{KeyAlgorithm, Mode};

use super::trust::TrustArguments;

/// Conformance and fuzz test harness for mutual TLS gates: who gets in, as whom, and who should not have?
#[derive(Debug, Parser)]
#[command(name = "mtls-harness", version, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 gate open, 1 gate closed (something is not as expected, or a waiver is \
    expired, unused or too wide), 2 invalid use, 3 undecided (target unreachable, controls failed, interrupted), 4 nothing selected."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

impl Arguments {
    /// Reads the command line; clap itself ends the process with 2 where it is invalid.
    pub(super) fn read() -> Self {
        let command = <Self as CommandFactory>::command();
        // What is said of a gate is of no use where nothing is run.
        let of_gate = Gate::augment_args(clap::Command::new("gate"));
        let command = command.mut_subcommand("explain", |explain| {
            of_gate.get_arguments().fold(explain, |explain, argument| {
                explain.mut_arg(argument.get_id(), |argument| argument.requires("performance"))
            })
        });
        let read = Self::from_arg_matches(&command.get_matches());
        read.unwrap_or_else(|error| error.exit())
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Drive scenarios against a gate and judge what comes of them
    Run(Box<Run>),
    /// List scenarios and cases without running anything
    List(List),
    /// Which servers can be tested on this machine, their versions, and what each provides
    Targets(Targets),
    /// Explain a scenario or a case: what is tried, what must come of it, why it matters
    Explain(Box<Explain>),
    /// Run the mock gate as a service, to test clients with: accounts from a file, a status page, a log
    Serve(Serve),
    /// Make certificates
    Pki(Pki),
    /// Break the mock gate in every way it can be broken, and see whether the scenarios notice
    Selftest(Selftest),
    /// Look at a client's certificate, key and CA: which gates will refuse it, why, and what to do
    #[command(
        after_help = "Exit codes: 0 nothing that a gate refuses, 1 at least one error, 2 invalid use or unreadable input."
    )]
    Doctor(Doctor),
}

/// Which cases.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Part of a case id, or a glob over it; `!` in front excludes; repeatable
    #[arg(long, short, value_name = "PATTERN", allow_hyphen_values = true)]
    pub(super) filter: Vec<String>,
    /// Directory with scenarios, credentials, accounts or targets of your own
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) gate: Gate,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Cases under way at once, over all targets
    #[arg(long, short, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: u16,
    /// Targets under way at once, which share the jobs
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) targets_at_once: u16,
    /// Perform every case N times; one that does not always come out the same is flaky, and its worst counts
    #[arg(long, value_name = "N", conflicts_with = "pcap", value_parser = clap::value_parser!(u16).range(2..=20))]
    pub(super) repeat: Option<u16>,
    /// Stop at the first case that is not as expected
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Exit with 0 although some cases are inconclusive
    #[arg(long)]
    pub(super) allow_undecided: bool,
    /// Write a report; FORMAT is jsonl, json, junit or compatibility, PATH `-` is standard output; repeatable
    #[arg(long, value_name = "FORMAT=PATH")]
    pub(super) report: Vec<String>,
    /// Waive failures that somebody answers for, as a waiver file says; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Vec<PathBuf>,
    /// Draft waivers for what fails unexpectedly, into a new file; reason and owner are yours to fill in
    #[arg(long, value_name = "FILE")]
    pub(super) write_waivers: Option<PathBuf>,
    /// Write the secrets of the cases' connections, in the NSS key log format that Wireshark reads
    #[arg(long, value_name = "FILE")]
    pub(super) keylog: Option<PathBuf>,
    /// Write a capture of the one case selected, as pcapng with its secrets inside; Wireshark opens it
    #[arg(long, value_name = "FILE")]
    pub(super) pcap: Option<PathBuf>,
}

/// Which gate, and how it is treated.
#[derive(Clone, Debug, Args)]
pub(super) struct Gate {
    /// A name from `mtls-harness targets`, a target file, or https://HOST:PORT[/PATH]; several names and files with
    /// commas between them are compared, and so are `all` that this machine has (`all,!NAME`: but one)
    #[arg(long, short, default_value = "mock")]
    pub(super) target: String,
    #[command(flatten)]
    pub(super) server: Server,
    #[command(flatten)]
    pub(super) trust: TrustArguments,
    /// Seed of keys, serial numbers and the secret marker
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Most seconds for one probe, from connecting to the last byte
    #[arg(long, default_value_t = 5.0, value_parser = seconds, value_name = "SECONDS")]
    pub(super) timeout: f64,
    /// The alert counts, too, not only the refusal
    #[arg(long)]
    pub(super) pedantic: bool,
    /// Make the mock gate wrong in one way, to see the scenarios catch it
    #[arg(long, value_name = "NAME")]
    pub(super) fault: Option<String>,
    /// Keep a launched server's directory with its logs, whatever comes of the run
    #[arg(long)]
    pub(super) keep_logs: bool,
    #[command(flatten)]
    pub(super) display: Display,
}

/// A server that runs already.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "A running server (--target https://...)")]
pub(super) struct Server {
    /// What it asks of its clients
    #[arg(long, value_enum)]
    pub(super) mode: Option<GateMode>,
    /// Server name (SNI and Host), where it differs from the host of the URL
    #[arg(long, value_name = "HOST")]
    pub(super) name: Option<String>,
    /// Response header in which it reports the subject of a verified client
    #[arg(long, value_name = "HEADER", conflicts_with = "identity_json")]
    pub(super) identity_header: Option<String>,
    /// Where in a JSON body it reports that, as a JSON pointer: /client/subject
    #[arg(long, value_name = "POINTER", value_parser = json_pointer)]
    pub(super) identity_json: Option<String>,
    /// Path at which it reports that to everybody it serves, where it is not the URL's
    #[arg(long, value_name = "PATH", value_parser = path)]
    pub(super) identity_path: Option<String>,
    /// Text that only authenticated clients may see at the URL's path
    #[arg(long, value_name = "TEXT")]
    pub(super) marker: Option<String>,
    /// It checks the revocation lists of the bundle (--pki)
    #[arg(long)]
    pub(super) crl: bool,
    /// It speaks HTTP/2, too
    #[arg(long)]
    pub(super) h2: bool,
    /// You may attack a server that is not on this machine
    #[arg(long)]
    pub(super) authorized: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum GateMode {
    /// Only clients with a valid certificate are accepted
    Strict,
    /// Clients with and without a certificate are accepted
    Loose,
}

impl From<GateMode> for Mode {
    fn from(mode: GateMode) -> Self {
        match mode {
            GateMode::Strict => Self::Strict,
            GateMode::Loose => Self::Loose,
        }
    }
}

/// How things look.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Display")]
pub(super) struct Display {
    /// Colours
    #[arg(long, value_enum, default_value_t = Choice::Auto)]
    pub(super) color: Choice,
    /// Progress on standard error: a bar on a terminal, lines elsewhere
    #[arg(long, value_enum, default_value_t = Choice::Auto)]
    pub(super) progress: Choice,
    /// Only ASCII in the grid
    #[arg(long)]
    pub(super) ascii: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Choice {
    /// As the terminal allows
    Auto,
    /// Whatever the terminal
    Always,
    /// Not at all
    Never,
}

#[derive(Debug, Args)]
pub(super) struct Selftest {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Try only this fault; repeatable
    #[arg(long, value_name = "NAME")]
    pub(super) fault: Vec<String>,
    /// Cases under way at once, for each of the mocks that are tried at once
    #[arg(long, short, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: u16,
    /// Seed of keys, serial numbers and the secret marker
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// The whole matrix as JSON, instead of text
    #[arg(long)]
    pub(super) json: bool,
    /// Every scenario that caught a fault, however many there are
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) display: Display,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Every case, not only the scenarios
    #[arg(long)]
    pub(super) cases: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Targets {
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Directory with targets of your own
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("performance").multiple(true))]
pub(super) struct Explain {
    /// Scenario id or case id: certificate/expired, certificate/expired@strict,tls1.3,p256
    pub(super) id: String,
    /// Perform the case, and show what was said on its connections, message by message
    #[arg(long, group = "performance")]
    pub(super) run: bool,
    /// Write the steps that repeat the case by hand, with openssl and curl, into a new directory: certificates, keys, the
    /// server's configuration, scripts
    #[arg(long, value_name = "DIR", group = "performance")]
    pub(super) steps: Option<PathBuf>,
    /// First port of the server in the steps, one for each of its listeners; free ones if not given
    #[arg(long, value_name = "PORT", requires = "performance")]
    pub(super) port: Option<u16>,
    /// Perform the case, and draft a report to the server's vendor if it is not as expected; its steps go beside it
    #[arg(long, value_name = "FILE", group = "performance")]
    pub(super) vendor_report: Option<PathBuf>,
    #[command(flatten)]
    pub(super) gate: Gate,
    /// Directory with scenarios of your own
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// The client's certificate, with intermediates after it; PEM or DER
    #[arg(long, value_name = "FILE")]
    pub(super) cert: Option<PathBuf>,
    /// Its private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) key: Option<PathBuf>,
    /// The CA that gates are to trust
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) ca: Option<PathBuf>,
    /// A Kubernetes manifest that carries them: Secret or other object, or an agent's YAML or JSON
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cert", "key", "ca"])]
    pub(super) manifest: Option<PathBuf>,
    /// Ask about another day: 2027-01-31, 2027-01-31T12:00:00Z or +30d
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(super) at: Option<String>,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Gate file: who has an account, with which CA and mode; read again when it or a file it names changes
    #[arg(long, short, value_name = "FILE")]
    pub(super) config: PathBuf,
    /// Only say whether the gate file and what it names are good
    #[arg(long)]
    pub(super) check: bool,
    /// Where log lines go, `-` for standard output; appended to; standard error if not given
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Where the CA of a forged server certificate goes, for clients to trust; beside the gate file if not given
    #[arg(long, value_name = "FILE")]
    pub(super) server_ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Pki {
    #[command(subcommand)]
    pub(super) command: PkiCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PkiCommand {
    /// Write CAs, client certificates good and bad, and a server certificate into a new directory
    Init(PkiInit),
}

#[derive(Debug, Args)]
pub(super) struct PkiInit {
    /// A directory that does not exist yet, or is empty
    pub(super) directory: PathBuf,
    /// Seed of keys and serial numbers
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Key algorithm of the client certificates
    #[arg(long, default_value = "p256", value_parser = key_algorithm, value_name = "ALGORITHM")]
    pub(super) key: KeyAlgorithm,
    /// Names of the server certificate; repeatable
    #[arg(long = "server-name", value_name = "HOST", default_value = "localhost")]
    pub(super) server_names: Vec<String>,
    /// Directory with credentials and accounts of your own
    #[arg(long, value_name = "DIR")]
    pub(super) scenarios: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.05..=3600.0).contains(&value) => Ok(value),
        _ => Err("give seconds between 0.05 and 3600".to_owned()),
    }
}

fn json_pointer(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        return Ok(text.to_owned());
    }
    Err("a JSON pointer begins with `/` (RFC 6901)".to_owned())
}

fn path(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        return Ok(text.to_owned());
    }
    Err("a path begins with `/`".to_owned())
}

/// Reads a key algorithm by its word.
fn key_algorithm(text: &str) -> Result<KeyAlgorithm, String> {
    KeyAlgorithm::ALL.into_iter().find(|known| known.as_str() == text).ok_or_else(|| {
        let known: Vec<_> = KeyAlgorithm::ALL.iter().map(|known| known.as_str()).collect();
        format!("known are {}", known.join(", "))
    })
}
