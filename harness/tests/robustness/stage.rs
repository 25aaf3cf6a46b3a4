//! What every test needs: a CA, hostile servers on loopback, and the binary.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use mtls_harness::pki::{Authority, Forge, ServerCredential, UnixTime, pem};
use mtls_scenarios::Library;
use rustls::pki_types::{CertificateDer, UnixTime as Time};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Only a guard against tests that hang: nothing is measured against it.
const HANG: Duration = Duration::from_secs(120);
/// A client that must be let in, and one that must be refused.
pub(crate) const VALID: &str = "baseline/valid@strict,tls1.3,p256";
pub(crate) const EXPIRED: &str = "certificate/expired@strict,tls1.3,p256";

pub(crate) type Tls = TlsStream<TcpStream>;

/// A CA on disk, and the servers that trust it.
pub(crate) struct Stage {
    pub(crate) directory: TempDir,
    authority: Authority,
    server: ServerCredential,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let forge = Forge::new(7, UnixTime::now());
        let library = Library::embedded().unwrap();
        let authority = forge.authority("beta", &library.accounts["beta"]).unwrap();
        let server = forge.server_credential(&["localhost"]).unwrap();
        let certificate = pem::encode("CERTIFICATE", authority.certificate("main").unwrap());
        std::fs::write(directory.path().join("main.crt"), certificate).unwrap();
        let key = authority.key("main").unwrap().pkcs8_pem();
        std::fs::write(directory.path().join("main.key"), key).unwrap();
        Self { directory, authority, server }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A verifier that does its work.
    pub(crate) fn strict(&self) -> Arc<dyn ClientCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.certificate("main").unwrap().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.build().unwrap()
    }

    pub(crate) fn acceptor(&self, clients: Arc<dyn ClientCertVerifier>) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(self.server.chain.clone(), self.server.key_der().into())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// A TLS server that asks for a certificate, takes any, and then does something else.
    pub(crate) async fn serve_tls<F, Done>(&self, then: F) -> SocketAddr
    where
        F: Fn(Tls) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        self.serve_tls_to(Arc::new(Anybody::default()), then).await
    }

    /// A TLS server with this idea of its clients, that then does something else.
    pub(crate) async fn serve_tls_to<F, Done>(
        &self,
        clients: Arc<dyn ClientCertVerifier>,
        then: F,
    ) -> SocketAddr
    where
        F: Fn(Tls) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        let acceptor = self.acceptor(clients);
        let then = Arc::new(then);
        serve(move |stream| {
            let (acceptor, then) = (acceptor.clone(), Arc::clone(&then));
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    then(stream).await;
                }
            }
        })
        .await
    }

    /// `run` against a URL, with the CA.
    pub(crate) fn against(&self, address: SocketAddr, more: &[&str]) -> Vec<String> {
        let mut words = words(&["--target", &format!("https://{address}"), "--mode", "strict"]);
        words.extend(self.ca());
        words.extend(more.iter().map(|word| (*word).to_owned()));
        words
    }

    /// The flags that name the CA.
    pub(crate) fn ca(&self) -> Vec<String> {
        let path = |name| self.path(name).to_str().unwrap().to_owned();
        words(&["--ca", &path("main.crt"), "--ca-key", &path("main.key")])
    }

    /// `run` against a target file with two paths, the second with a marker.
    pub(crate) fn against_file(&self, address: SocketAddr, more: &[&str]) -> Vec<String> {
        let target = serde_json::json!({
            "summary": "a gate of a test",
            "start": "running",
            "listeners": { "gate": { "address": address.to_string() } },
            "endpoints": { "solo-strict": {
                "listener": "gate", "host": "gate.test", "mode": "strict", "account": "alpha"
            } },
            "probe": {
                "identity_path": "/whoami",
                "identity": {
                    "verified": { "json": "/verified" },
                    "verified_value": "true",
                    "subject": { "json": "/subject" }
                },
                "protected_path": "/protected",
                "marker": "the-marker"
            },
            "anchors": ["main"],
            "alpn": ["http/1.1", "h2"]
        });
        let path = self.path("gate.json");
        std::fs::write(&path, target.to_string()).unwrap();
        let mut words = words(&["--target", path.to_str().unwrap()]);
        words.extend(self.ca());
        words.extend(more.iter().map(|word| (*word).to_owned()));
        words
    }

    pub(crate) async fn run(&self, address: SocketAddr, more: &[&str]) -> Ran {
        run(&self.against(address, more)).await
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Serves every connection in a task of its own, until the test's runtime ends.
pub(crate) async fn serve<F, Done>(then: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Done + Send + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(then(stream));
        }
    });
    address
}

