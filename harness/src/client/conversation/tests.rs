//! Conversations with servers that answer as they should, and with some that do not.

use std::time::Duration;

use mtls_reports::model::{Phase, TlsRefusal};
use mtls_scenarios::{Echo, Postgresql};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::*;

fn postgresql() -> Protocol {
    let (user, database) = ("me".to_owned(), "mine".to_owned());
    Protocol::Postgresql(Postgresql { user, database })
}

fn echo() -> Protocol {
    Protocol::Echo(Echo { send: "hello\n".to_owned(), expect: "hello\n".to_owned() })
}

fn soon() -> Instant {
    // Only a guard against tests that hang.
    Instant::now() + Duration::from_secs(60)
}

/// What comes of a server that says all this, whatever it is told, and then closes.
async fn told(protocol: &Protocol, said: &[u8]) -> Result<Answer, Failure> {
    let (near, mut far) = tokio::io::duplex(1 << 20);
    far.write_all(said).await.unwrap();
    far.shutdown().await.unwrap();
    Conversation::new(Box::new(near)).ask(protocol, soon()).await
}

fn refused(text: &str) -> Answer {
    Answer::Refused(PeerText::new(text))
}

/// A message of PostgreSQL.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[kind], length.to_be_bytes().as_slice(), body].concat()
}

fn row(columns: &[Option<&str>]) -> Vec<u8> {
    let mut body = u16::try_from(columns.len()).unwrap().to_be_bytes().to_vec();
    for column in columns {
        match column {
            None => body.extend((-1_i32).to_be_bytes()),
            Some(text) => {
                body.extend(i32::try_from(text.len()).unwrap().to_be_bytes());
                body.extend(text.as_bytes());
            }
        }
    }
    message(b'D', &body)
}

/// What a server says that lets everybody in and knows this much about them.
fn served(columns: &[Option<&str>]) -> Vec<u8> {
    let ready = message(b'Z', b"I");
    let welcome = [message(b'R', &[0; 4]), message(b'S', b"a\0b\0"), ready.clone()];
    let answer = [message(b'T', b"\0\0"), row(columns), message(b'C', b"SELECT 1\0"), ready];
    [welcome.concat(), answer.concat()].concat()
}

#[tokio::test]
async fn postgresql_says_whom_it_sees() {
    let known = told(&postgresql(), &served(&[Some("/CN=me"), Some("17")])).await;
    let Ok(Answer::ServedAs(Some(identity))) = known else { panic!("{known:?}") };
    assert_eq!(identity.serial.unwrap().as_str(), "17");
    assert_eq!(identity.subject.unwrap().as_str(), "/CN=me");
    let nobody = told(&postgresql(), &served(&[None, None])).await;
    assert_eq!(nobody, Ok(Answer::ServedAs(None)));
}

#[tokio::test]
async fn postgresql_refuses_by_an_error_that_is_about_the_client() {
    let error = |text: &[u8]| message(b'E', text);
    let certificate = error(b"SFATAL\0C28000\0Mno certificate\x1b[2J\0\0");
    let seen = told(&postgresql(), &certificate).await;
    assert_eq!(seen, Ok(refused("28000: no certificate\u{1b}[2J")));
    let full = told(&postgresql(), &error(b"SFATAL\0C53300\0Mtoo many clients\0\0")).await;
    assert!(matches!(full, Err(Failure::Unreachable(_))), "{full:?}");
    let password = told(&postgresql(), &message(b'R', &[0, 0, 0, 5])).await;
    assert!(matches!(password, Err(Failure::Misbehaved(_))), "{password:?}");
}

#[tokio::test]
async fn redis_and_mqtt_refuse_in_their_own_words() {
    assert_eq!(told(&Protocol::Redis, b"+PONG\r\n").await, Ok(Answer::Served));
    let noauth = told(&Protocol::Redis, b"-NOAUTH Authentication required.\r\n").await;
    assert_eq!(noauth, Ok(refused("NOAUTH Authentication required.")));
    let loading = told(&Protocol::Redis, b"-LOADING the dataset\r\n").await;
    assert!(matches!(loading, Err(Failure::Unreachable(_))), "{loading:?}");
    let accepted = told(&Protocol::Mqtt, &[0x20, 2, 0, 0, 0xd0, 0]).await;
    assert_eq!(accepted, Ok(Answer::Served));
    let refusal = told(&Protocol::Mqtt, &[0x20, 2, 0, 5]).await;
    assert_eq!(refusal, Ok(refused("CONNACK 5: not authorized")));
}

