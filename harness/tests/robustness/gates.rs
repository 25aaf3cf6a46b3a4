//! Gates that speak HTTP over TLS and are wrong, fickle or gone.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::SignatureScheme;
use tokio::io::AsyncWriteExt as _;

use crate::stage::{
    Anybody, EXPIRED, Stage, Tls, VALID, has_certificate, request, respond, run, serve,
};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const FORBIDDEN: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";

#[tokio::test]
async fn one_that_refuses_everybody_proves_nothing() {
    let stage = Stage::new();
    let address = stage.serve_tls(|stream| respond(stream, FORBIDDEN)).await;
    let ran = stage.run(address, &["-f", EXPIRED]).await;
    ran.says(3, &["the control, a valid client on the same path: HTTP 403"]);
}

#[tokio::test]
async fn one_that_never_asks_for_a_certificate_is_open() {
    let stage = Stage::new();
    let clients = Arc::new(Anybody { asks: false, ..Anybody::default() });
    let address = stage.serve_tls_to(clients, |stream| respond(stream, OK)).await;
    for case in [VALID, EXPIRED] {
        let ran = stage.run(address, &["-f", case]).await;
        ran.says(1, &["without being asked for a certificate"]);
    }
}

#[tokio::test]
async fn a_certificate_that_could_not_be_sent_is_not_accepted() {
    for mandatory in [false, true] {
        let stage = Stage::new();
        let schemes = vec![SignatureScheme::ED25519];
        let clients = Arc::new(Anybody { schemes, mandatory, asks: true });
        let address = stage.serve_tls_to(clients, |stream| respond(stream, OK)).await;
        let ran = stage.run(address, &["-f", VALID]).await;
        ran.says(3, &["the certificate was not sent"]);
    }
}

#[tokio::test]
async fn one_that_goes_away_in_the_middle_does_not_pass() {
    let stage = Stage::new();
    let acceptor = stage.acceptor(stage.strict());
    let served = Arc::new(AtomicUsize::new(0));
    // The first look, a control and the client that it is for.
    let address = serve(move |stream| {
        let acceptor = acceptor.clone();
        let turn = served.fetch_add(1, Ordering::SeqCst);
        async move {
            if turn < 3
                && let Ok(stream) = acceptor.accept(stream).await
            {
                respond(stream, OK).await;
            }
        }
    })
    .await;
    let cases = "certificate/expired@strict,tls1.3";
    let ran = stage.run(address, &["-f", cases, "-f", "!h2", "--jobs", "1"]).await;
    ran.says(3, &["3 cases: 1 as expected, 2 undecided", "the control"]);
}

#[tokio::test]
async fn an_alert_is_read_although_a_reset_follows() {
    let stage = Stage::new();
    let acceptor = stage.acceptor(stage.strict());
    let address = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            match acceptor.accept(stream).into_fallible().await {
                Ok(stream) => respond(stream, OK).await,
                Err((_, stream)) => stream.set_zero_linger().unwrap(),
            }
        }
    })
    .await;
    for alpn in ["", ",h2"] {
        let case = format!("{EXPIRED}{alpn}");
        let more = ["-f", case.as_str(), "--report", "jsonl=-"];
        // Both application protocols; the marker is of no matter to somebody who is refused.
        let ran = if alpn.is_empty() {
            stage.run(address, &more).await
        } else {
            run(&stage.against_file(address, &more)).await
        };
        assert!(ran.out.contains(r#""code":45"#), "{ran}");
    }
}

/// A gate that answers the two paths of the target file with these, whoever has a certificate.
async fn two_answers(
    stage: &Stage,
    first: &'static str,
    second: Option<&'static str>,
) -> SocketAddr {
    stage.serve_tls(move |stream| answer(stream, first, second)).await
}

async fn answer(mut stream: Tls, first: &'static str, second: Option<&'static str>) {
    if !has_certificate(&stream) {
        return respond(stream, FORBIDDEN).await;
    }
    while let Some(head) = request(&mut stream).await {
        let body = if head.starts_with(b"GET /whoami ") { Some(first) } else { second };
        let Some(body) = body else { pending().await };
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ";
        let text = format!("{head}{}\r\n\r\n{body}", body.len());
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

const NOT_SAID: &str = r#"{"verified": true, "subject": "CN=Somebody"}"#;

#[tokio::test]
async fn one_that_closes_after_each_response_is_asked_on_a_new_connection() {
    let stage = Stage::new();
    let address = two_answers(&stage, NOT_SAID, Some("the-marker")).await;
    let ran = run(&stage.against_file(address, &["-f", VALID, "-f", "!h2"])).await;
    // With the marker the acceptance is coherent, and only the name is wrong.
    ran.says(1, &["let in as CN=Somebody, but the client is"]);
}

#[tokio::test]
async fn one_that_keeps_silent_about_the_protected_resource_has_not_answered() {
    let stage = Stage::new();
    let address = two_answers(&stage, NOT_SAID, None).await;
    let more = ["-f", VALID, "-f", "!h2", "--timeout", "3"];
    let ran = run(&stage.against_file(address, &more)).await;
    ran.says(3, &["while waiting for the response"]);
}

#[tokio::test]
async fn hostile_names_are_shown_escaped() {
    let stage = Stage::new();
    let name =
        r#"{"verified": true, "subject": "\u001b[2J\u0000::error::x\n::error::\u202e##[a]"}"#;
    let address = two_answers(&stage, name, Some("the-marker")).await;
    for report in ["jsonl=-", "json=-", "junit=-"] {
        let more = ["-f", VALID, "-f", "!h2", "--report", report];
        let ran = run(&stage.against_file(address, &more)).await;
        ran.says(1, &[r"u{1b}[2J", r"u{202e}"]);
    }
    let ran = run(&stage.against_file(address, &["-f", VALID, "-f", "!h2"])).await;
    ran.says(1, &[r"\u{1b}[2J\u{0}::error::x\u{a}::error::\u{202e}#\u{23}[a]"]);
}

#[tokio::test]
async fn hostile_headers_are_shown_escaped() {
    let stage = Stage::new();
    let response =
        b"HTTP/1.1 200 OK\r\nx-client: ::error::\xff\xc2\x9b31m\r\ncontent-length: 0\r\n\r\n";
    let address = stage.serve_tls(|stream| respond(stream, response)).await;
    let ran = stage.run(address, &["-f", VALID, "--identity-header", "x-client"]).await;
    ran.says(1, &["\u{fffd}\\u{9b}31m"]);
}
