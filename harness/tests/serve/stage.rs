//! What every test needs: CAs on disk, the service, clients.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mtls_harness::client::{
    ClientCredential, Connection, Dial, Persona, Request, Tickets, connect, provider,
};
use mtls_harness::pki::{Authority, Forge, UnixTime, pem};
use mtls_harness::tape::Tape;
use mtls_scenarios::{Alpn, Credential, KeyAlgorithm, Library, TlsVersion};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::Instant;

/// Only a guard against tests that hang: nothing is measured against it.
const HANG: Duration = Duration::from_secs(120);

/// CAs `acme` and `globex`, in memory and on disk.
pub(crate) struct Stage {
    folder: TempDir,
    forge: Forge,
    authorities: [(&'static str, Authority); 2],
}

impl Stage {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let forge = Forge::new(7, UnixTime::now());
        let library = Library::embedded().unwrap();
        let authorities = [("acme", "alpha"), ("globex", "beta")].map(|(prefix, name)| {
            let authority = forge.authority(name, &library.accounts[name]).unwrap();
            let certificate = pem::encode("CERTIFICATE", authority.certificate("main").unwrap());
            std::fs::write(folder.path().join(format!("{prefix}.pem")), certificate).unwrap();
            (prefix, authority)
        });
        Self { folder, forge, authorities }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the gate file: prefixes with their modes.
    pub(crate) fn accounts(&self, accounts: &[(&str, &str)]) {
        let accounts: Vec<Value> = accounts
            .iter()
            .map(|(prefix, mode)| json!({ "prefix": prefix, "ca": format!("{prefix}.pem"), "mode": mode }))
            .collect();
        let file = json!({ "listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "accounts": accounts });
        self.write("accounts.json", &serde_json::to_string_pretty(&file).unwrap());
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// A client of an account with this subject.
    pub(crate) fn client(&self, prefix: &str, common_name: &str) -> ClientCredential {
        let credential: Credential = serde_json::from_value(json!({
            "summary": "a client",
            "certificates": { "client": {
                "profile": "client",
                "issuer": { "anchor": "main" },
                "subject": [{ "CN": common_name }],
            } },
            "send": [{ "certificate": "client" }],
        }))
        .unwrap();
        let (_, authority) = self.authorities.iter().find(|(known, _)| *known == prefix).unwrap();
        let minted = self
            .forge
            .mint(common_name, &credential, authority, KeyAlgorithm::P256, UnixTime::now())
            .unwrap();
        ClientCredential::new(minted.certificate_list.unwrap(), minted.key.unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
        command.arg("serve").arg("--config").arg(self.path("accounts.json")).args(arguments);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts the service and waits until it serves.
    pub(crate) async fn serve(&self) -> Served {
        let mut command = self.command(&["--log", "-"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let log = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut served = Served { child, log, listen: NOWHERE, admin: NOWHERE };
        let started = served.logged("started").await;
        let address = |name: &str| started[name].as_str().unwrap().parse().unwrap();
        (served.listen, served.admin) = (address("listen"), address("admin"));
        served.logged("policy_applied").await;
        served
    }
}

const NOWHERE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// A service that runs.
pub(crate) struct Served {
    pub(crate) child: Child,
    log: Lines<BufReader<ChildStdout>>,
    pub(crate) listen: SocketAddr,
    pub(crate) admin: SocketAddr,
}

impl Served {
    /// The next line of the log that is about this.
    pub(crate) async fn logged(&mut self, event: &str) -> Value {
        let found = async {
            loop {
                let line =
                    self.log.next_line().await.unwrap().unwrap_or_else(|| panic!("no {event}"));
                let line: Value = serde_json::from_str(&line).unwrap();
                if line["event"] == event {
                    return line;
                }
            }
        };
        tokio::time::timeout(HANG, found).await.unwrap()
    }

    /// Sends SIGHUP, and returns the line about what came of it: files may have been noticed before.
    pub(crate) async fn reload(&mut self, outcome: &str) -> Value {
        self.signal("HUP").await;
        loop {
            let line = self.logged(outcome).await;
            if line["cause"] == "signal" {
                return line;
            }
        }
    }

    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status().await;
        assert!(status.unwrap().success());
    }

    pub(crate) async fn ended(&mut self) -> Option<i32> {
        tokio::time::timeout(HANG, self.child.wait()).await.unwrap().unwrap().code()
    }

    /// A connection to an account; a refusal may show itself only when it is used.
    pub(crate) async fn connect(
        &self,
        host: &str,
        credential: &ClientCredential,
    ) -> Option<Connection> {
        let deadline = Instant::now() + HANG;
        let dial = Dial {
            address: self.listen,
            sni: Some(host),
            version: TlsVersion::Tls13,
            alpn: Some(Alpn::Http1),
            prelude: None,
            hello: None,
            persona: &Persona::new(&provider()),
            credential: credential.clone(),
            resumption: None,
            offer: Tickets::default(),
            early_request: None,
            deadline,
            open_until: deadline,
            tape: Tape::default(),
        };
        connect(dial).await.ok()
    }

    /// The status of `/whoami`; none where the handshake was refused.
    pub(crate) async fn visit(&self, host: &str, credential: &ClientCredential) -> Option<u16> {
        ask(&mut self.connect(host, credential).await?, host).await
    }

    /// An answer of the status page's server: head and body.
    pub(crate) async fn admin(&self, path: &str) -> (String, String) {
        let admin = self.admin;
        self.admin_raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    pub(crate) async fn admin_raw(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.admin).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    pub(crate) async fn status(&self) -> Value {
        serde_json::from_str(&self.admin("/status.json").await.1).unwrap()
    }
}

pub(crate) async fn ask(connection: &mut Connection, host: &str) -> Option<u16> {
    let answer = connection.request(Request::get(host, "/whoami"), Instant::now() + HANG).await;
    answer.ok().map(|answer| answer.status)
}

/// A client without a certificate.
pub(crate) fn nobody() -> ClientCredential {
    ClientCredential::none()
}

/// A subject that tries everything.
pub(crate) const HOSTILE: &str = "<script>document.title = 'owned'</script>\
    <img src=x onerror=\"document.title = 'owned'\">\u{1b}[31m&";
