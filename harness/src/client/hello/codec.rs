//! Rewrites a `ClientHello` (RFC 8446 4.1.2).

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use mtls_scenarios::TicketEdit;

const CLIENT_HELLO: u8 = 1;
const HOST_NAME: u8 = 0;
const SERVER_NAME: u16 = 0;
const SESSION_TICKET: u16 = 35;
const PRE_SHARED_KEY: u16 = 41;

/// Type and length of a handshake message.
pub(super) const HEADER: usize = 4;

/// What a `ClientHello` shall say instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rewrite {
    /// `extension_data` of `server_name`; none leaves the extension out.
    pub(super) server_name: Option<Vec<u8>>,
    pub(super) ticket: Option<TicketEdit>,
}

/// An edit that the length fields of the `ClientHello` cannot express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the edited ClientHello does not fit its length fields")]
pub(in crate::client) struct TooLong;

/// Rewrites the `ClientHello` in a run of handshake messages, the last of which may be cut short.
///
/// `find` knows the rewriting for a `host_name`. All else, and what is not a run of messages, stays as it is.
pub(super) fn rewrite(
    messages: &[u8],
    find: impl Fn(&[u8]) -> Option<Arc<Rewrite>>,
) -> Result<Cow<'_, [u8]>, TooLong> {
    let Some((before, hello, after)) = split_at_hello(messages) else {
        return Ok(Cow::Borrowed(messages));
    };
    let found = ClientHello::parse(hello)
        .and_then(|hello| find(hello.host_name()?).map(|rewrite| (hello, rewrite)));
    match found {
        None => Ok(Cow::Borrowed(messages)),
        Some((hello, rewrite)) => {
            Ok(Cow::Owned([before, &hello.rewritten(&rewrite)?, after].concat()))
        }
    }
}

/// Type and length of the body of the message that begins here.
pub(super) fn header(message: &[u8]) -> Option<(u8, usize)> {
    let mut reader = Reader(message);
    Some((reader.u8()?, reader.u24()?))
}

/// Whether the message that begins here is a `ClientHello`.
pub(super) fn is_client_hello(message: &[u8]) -> bool {
    message.first() == Some(&CLIENT_HELLO)
}

/// A `ServerNameList` (RFC 6066 3) of these.
pub(super) fn server_name_list(names: &[Vec<u8>]) -> Result<Vec<u8>, TooLong> {
    let mut list = Vec::new();
    for name in names {
        list.push(HOST_NAME);
        put_vector(&mut list, name, 0)?;
    }
    let mut data = Vec::new();
    put_vector(&mut data, &list, 0)?;
    Ok(data)
}

/// A run of messages, split around its first `ClientHello`.
fn split_at_hello(messages: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut start = 0;
    loop {
        let rest = messages.get(start..)?;
        let (kind, length) = header(rest)?;
        let (message, after) = rest.split_at_checked(HEADER + length).unwrap_or((rest, &[]));
        if kind == CLIENT_HELLO {
            return Some((messages.get(..start)?, message, after));
        }
        start += message.len();
    }
}

/// A `ClientHello` in parts.
struct ClientHello<'a> {
    /// All between the header and the extensions.
    front: &'a [u8],
    extensions: Vec<(u16, &'a [u8])>,
    /// Octets cut off its end: a PSK binder covers the message up to the binders (RFC 8446 4.2.11.2), with lengths that
    /// speak of the whole.
    missing: usize,
}

