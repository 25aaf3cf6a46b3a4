//! A connection of an honest client, as openssl or curl makes it.

use mtls_scenarios::{Alpn, Connect, Resumption};

use super::command::{Command, Http2, Peer, Session, Tls};
use super::guide::{Obstacle, Writing};
use super::request::{http1, http2};
use crate::client::Request;
use crate::pki::is_at_use;
use crate::run::early;
use crate::run::spot::Spot;
use crate::run::wording::Words;
use crate::target::Running;

/// Where sessions are kept.
const SESSIONS: &str = "session";

/// A client at an endpoint.
pub(super) struct Client<'a> {
    pub(super) spot: &'a Spot,
    pub(super) words: &'a Words,
    pub(super) account: &'a str,
    pub(super) credential: &'a str,
}

impl Client<'_> {
    /// The command that makes the connection and asks; `connect` says what becomes of sessions and of the connection.
    pub(super) async fn command(
        &self,
        writing: &mut Writing<'_>,
        connect: &Connect,
    ) -> Result<Command, Obstacle> {
        if let Some(protocol) = writing.course.stage.target().probe().protocol() {
            let what = format!("the server speaks {}", protocol.as_str());
            return Err(Obstacle::Beyond(what));
        }
        let cell = &writing.course.case.cell;
        let (alpn, resumption) = (cell.alpn, cell.resumption);
        let peer = self.peer(writing).await?;
        let target = writing.course.stage.target();
        let requests = requests(target, self.spot, self.words);
        if alpn == Alpn::H2 {
            return self.by_curl(connect, peer, &requests);
        }
        let session = session(connect, resumption);
        let requests = match &session.early {
            Some(path) => {
                let Some(protected) = requests.last() else { return Err(nothing_asked()) };
                writing.file(path, &early::written(protected))?;
                Vec::new()
            }
            None => requests.iter().map(http1).collect(),
        };
        let keep = connect.keep_open.clone();
        Ok(Command::Tls(Box::new(Tls { peer, session, requests, keep })))
    }

    fn by_curl(
        &self,
        connect: &Connect,
        peer: Peer,
        requests: &[Request<'_>],
    ) -> Result<Command, Obstacle> {
        let beyond = |what: &str| Err(Obstacle::Beyond(what.to_owned()));
        if connect.keep_tickets.is_some() || connect.resume.is_some() {
            return beyond("sessions are resumed over HTTP/2, and curl takes none along");
        }
        if connect.keep_open.is_some() {
            return beyond("a connection over HTTP/2 is kept open, which curl does not");
        }
        if self.words.hello().is_some() {
            return beyond("the server name is none that curl sends");
        }
        let requests: Result<Vec<_>, _> = requests.iter().map(http2).collect();
        Ok(Command::Http2(Http2 { peer, requests: requests.map_err(Obstacle::Beyond)? }))
    }

    async fn peer(&self, writing: &mut Writing<'_>) -> Result<Peer, Obstacle> {
        if writing.course.stage.target().probe().http().is_none() {
            let what = "the gate speaks a protocol of its own, which neither openssl nor curl does";
            return Err(Obstacle::Beyond(what.to_owned()));
        }
        let name = self.words.written_sni(&self.spot.host);
        if self.words.edits_the_hello() {
            let what = "the ClientHello has a second server name or a damaged ticket";
            return Err(Obstacle::Beyond(what.to_owned()));
        }
        // OpenSSL takes names of up to 255 octets; an argument cannot hold a NUL.
        if name.is_some_and(|name| name.is_empty() || name.len() > 255 || name.contains('\0')) {
            return Err(Obstacle::Beyond("the server name is none that openssl sends".to_owned()));
        }
        let sni = name.map(str::to_owned);
        let recipe = writing.course.context.library.credentials.get(self.credential);
        if recipe.is_some_and(is_at_use) {
            return Err(Obstacle::Beyond(format!(
                "the certificate of `{}` is good for seconds and made anew for each connection",
                self.credential
            )));
        }
        let held = writing.course.hold(self.account, self.credential)?;
        let key = held.identity.key.as_ref();
        if key.is_some_and(|key| writing.course.context.wallet.world().is_users(key)) {
            let what = "the client has a private key of yours, which is not written anywhere";
            return Err(Obstacle::Beyond(what.to_owned()));
        }
        let name = format!("{}-{}", self.account, self.credential);
        let credential = writing.credentials.write(&name, &held.identity).await?;
        let version = writing.course.case.cell.tls;
        Ok(Peer { address: self.spot.address, sni, version, credential })
    }
}

fn nothing_asked() -> Obstacle {
    Obstacle::Beyond("nothing is asked for".to_owned())
}

fn session(connect: &Connect, resumption: Option<Resumption>) -> Session {
    let path = |name: &String| format!("{SESSIONS}-{}.pem", file_name(name));
    Session {
        save: connect.keep_tickets.as_ref().map(path),
        offer: connect.resume.as_ref().map(path),
        by_id: resumption == Some(Resumption::SessionId),
        early: connect.early_data.then(|| "early-data.http".to_owned()),
    }
}

/// What is asked: whom do you see, and may I have the protected resource.
pub(super) fn requests<'a>(
    target: &'a Running,
    spot: &'a Spot,
    words: &'a Words,
) -> Vec<Request<'a>> {
    let Some(paths) = target.probe().http() else { return Vec::new() };
    let identity = words.request(&spot.host, &paths.identity_path);
    let path = words.path.as_deref().unwrap_or(&paths.protected_path);
    let method = words.method.as_deref().unwrap_or("GET");
    let protected = Request { method, ..words.request(&spot.host, path) };
    if method == "GET" && path == paths.identity_path {
        return vec![identity];
    }
    vec![identity, protected]
}

/// A name that a scenario gives to something, as part of a file's or a variable's name.
pub(super) fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
