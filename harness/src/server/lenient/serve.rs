//! One connection from its first octet.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::{AlertDescription, HandshakeType};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::channel::Channel;
use super::conversation::Conversation;
use super::event::Event;
use super::failure::Failure;
use super::hello::Hello;
use super::leniency::{Forgiven, Leniency};
use super::outcome::Outcome;
use super::party::Party;
use super::{tls12, tls13};
use crate::server::connection;
use crate::server::listener::{Choice, Listener, ServerName};
use crate::server::observe::Reporter;
use crate::server::presented;
use crate::server::rejection::Rejection;
use crate::tls::Version;

/// Serves a connection to its end.
pub(in crate::server) async fn serve(
    stream: TcpStream,
    listener: &Arc<Listener>,
    reporter: Reporter,
    stop: watch::Receiver<bool>,
) {
    let handshake = Box::pin(presented::during(shake_hands(stream, listener, &reporter)));
    match tokio::time::timeout(listener.limits.handshake, handshake).await {
        Ok(Some(conversation)) => conversation.hold(reporter, stop).await,
        Ok(None) => listener.health.after_failed_handshake(),
        Err(_) => reporter.refused(None, None, Rejection::TimedOut, None),
    }
}

async fn shake_hands(
    stream: TcpStream,
    listener: &Arc<Listener>,
    reporter: &Reporter,
) -> Option<Conversation> {
    let forgiven = Forgiven::by(listener.maker.fault);
    let mut channel = Channel::new(stream, forgiven, Arc::clone(&listener.health));
    let hello = match receive_hello(&mut channel).await {
        Ok(hello) => hello,
        Err(failure) => {
            reporter.refused(None, None, Rejection::of(&failure.error, None), None);
            return refuse(channel, &failure).await;
        }
    };
    let (server_name, choice) = match choose(listener, &hello) {
        Ok(chosen) => chosen,
        Err((failure, server_name)) => {
            let reason = match &server_name {
                Some(_) => Rejection::UnknownServerName,
                None => Rejection::NoServerName,
            };
            reporter.refused(server_name.as_deref(), None, reason, None);
            return refuse(channel, &failure).await;
        }
    };
    let party = Party::new(listener, choice, server_name, forgiven);
    match agree(&mut channel, &party, hello).await {
        Ok(outcome) => {
            let presented = presented::take();
            Some(Conversation::new(channel, party, outcome, presented))
        }
        Err(failure) => {
            let presented = presented::take();
            let reason = Rejection::of(&failure.error, presented.as_ref());
            let host = Some(party.choice.endpoint.host.as_str());
            if forgiven.has(Leniency::AbruptEnds) && is_abrupt_end(&failure) {
                listener.health.succumb();
            }
            reporter.refused(party.server_name.as_deref(), host, reason, presented.as_ref());
            refuse(channel, &failure).await
        }
    }
}

/// The next `ClientHello`.
pub(super) async fn receive_hello(channel: &mut Channel) -> Result<Hello, Failure> {
    loop {
        match channel.next().await? {
            Event::Handshake(heard) if heard.received.kind == HandshakeType::ClientHello => {
                channel.goes_forward();
                return Hello::read(heard.received, channel.forgiven);
            }
            // RFC 8446 5: after the first ClientHello, for middleboxes.
            Event::ChangeCipherSpec { well_formed: true } if channel.is_tls13 => {}
            Event::ChangeCipherSpec { .. }
                if channel.forgiven.has(Leniency::AnyChangeCipherSpec) => {}
            Event::Handshake(_) | Event::Unknown if channel.forgiven.has(Leniency::Unknown) => {}
            Event::Alert { description, is_warning } => {
                if !is_warning || !channel.forgiven.has(Leniency::Unknown) {
                    return Err(Failure::by_client(description));
                }
            }
            Event::End => return Err(Failure::left()),
            _ => return Err(Failure::unexpected("anything but ClientHello")),
        }
    }
}

type Chosen = (Option<String>, Choice);

/// The endpoint that the client wants, with the server name in lower case.
fn choose(listener: &Listener, hello: &Hello) -> Result<Chosen, (Failure, Option<String>)> {
    let written = hello.server_name().map_err(|failure| (failure, None))?;
    // As rustls does: RFC 6066 3 has names alone, and addresses are passed over.
    let name = written.map(String::from_utf8_lossy).filter(|name| name.parse::<IpAddr>().is_err());
    let normal = name.map(|name| name.trim_end_matches('.').to_ascii_lowercase());
    let named = normal.as_deref().zip(written);
    let named = named.map(|(normal, written)| ServerName { normal, written, fragmented: false });
    let Some(choice) = listener.select(named) else {
        let alert = AlertDescription::UnrecognisedName;
        return Err((Failure::new(alert, "no endpoint has that name"), normal));
    };
    Ok((normal, choice))
}

async fn agree(channel: &mut Channel, party: &Party, hello: Hello) -> Result<Outcome, Failure> {
    match hello.version()? {
        Version::Tls12 => tls12::shake_hands(channel, party, &hello).await,
        Version::Tls13 => tls13::shake_hands(channel, party, hello).await,
    }
}

/// Whether the client has ended its direction.
fn is_abrupt_end(failure: &Failure) -> bool {
    let alert = rustls::Error::AlertReceived(AlertDescription::CloseNotify);
    let inner = failure.error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    failure.error.kind() == io::ErrorKind::UnexpectedEof || inner == Some(&alert)
}

/// Tells the client why the connection ends.
pub(super) async fn tell(channel: &mut Channel, failure: &Failure) {
    if let Some(alert) = failure.alert {
        // It may be gone already.
        let _ = channel.alert(false, alert).await;
    }
}

async fn refuse(mut channel: Channel, failure: &Failure) -> Option<Conversation> {
    tell(&mut channel, failure).await;
    connection::linger(channel.into_stream()).await;
    None
}