/// The binary, with its output piped.
pub(crate) fn command(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    command.arg("run").args(arguments).args(["--color", "always"]).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How a run of the binary ended, after what holds for every run was checked.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// It exits with this code and says all of this, somewhere.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self}");
        for part in parts {
            assert!(self.out.contains(part) || self.err.contains(part), "no `{part}` in:\n{self}");
        }
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {}\nstdout:\n{}\nstderr:\n{}",
            self.code.map_or_else(|| "none".to_owned(), |code| code.to_string()),
            self.out,
            self.err
        )
    }
}

pub(crate) async fn run(arguments: &[String]) -> Ran {
    finish(command(arguments).spawn().unwrap()).await
}

pub(crate) async fn finish(child: Child) -> Ran {
    let output = tokio::time::timeout(HANG, child.wait_with_output()).await;
    let output = output.unwrap_or_else(|_| panic!("the harness hangs")).unwrap();
    let ran = Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert_harmless(&ran);
    ran
}

/// No panic, and no control character but the end of a line and the colours of our own.
fn assert_harmless(ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        assert!(!text.contains("panicked at"), "{ran}");
        for piece in text.split('\u{1b}').skip(1) {
            let colour = piece.strip_prefix('[').and_then(|rest| rest.split_once('m'));
            let is_colour = colour
                .is_some_and(|(codes, _)| codes.bytes().all(|b| b.is_ascii_digit() || b == b';'));
            assert!(is_colour, "an escape sequence that is no colour in:\n{ran}");
        }
        assert!(
            text.chars().all(|c| !c.is_control() || c == '\n' || c == '\u{1b}'),
            "{:?}",
            ran.to_string()
        );
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{ran}");
    }
}

/// Reads one HTTP/1.1 request head; none where the client went away.
pub(crate) async fn request(stream: &mut Tls) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(head)
}

/// Whether the client showed a certificate: the harness's first look at a target comes without.
pub(crate) fn has_certificate(stream: &Tls) -> bool {
    stream.get_ref().1.peer_certificates().is_some()
}

/// Answers every request of a connection with the same response.
pub(crate) async fn respond(mut stream: Tls, response: &[u8]) {
    while request(&mut stream).await.is_some() {
        if stream.write_all(response).await.is_err() || stream.flush().await.is_err() {
            break;
        }
    }
}

/// Writes the same bytes until the client is gone, which has to be long before it has taken a gigabyte: one that
/// takes this much runs into its time limit instead of its byte limit.
pub(crate) async fn flood(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) {
    let mut left = 64 << 20;
    while left > bytes.len() {
        if stream.write_all(bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        left -= bytes.len();
    }
    std::future::pending::<()>().await;
}

/// Asks for a certificate, by default takes any that can be signed with anything, and does without one.
#[derive(Debug)]
pub(crate) struct Anybody {
    pub(crate) schemes: Vec<SignatureScheme>,
    pub(crate) mandatory: bool,
    pub(crate) asks: bool,
}

impl Default for Anybody {
    fn default() -> Self {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let schemes = provider.signature_verification_algorithms.supported_schemes();
        Self { schemes, mandatory: false, asks: true }
    }
}

impl ClientCertVerifier for Anybody {
    fn offer_client_auth(&self) -> bool {
        self.asks
    }

    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: Time,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}
