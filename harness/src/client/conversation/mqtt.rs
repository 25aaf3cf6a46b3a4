//! MQTT 3.1.1: CONNECT and CONNACK, then PINGREQ and PINGRESP.

use mtls_reports::PeerText;

use super::Answer;
use super::talk::{Talk, misbehaved, unavailable};
use crate::client::failure::Failure;

/// CONNECT with protocol `MQTT` level 4, a clean session, a minute to keep it alive, and no name: the server gives one, so that
/// no client drives out another one.
const CONNECT: &[u8] = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00";
/// CONNACK with its length; flags and return code follow.
const CONNACK: [u8; 2] = [0x20, 2];
const PINGREQ: &[u8] = &[0xc0, 0];
const PINGRESP: [u8; 2] = [0xd0, 0];

pub(super) async fn ask(talk: &mut Talk<'_>, introduced: bool) -> Result<Answer, Failure> {
    if !introduced {
        talk.say(CONNECT).await?;
        if talk.take(2).await? != CONNACK {
            return Err(misbehaved("something else than CONNACK"));
        }
        if let Some(answer) = understood(&talk.take(2).await?)? {
            return Ok(answer);
        }
    }
    talk.say(PINGREQ).await?;
    if talk.take(2).await? != PINGRESP {
        return Err(misbehaved("something else than PINGRESP"));
    }
    Ok(Answer::Served)
}

/// What flags and return code of CONNACK say (MQTT 3.1.1, 3.2.2); `None` for a connection that is accepted.
fn understood(octets: &[u8]) -> Result<Option<Answer>, Failure> {
    let refused = |why: &str| Ok(Some(Answer::Refused(PeerText::new(why))));
    match *octets {
        [_, 0] => Ok(None),
        [_, 2] => refused("CONNACK 2: identifier rejected"),
        [_, 3] => Err(unavailable("CONNACK 3: server unavailable")),
        [_, 4] => refused("CONNACK 4: bad user name or password"),
        [_, 5] => refused("CONNACK 5: not authorized"),
        [_, code] => Err(misbehaved(&format!("CONNACK {code}"))),
        _ => Err(misbehaved("a CONNACK of odd length")),
    }
}