impl<'a> ClientHello<'a> {
    fn parse(message: &'a [u8]) -> Option<Self> {
        let (_, length) = header(message)?;
        let body = message.get(HEADER..)?;
        let missing = length.checked_sub(body.len())?;
        let mut reader = Reader(body);
        // legacy_version, random, legacy_session_id, cipher_suites, legacy_compression_methods
        reader.take(2 + 32)?;
        let session_id = reader.u8()?;
        reader.take(session_id.into())?;
        reader.vector()?;
        let compression_methods = reader.u8()?;
        reader.take(compression_methods.into())?;
        let front = body.get(..body.len().checked_sub(reader.0.len())?)?;

        if usize::from(reader.u16()?) != reader.0.len() + missing {
            return None;
        }
        let mut extensions = Vec::new();
        let mut cut = 0;
        while !reader.0.is_empty() {
            let kind = reader.u16()?;
            let length = usize::from(reader.u16()?);
            let data = reader.take(length.min(reader.0.len()))?;
            cut = length.checked_sub(data.len())?;
            extensions.push((kind, data));
        }
        let can_be_cut = extensions.last().is_some_and(|(kind, _)| *kind == PRE_SHARED_KEY);
        (cut == missing && (cut == 0 || can_be_cut)).then_some(Self { front, extensions, missing })
    }

    /// The one `host_name` that rustls sends.
    fn host_name(&self) -> Option<&'a [u8]> {
        let (_, data) = self.extensions.iter().find(|(kind, _)| *kind == SERVER_NAME)?;
        let mut list = Reader(Reader(data).vector()?);
        (list.u8()? == HOST_NAME).then_some(())?;
        list.vector()
    }

    fn rewritten(&self, rewrite: &Rewrite) -> Result<Vec<u8>, TooLong> {
        let mut extensions = Vec::new();
        for (index, (kind, data)) in self.extensions.iter().enumerate() {
            let mut data = Cow::Borrowed(*data);
            match (*kind, &rewrite.server_name, rewrite.ticket) {
                (SERVER_NAME, None, _) => continue,
                (SERVER_NAME, Some(edited), _) => data = Cow::Borrowed(edited),
                (SESSION_TICKET, _, Some(edit)) => {
                    let whole = 0..data.len();
                    flip(data.to_mut(), whole, edit);
                }
                (PRE_SHARED_KEY, _, Some(edit)) => {
                    if let Some(identity) = first_identity(&data) {
                        flip(data.to_mut(), identity, edit);
                    }
                }
                _ => {}
            }
            let is_last = index + 1 == self.extensions.len();
            extensions.extend(kind.to_be_bytes());
            put_vector(&mut extensions, &data, if is_last { self.missing } else { 0 })?;
        }
        let mut body = self.front.to_vec();
        put_vector(&mut body, &extensions, self.missing)?;

        let length = u32::try_from(body.len() + self.missing).map_err(|_| TooLong)?;
        let [0, high, middle, low] = length.to_be_bytes() else { return Err(TooLong) };
        let mut message = vec![CLIENT_HELLO, high, middle, low];
        message.extend(body);
        Ok(message)
    }
}

/// Where the first PSK identity is in an `OfferedPsks`.
fn first_identity(data: &[u8]) -> Option<Range<usize>> {
    let mut reader = Reader(data);
    reader.u16()?;
    let length = usize::from(reader.u16()?);
    Some(4..4 + length)
}

fn flip(data: &mut [u8], ticket: Range<usize>, edit: TicketEdit) {
    let ticket = data.get_mut(ticket).unwrap_or_default();
    let octet = match edit {
        TicketEdit::FlipFirst => ticket.first_mut(),
        TicketEdit::FlipMiddle => ticket.get_mut(ticket.len() / 2),
        TicketEdit::FlipLast => ticket.last_mut(),
    };
    if let Some(octet) = octet {
        *octet ^= 1;
    }
}

/// Appends a vector with a length of two octets, which counts `missing` more than there are.
fn put_vector(out: &mut Vec<u8>, data: &[u8], missing: usize) -> Result<(), TooLong> {
    let length = u16::try_from(data.len() + missing).map_err(|_| TooLong)?;
    out.extend(length.to_be_bytes());
    out.extend(data);
    Ok(())
}

/// Reads octets front to back.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u24(&mut self) -> Option<usize> {
        let high = usize::from(self.u8()?);
        Some(high << 16 | usize::from(self.u16()?))
    }

    /// A vector with a length of two octets.
    fn vector(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(length.into())
    }
}
