//! Redis serialization protocol, version 2: PING and PONG.

use mtls_reports::PeerText;

use super::Answer;
use super::talk::{Talk, misbehaved, unavailable};
use crate::client::failure::Failure;

const PING: &[u8] = b"*1\r\n$4\r\nPING\r\n";
/// Longest line that is read.
const MAX_LINE: usize = 4096;
/// Errors that have nothing to do with who the client is.
const NOT_NOW: [&str; 5] =
    ["LOADING ", "BUSY ", "MASTERDOWN ", "MISCONF ", "ERR max number of clients"];

pub(super) async fn ask(talk: &mut Talk<'_>) -> Result<Answer, Failure> {
    talk.say(PING).await?;
    let line = line(talk).await?;
    let text = String::from_utf8_lossy(&line);
    if text == "+PONG" {
        return Ok(Answer::Served);
    }
    match text.strip_prefix('-') {
        Some(error) if NOT_NOW.iter().any(|not_now| error.starts_with(not_now)) => {
            Err(unavailable(error))
        }
        Some(error) => Ok(Answer::Refused(PeerText::new(error))),
        None => Err(misbehaved(&format!("neither PONG nor an error, but `{text}`"))),
    }
}

async fn line(talk: &mut Talk<'_>) -> Result<Vec<u8>, Failure> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        if line.len() >= MAX_LINE {
            return Err(misbehaved("a line without end"));
        }
        line.push(talk.octet().await?);
    }
    line.truncate(line.len().saturating_sub(2));
    Ok(line)
}
