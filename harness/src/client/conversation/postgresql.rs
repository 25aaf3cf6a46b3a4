//! PostgreSQL, protocol 3.0: start-up, and a query about the connection itself.

use mtls_reports::PeerText;
use mtls_reports::model::Identity;
use mtls_scenarios::Postgresql;

use super::Answer;
use super::talk::{Talk, misbehaved, unavailable};
use crate::client::failure::Failure;

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 3 << 16;
/// Whom the server sees at the other end of this connection.
const WHO_AM_I: &str =
    "SELECT client_dn, client_serial FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/// Classes of SQLSTATE that have nothing to do with who the client is: insufficient resources, operator intervention, errors
/// of the system, internal ones.
const NOT_NOW: [&str; 4] = ["53", "57", "58", "XX"];

pub(super) async fn ask(
    talk: &mut Talk<'_>,
    whom: &Postgresql,
    introduced: bool,
) -> Result<Answer, Failure> {
    if !introduced {
        talk.say(&start_up(whom)).await?;
        if let Some(refused) = until_ready(talk).await? {
            return Ok(refused);
        }
    }
    talk.say(&message(b'Q', WHO_AM_I.as_bytes())).await?;
    answer(talk).await
}

/// The start-up message, which alone has no type.
fn start_up(whom: &Postgresql) -> Vec<u8> {
    let mut body = PROTOCOL.to_be_bytes().to_vec();
    let parameters = [("user", whom.user.as_str()), ("database", whom.database.as_str())];
    for text in parameters.into_iter().flat_map(|(name, value)| [name, value]) {
        body.extend(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    counted(&body)
}

/// A message of a type, with a text that ends with a zero.
fn message(kind: u8, text: &[u8]) -> Vec<u8> {
    [&[kind], counted(&[text, &[0]].concat()).as_slice()].concat()
}

/// What follows its own length.
fn counted(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len().saturating_add(4)).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), body].concat()
}

/// The next message: its type and its body.
async fn next(talk: &mut Talk<'_>) -> Result<(u8, Vec<u8>), Failure> {
    let kind = talk.octet().await?;
    let length = talk.take(4).await?.into_iter().fold(0, |sum: usize, o| sum << 8 | usize::from(o));
    let length = length.checked_sub(4).ok_or_else(|| misbehaved("a message of no length"))?;
    Ok((kind, talk.take(length).await?))
}

/// Reads until the server waits for a query; a refusal, where it says one instead.
async fn until_ready(talk: &mut Talk<'_>) -> Result<Option<Answer>, Failure> {
    loop {
        let (kind, body) = next(talk).await?;
        match kind {
            b'Z' => return Ok(None),
            b'E' => return refusal(&body).map(Some),
            b'R' if body.starts_with(&[0; 4]) => {}
            b'R' => return Err(misbehaved("it asks for a password, and there is none")),
            // BackendKeyData, NoticeResponse, ParameterStatus, NegotiateProtocolVersion.
            b'K' | b'N' | b'S' | b'v' => {}
            _ => return Err(unexpected(kind)),
        }
    }
}

/// Reads the answer to the query, up to where the server waits for the next one.
async fn answer(talk: &mut Talk<'_>) -> Result<Answer, Failure> {
    let mut row = None;
    loop {
        let (kind, body) = next(talk).await?;
        match kind {
            b'D' => row = Some(columns(&body).ok_or_else(|| misbehaved("a row of odd length"))?),
            b'E' => return refusal(&body),
            b'Z' => break,
            // RowDescription, CommandComplete, NoticeResponse, ParameterStatus.
            b'T' | b'C' | b'N' | b'S' => {}
            _ => return Err(unexpected(kind)),
        }
    }
    match row.as_deref() {
        Some([subject, serial]) => {
            Ok(Answer::ServedAs(identity(subject.as_ref(), serial.as_ref())))
        }
        _ => Err(misbehaved("an answer to another query")),
    }
}

fn unexpected(kind: u8) -> Failure {
    misbehaved(&format!("a message of type {kind:#04x} where none may be"))
}

/// The columns of a `DataRow`; `None` for NULL.
fn columns(body: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    let (_, mut rest) = body.split_first_chunk::<2>()?;
    let mut columns = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = i32::from_be_bytes(*length);
        let (column, after) = match usize::try_from(length) {
            Ok(length) => {
                let (column, after) = after.split_at_checked(length)?;
                (Some(column.to_vec()), after)
            }
            Err(_) => (None, after),
        };
        columns.push(column);
        rest = after;
    }
    rest.is_empty().then_some(columns)
}

/// Whom the server names, if anybody. Its names of subjects are cut short; the serial number is whole.
fn identity(subject: Option<&Vec<u8>>, serial: Option<&Vec<u8>>) -> Option<Identity> {
    let text = |octets: &Vec<u8>| PeerText::new(&String::from_utf8_lossy(octets));
    let (subject, serial) = (subject.map(text), serial.map(text));
    let identity = Identity { subject, serial, ..Identity::default() };
    (identity != Identity::default()).then_some(identity)
}

/// What an `ErrorResponse` comes to: its SQLSTATE and its message.
fn refusal(body: &[u8]) -> Result<Answer, Failure> {
    let (mut code, mut text) = (String::new(), String::new());
    for field in body.split(|octet| *octet == 0) {
        match field {
            [b'C', rest @ ..] => code = String::from_utf8_lossy(rest).into_owned(),
            [b'M', rest @ ..] => text = String::from_utf8_lossy(rest).into_owned(),
            _ => {}
        }
    }
    let said = format!("{code}: {text}");
    if NOT_NOW.iter().any(|class| code.starts_with(class)) {
        return Err(unavailable(&said));
    }
    Ok(Answer::Refused(PeerText::new(&said)))
}
