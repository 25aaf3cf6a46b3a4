//! One text for another.

use mtls_scenarios::Echo;

use super::Answer;
use super::talk::{CLOSED, Talk, misbehaved};
use crate::client::failure::Failure;

pub(super) async fn ask(talk: &mut Talk<'_>, echo: &Echo) -> Result<Answer, Failure> {
    talk.say(echo.send.as_bytes()).await?;
    let expected = echo.expect.as_bytes();
    let mut heard = Vec::new();
    loop {
        let more = talk.some().await?;
        if more.is_empty() {
            let said = String::from_utf8_lossy(&heard);
            return Err(if said.is_empty() { CLOSED } else { misbehaved(&format!("`{said}`")) });
        }
        // Where what is expected may begin in what was heard before.
        let from = heard.len().saturating_sub(expected.len());
        heard.extend(more);
        let new = heard.get(from..).unwrap_or_default();
        if expected.is_empty() || new.windows(expected.len()).any(|part| part == expected) {
            return Ok(Answer::Served);
        }
    }
}
