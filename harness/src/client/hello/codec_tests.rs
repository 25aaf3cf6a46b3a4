//! The rewriting, on what rustls writes, on what it would write with a ticket, and on anything.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::Arc;

use mtls_scenarios::TicketEdit;
use proptest::prelude::*;
use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::server::Acceptor;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::codec::{Rewrite, TooLong, rewrite, server_name_list};

const NAME: &str = "mtls-harness-edit-7.invalid";
const EDITS: [TicketEdit; 3] =
    [TicketEdit::FlipFirst, TicketEdit::FlipMiddle, TicketEdit::FlipLast];

fn names(names: &[&[u8]]) -> Rewrite {
    let names: Vec<_> = names.iter().map(|name| name.to_vec()).collect();
    Rewrite { server_name: Some(server_name_list(&names).unwrap()), ticket: None }
}

/// Rewrites what has `from` as its `host_name`.
fn rewrite_from<'a>(
    from: &[u8],
    messages: &'a [u8],
    edit: &Rewrite,
) -> Result<Cow<'a, [u8]>, TooLong> {
    rewrite(messages, |name| (name == from).then(|| Arc::new(edit.clone())))
}

fn edited(messages: &[u8], edit: &Rewrite) -> Vec<u8> {
    rewrite_from(NAME.as_bytes(), messages, edit).unwrap().into_owned()
}

