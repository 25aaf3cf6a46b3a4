//! The status page in a real browser.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mtls_harness::client::ClientCredential;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::stage::{HOSTILE, Served, Stage};

const ACME: &str = "acme.agents.test";
/// Only a guard against browsers that hang.
const HANG: Duration = Duration::from_secs(120);

/// The browser, or a reason to skip.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| {
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    });
    let required = std::env::var_os("MTLS_HARNESS_REQUIRE_BROWSER").is_some_and(|set| set == "1");
    assert!(found.is_some() || !required, "no chromium found, and MTLS_HARNESS_REQUIRE_BROWSER=1");
    if found.is_none() {
        eprintln!("skipped: no chromium found (apt-get install chromium)");
    }
    found
}

/// What the browser makes of a page, as HTML.
async fn dom(browser: &OsStr, arguments: &[&str], url: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .args(["--dump-dom", url])
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(HANG, output).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Forwards to the status page; before its script's first question passes, somebody visits the gate.
async fn between(served: Arc<Served>, visitor: ClientCredential) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let visited = Arc::new(AtomicBool::new(false));
    tokio::spawn(async move {
        while let Ok((browser, _)) = socket.accept().await {
            tokio::spawn(forward(
                browser,
                Arc::clone(&served),
                visitor.clone(),
                Arc::clone(&visited),
            ));
        }
    });
    address
}

async fn forward(
    browser: TcpStream,
    served: Arc<Served>,
    visitor: ClientCredential,
    visited: Arc<AtomicBool>,
) -> std::io::Result<()> {
    let (mut questions, mut to_browser) = browser.into_split();
    let (mut answers, mut to_page) = TcpStream::connect(served.admin).await?.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut answers, &mut to_browser).await });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = questions.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        let asks = buffer[..count].starts_with(b"GET /status.json");
        if asks && !visited.swap(true, Ordering::SeqCst) {
            served.visit(ACME, &visitor).await;
        }
        to_page.write_all(&buffer[..count]).await?;
    }
}

#[tokio::test]
async fn the_page_follows_what_happens_and_nothing_breaks_out_of_it() {
    let Some(browser) = chromium() else { return };
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict")]);
    let served = Arc::new(stage.serve().await);
    served.visit(ACME, &stage.client("globex", HOSTILE)).await;
    let proxy = between(Arc::clone(&served), stage.client("acme", "Latecomer")).await;
    let port = served.admin.port();
    let rules = format!("--host-resolver-rules=MAP localhost:{port} {proxy}");
    let arguments = [rules.as_str(), "--virtual-time-budget=10000"];
    let page = dom(browser.as_os_str(), &arguments, &format!("http://localhost:{port}/")).await;
    assert!(page.contains("CN=Latecomer"), "the script has not shown it: {page}");
    assert!(page.contains("<div id=\"tools\" class=\"tools\">"), "{page}");
    assert!(page.contains("<title>mtls-harness: who got in</title>"), "{page}");
    assert!(page.contains("img src=x onerror="), "{page}");
    assert!(!page.contains("<img") && page.matches("<script").count() == 1, "{page}");
}

#[tokio::test]
async fn a_page_under_another_name_is_not_shown() {
    let Some(browser) = chromium() else { return };
    let stage = Stage::new();
    stage.accounts(&[("acme", "strict")]);
    let served = stage.serve().await;
    let rules = format!("--host-resolver-rules=MAP rebound.example {}", served.admin.ip());
    let url = format!("http://rebound.example:{}/", served.admin.port());
    let page = dom(browser.as_os_str(), &[&rules], &url).await;
    assert!(page.contains("Misdirected Request") && !page.contains("acme"), "{page}");
}