#[tokio::test]
async fn an_echo_may_come_in_pieces_after_something_else() {
    assert_eq!(told(&echo(), b"welcome\nhello\n").await, Ok(Answer::Served));
    let other = told(&echo(), b"goodbye\n").await;
    assert!(matches!(other, Err(Failure::Misbehaved(_))), "{other:?}");
    let (near, mut far) = tokio::io::duplex(64);
    let mut conversation = Conversation::new(Box::new(near));
    let (protocol, pieces) = (echo(), async {
        for piece in ["hel", "lo", "\n"] {
            far.write_all(piece.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let (answer, ()) = tokio::join!(conversation.ask(&protocol, soon()), pieces);
    assert_eq!(answer, Ok(Answer::Served));
}

#[tokio::test]
async fn clients_introduce_themselves_once() {
    let ask_twice = async |protocol: Protocol, said: Vec<u8>, again: Vec<u8>| -> Vec<u8> {
        let (near, mut far): (DuplexStream, _) = tokio::io::duplex(1 << 16);
        far.write_all(&[said, again].concat()).await.unwrap();
        let mut conversation = Conversation::new(Box::new(near));
        for _ in 0..2 {
            conversation.ask(&protocol, soon()).await.unwrap();
        }
        drop(conversation);
        let mut heard = Vec::new();
        far.read_to_end(&mut heard).await.unwrap();
        heard
    };
    let heard = ask_twice(Protocol::Mqtt, vec![0x20, 2, 0, 0, 0xd0, 0], vec![0xd0, 0]).await;
    assert_eq!(heard, b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00\xc0\x00\xc0\x00");
    let answer = served(&[None, None]);
    let again = [row(&[None, None]), message(b'Z', b"I")].concat();
    let heard = ask_twice(postgresql(), answer, again).await;
    let named = b"\x00\x00\x00\x1f\x00\x03\x00\x00user\0me\0database\0mine\0\0Q";
    assert!(heard.starts_with(named), "{heard:?}");
    assert_eq!(heard.windows(6).filter(|part| part == b"SELECT").count(), 2);
}

#[tokio::test]
async fn answers_without_end_are_given_up() {
    let too_much = |seen: &Result<Answer, Failure>| matches!(seen, Err(Failure::TooMuch { .. }));
    let giant = [b"R".as_slice(), &[0xff; 4]].concat();
    assert!(too_much(&told(&postgresql(), &giant).await));
    let notices = message(b'N', b"x\0").repeat(20_000);
    assert!(too_much(&told(&postgresql(), &notices).await));
    assert!(too_much(&told(&echo(), &vec![b'x'; 1 << 18]).await));
    let line = told(&Protocol::Redis, &vec![b'+'; 1 << 18]).await;
    assert!(matches!(line, Err(Failure::Misbehaved(_))), "{line:?}");
    let short = told(&postgresql(), b"R\0\0\0\x03").await;
    assert!(matches!(short, Err(Failure::Misbehaved(_))), "{short:?}");
}

#[tokio::test]
async fn silence_and_leaving_are_told_apart() {
    for protocol in [postgresql(), Protocol::Mqtt, Protocol::Redis, echo()] {
        let closed = told(&protocol, b"").await;
        assert_eq!(closed, Err(Failure::Refused(TlsRefusal::Close)), "{}", protocol.as_str());
        let (near, _far) = tokio::io::duplex(1 << 10);
        let mut conversation = Conversation::new(Box::new(near));
        let silence = conversation.ask(&protocol, Instant::now()).await;
        assert_eq!(silence, Err(Failure::Timeout(Phase::Response)), "{}", protocol.as_str());
    }
}

proptest! {
    #[test]
    fn anything_is_understood(
        which in 0_usize..4,
        said in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let protocols = [postgresql(), Protocol::Mqtt, Protocol::Redis, echo()];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let protocol = protocols.get(which).unwrap();
        // Garbage after a good beginning goes further.
        let said = if which == 0 { [served(&[]), said].concat() } else { said };
        let answer = runtime.block_on(told(protocol, &said));
        prop_assert!(!matches!(answer, Ok(Answer::ServedAs(_))));
    }
}
