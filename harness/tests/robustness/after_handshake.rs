//! Peers that shake hands like a gate and then do not answer like one.

use std::future::{Future, pending};

use tokio::io::AsyncWriteExt as _;

use crate::stage::{Ran, Stage, Tls, VALID, flood, request, respond};

async fn attack<F>(then: fn(Tls) -> F, timeout: &str) -> Ran
where
    F: Future<Output = ()> + Send + 'static,
{
    let stage = Stage::new();
    let address = stage.serve_tls(then).await;
    stage.run(address, &["-f", VALID, "--timeout", timeout]).await
}

#[tokio::test]
async fn never_answers() {
    let ran = attack(
        |stream| async move {
            pending::<()>().await;
            drop(stream);
        },
        "1",
    );
    ran.await.says(3, &["nothing to test", "while waiting for the response"]);
}

#[tokio::test]
async fn drips() {
    let ran = attack(
        |mut stream| async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await;
            loop {
                if stream.write_all(b"y").await.is_err() || stream.flush().await.is_err() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        },
        "1",
    );
    ran.await.says(3, &["while waiting for the response"]);
}

#[tokio::test]
async fn garbage_for_http() {
    let ran = attack(|stream| respond(stream, b"\x1b]0;owned\x07::error::\r\n\r\n"), "20");
    ran.await.says(3, &["the peer broke the protocol"]);
}

#[tokio::test]
async fn a_header_without_end() {
    let ran = attack(
        |mut stream| async move {
            request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await;
            flood(&mut stream, &[b'y'; 4096]).await;
        },
        "60",
    );
    ran.await.says(3, &["the peer broke the protocol"]);
}

#[tokio::test]
async fn headers_without_end() {
    let ran = attack(
        |mut stream| async move {
            request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
            flood(&mut stream, b"x: y\r\n").await;
        },
        "60",
    );
    ran.await.says(3, &["the peer broke the protocol"]);
}

#[tokio::test]
async fn a_body_without_end() {
    let ran = attack(
        |mut stream| async move {
            request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            flood(&mut stream, &[b'y'; 4096]).await;
        },
        "60",
    );
    ran.await.says(3, &["it sent more than 262144 bytes"]);
}

#[tokio::test]
async fn a_huge_chunk() {
    let ran = attack(
        |mut stream| async move {
            request(&mut stream).await;
            let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n";
            let _ = stream.write_all(head).await;
            flood(&mut stream, &[b'y'; 4096]).await;
        },
        "60",
    );
    ran.await.says(3, &["the peer broke the protocol: "]);
}

#[tokio::test]
async fn one_hundred_continue_for_ever() {
    let ran = attack(
        |mut stream| async move {
            request(&mut stream).await;
            flood(&mut stream, &b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100)).await;
        },
        "60",
    );
    ran.await.says(3, &["it sent more than 4194304 bytes"]);
}

#[tokio::test]
async fn a_body_that_is_cut_off() {
    let ran = attack(
        |stream| async move {
            let mut stream = stream;
            request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort").await;
            let _ = stream.shutdown().await;
        },
        "20",
    );
    assert_ne!(ran.await.code, Some(0));
}