/// What rustls writes.
fn honest() -> Vec<u8> {
    let mut config = ClientConfig::builder_with_provider(crate::client::provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    let name = ServerName::try_from(NAME).unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut record = Vec::new();
    connection.write_tls(&mut record).unwrap();
    record.split_off(5)
}

fn vector(data: &[u8]) -> Vec<u8> {
    [&u16::try_from(data.len()).unwrap().to_be_bytes(), data].concat()
}

/// One with a ticket, and how many octets its binders take at the end.
fn with_ticket(version: u8, ticket: &[u8]) -> (Vec<u8>, usize) {
    let binders = vector(&[&[32], [0xbb; 32].as_slice()].concat());
    let identity = [vector(ticket), vec![0xaa; 4]].concat();
    let (kind, data, cut) = match version {
        3 => (41_u16, [vector(&identity), binders.clone()].concat(), binders.len()),
        _ => (35, ticket.to_vec(), 0),
    };
    let name = server_name_list(&[NAME.as_bytes().to_vec()]).unwrap();
    let mut extensions = Vec::new();
    for (kind, data) in [(0_u16, name), (43, vec![2, 3, 4]), (kind, data)] {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(vector(&data));
    }
    let front = [&[3, 3], [7; 32].as_slice(), &[0], &vector(&[0x13, 1]), &[1, 0]].concat();
    let body = [front, vector(&extensions)].concat();
    let mut message = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    message[0] = 1;
    message.extend(body);
    (message, cut)
}

/// The name and the number of cipher suites that a rustls server reads.
fn accepted(message: &[u8]) -> (Option<String>, usize) {
    let mut records = Vec::new();
    for fragment in message.chunks(1 << 14) {
        records.extend([22, 3, 1]);
        records.extend(vector(fragment));
    }
    let mut acceptor = Acceptor::default();
    let mut records = Cursor::new(records);
    loop {
        assert_ne!(acceptor.read_tls(&mut records).unwrap(), 0);
        if let Some(accepted) = acceptor.accept().unwrap_or_else(|(e, _)| panic!("{e}")) {
            let hello = accepted.client_hello();
            return (hello.server_name().map(str::to_owned), hello.cipher_suites().len());
        }
    }
}

#[test]
fn a_server_reads_the_name_and_the_rest() {
    let hello = honest();
    let suites = accepted(&hello).1;
    let label = "l".repeat(49);
    let long = [label.as_str(); 5].join(".");
    for name in ["b.test", "with_underscore.test", &long] {
        let edited = edited(&hello, &names(&[name.as_bytes()]));
        assert_eq!(accepted(&edited), (Some(name.to_owned()), suites));
    }
    let absent = edited(&hello, &Rewrite { server_name: None, ticket: None });
    assert_eq!(accepted(&absent), (None, suites));
    assert!(!String::from_utf8_lossy(&absent).contains("invalid"));
}

#[test]
fn octets_are_sent_as_they_are() {
    let hello = honest();
    let long = [b'x'; 300];
    let odd: [&[&[u8]]; 7] = [
        &[b"ALPHA.agents.test"],
        &[b"alpha.agents.test."],
        &[b"127.0.0.1"],
        &[b"a\0b"],
        &[b""],
        &[],
        &[b"a.test", &long],
    ];
    for list in odd {
        let expected: Vec<_> = list.iter().map(|name| [&[0], &*vector(name)].concat()).collect();
        let expected = vector(&vector(&expected.concat()));
        let edited = edited(&hello, &names(list));
        let found = edited.windows(expected.len()).any(|window| window == expected);
        assert!(found, "{list:?}");
    }
}

#[test]
fn what_has_no_marker_stays() {
    let hello = honest();
    let same = rewrite_from(b"another", &hello, &names(&[b"b.test"])).unwrap();
    assert!(matches!(same, Cow::Borrowed(same) if same == hello));
}

#[test]
fn a_ticket_differs_in_one_bit() {
    for version in [2, 3] {
        for (edit, at) in EDITS.into_iter().zip([0, 2, 4]) {
            let (hello, _) = with_ticket(version, b"thick");
            let start = hello.windows(5).position(|window| window == b"thick").unwrap();
            let mut expected = hello.clone();
            expected[start + at] ^= 1;
            assert_eq!(edited(&hello, &Rewrite { ticket: Some(edit), ..same_name() }), expected);
        }
        for edit in EDITS {
            let (hello, _) = with_ticket(version, b"");
            assert_eq!(edited(&hello, &Rewrite { ticket: Some(edit), ..same_name() }), hello);
        }
    }
}

fn same_name() -> Rewrite {
    names(&[NAME.as_bytes()])
}

#[test]
fn what_does_not_fit_is_an_error() {
    assert_eq!(server_name_list(&[vec![0; 65_536]]), Err(TooLong));
    assert_eq!(server_name_list(&[vec![0; 40_000], vec![0; 40_000]]), Err(TooLong));
    let fits = names(&[&vec![0; 65_000]]);
    let (hello, _) = with_ticket(3, &[0; 1000]);
    assert_eq!(rewrite_from(NAME.as_bytes(), &hello, &fits), Err(TooLong));
}

proptest! {
    #[test]
    fn it_can_be_undone(name in prop::collection::vec(any::<u8>(), 0..20_000)) {
        let hello = honest();
        let there = edited(&hello, &names(&[&name]));
        let back = rewrite_from(&name, &there, &same_name()).unwrap();
        prop_assert_eq!(back.as_ref(), hello);
    }

    #[test]
    fn a_prefix_for_the_binder_is_a_prefix_after_it(
        name in prop::collection::vec(any::<u8>(), 0..300),
        ticket in prop::collection::vec(any::<u8>(), 1..300),
        edit in prop::option::of(prop::sample::select(&EDITS)),
    ) {
        let (hello, cut) = with_ticket(3, &ticket);
        let edit = Rewrite { ticket: edit, ..names(&[&name]) };
        let whole = edited(&hello, &edit);
        let truncated = edited(&hello[..hello.len() - cut], &edit);
        prop_assert_eq!(truncated, &whole[..whole.len() - cut]);
    }

    #[test]
    fn messages_around_it_stay(name in "[a-z.]{0,40}", more in prop::collection::vec(any::<u8>(), 0..40)) {
        let hello = honest();
        let edit = names(&[name.as_bytes()]);
        // message_hash and a HelloRetryRequest before it; anything after it.
        let before = [&[254, 0, 0, 2, 1, 1], [2, 0, 0, 1, 1].as_slice()].concat();
        let run = [before.as_slice(), &hello, &more].concat();
        let expected = [before.as_slice(), &edited(&hello, &edit), &more].concat();
        prop_assert_eq!(edited(&run, &edit), expected);
    }

    #[test]
    fn anything_is_survived(
        start in 0..3_u8,
        garbage in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match start {
            0 => Vec::new(),
            1 => honest(),
            _ => with_ticket(3, &garbage).0,
        };
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..(at + garbage.len()).min(bytes.len()), garbage);
        bytes.truncate(length.index(bytes.len() + 1));
        for ticket in EDITS {
            let edit = Arc::new(Rewrite { ticket: Some(ticket), ..names(&[b"b"]) });
            let _ = rewrite(&bytes, |_| Some(Arc::clone(&edit)));
        }
    }
}
