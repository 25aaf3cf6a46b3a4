//! Peers that never get to TLS: nothing is tested there, and the user is told why.

use std::future::pending;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::stage::{Stage, VALID, flood, serve};

const NOTHING: &str = "error: nothing to test at 127.0.0.1:";

#[tokio::test]
async fn nobody_listens() {
    let stage = Stage::new();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    stage.run(address, &["-f", VALID]).await.says(3, &[NOTHING, "no connection", "refused"]);
}

#[tokio::test]
async fn accepts_and_never_answers() {
    let stage = Stage::new();
    let address = serve(|stream| async move {
        pending::<()>().await;
        drop(stream);
    })
    .await;
    let ran = stage.run(address, &["-f", VALID, "--timeout", "0.3"]).await;
    ran.says(3, &[NOTHING, "while waiting for the handshake"]);
}

#[tokio::test]
async fn accepts_and_closes() {
    let stage = Stage::new();
    let address = serve(|stream| async move { drop(stream) }).await;
    let ran = stage.run(address, &["-f", VALID]).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.err.contains(NOTHING), "{ran}");
}

#[tokio::test]
async fn speaks_plain_http() {
    let stage = Stage::new();
    let address = serve(|stream| says(stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    stage.run(address, &["-f", VALID]).await.says(3, &[NOTHING, "what it sent is not TLS"]);
}

#[tokio::test]
async fn sends_garbage() {
    for garbage in [
        &b"\0\0\0\0\0\0\0\0"[..],
        b"\x1b[2J::error::x\n",
        // A handshake record that holds nothing sensible, one that is too long, one that is cut off.
        b"\x16\x03\x03\x00\x05\x02\xff\xff\xff\xff",
        b"\x16\x03\x03\xff\xff\x02\0\0\x01\0",
        b"\x16\x03\x03\x40\x00\x02\0\0",
        // An alert that is none.
        b"\x15\x03\x03\x00\x02\x09\xff",
        b"\x15\x03\x03\x00\x00",
        // ChangeCipherSpec and application data out of the blue.
        b"\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x04abcd",
    ] {
        let stage = Stage::new();
        let address = serve(move |stream| says(stream, garbage)).await;
        let ran = stage.run(address, &["-f", VALID]).await;
        assert!(matches!(ran.code, Some(1 | 3)), "{garbage:?}: {ran}");
    }
}

#[tokio::test]
async fn floods() {
    // The second is one handshake message that announces 16 MiB, in well-formed records.
    for garbage in [&[0; 4096][..], &handshake_without_end(), b"\x14\x03\x03\x00\x01\x01"] {
        let stage = Stage::new();
        let garbage = garbage.to_vec();
        let address = serve(move |mut stream| {
            let garbage = garbage.clone();
            async move {
                flood(&mut stream, &garbage).await;
            }
        })
        .await;
        stage.run(address, &["-f", VALID]).await.says(3, &[NOTHING, "the peer broke the protocol"]);
    }
}

fn handshake_without_end() -> Vec<u8> {
    let mut record = b"\x16\x03\x03\x40\x00\x02\xff\xff\xff".to_vec();
    record.resize(5 + 0x4000, 0);
    record
}

async fn says(mut stream: TcpStream, bytes: &[u8]) {
    if stream.write_all(bytes).await.is_ok() {
        // Reads what the client says before closing, so that no reset overtakes the bytes.
        let _ = stream.shutdown().await;
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    }
}
