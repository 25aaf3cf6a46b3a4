//! Peers that agree on h2 and then break it.

use std::future::pending;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::stage::{Ran, Stage, Tls, VALID, flood, respond, run};

/// Speaks HTTP/1.1 to the harness's first look, and after an empty SETTINGS frame sends this in h2.
async fn attack(frames: &'static [u8], for_ever: bool, timeout: &str) -> Ran {
    let stage = Stage::new();
    let address = stage.serve_tls(move |stream| answer(stream, frames, for_ever)).await;
    let case = format!("{VALID},h2");
    run(&stage.against_file(address, &["-f", &case, "--timeout", timeout])).await
}

async fn answer(mut stream: Tls, frames: &[u8], for_ever: bool) {
    if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
        return respond(stream, b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
    }
    let _ = stream.write_all(b"\0\0\0\x04\0\0\0\0\0").await;
    // The client reads only while its own frames are taken.
    let (mut reading, mut writing) = tokio::io::split(stream);
    tokio::spawn(async move { while reading.read_u8().await.is_ok() {} });
    if for_ever {
        flood(&mut writing, frames).await;
    } else {
        let _ = writing.write_all(frames).await;
        let _ = writing.flush().await;
        pending::<()>().await;
    }
}

#[tokio::test]
async fn never_answers() {
    attack(b"", false, "2").await.says(3, &["while waiting for the response"]);
}

#[tokio::test]
async fn garbage() {
    let ran = attack(b"HTTP/1.1 200 OK\r\n\r\n\x1b[2J::error::", false, "20").await;
    ran.says(3, &["the peer broke the protocol"]);
}

#[tokio::test]
async fn a_goodbye_with_hostile_words() {
    let ran = attack(b"\0\0\x0c\x07\0\0\0\0\0\0\0\0\0\0\0\0\x02\x1b[2J", false, "20").await;
    // A client that ought to be let in was sent away.
    ran.says(1, &["expected authenticated"]);
}

#[tokio::test]
async fn pings_without_end() {
    let ran = attack(b"\0\0\x08\x06\0\0\0\0\0abcdefgh", true, "60").await;
    ran.says(3, &["the peer broke the protocol: it sent more than 4194304 bytes"]);
}

#[tokio::test]
async fn settings_without_end() {
    let ran = attack(b"\0\0\0\x04\0\0\0\0\0", true, "60").await;
    ran.says(3, &["the peer broke the protocol"]);
}

#[tokio::test]
async fn a_header_list_without_end() {
    // HEADERS and CONTINUATION without END_HEADERS, with a field that HPACK does not index.
    let ran = attack(b"\0\0\x05\x01\0\0\0\0\x01\0\x01a\x01b", true, "60").await;
    ran.says(3, &["the peer broke the protocol"]);
    let ran = attack(b"\0\0\x05\x09\0\0\0\0\x01\0\x01a\x01b", true, "60").await;
    ran.says(3, &["the peer broke the protocol"]);
}
