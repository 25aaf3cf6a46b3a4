//! Requests over HTTP/2.

use http::Request;
use http::header::HOST;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::client::Connection;

/// A connection that speaks HTTP/2.
pub(super) struct H2 {
    send: SendRequest<Empty<Bytes>>,
}

impl Connection {
    pub(super) async fn into_h2(self) -> H2 {
        let io = TokioIo::new(self.into_tls());
        let (send, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        H2 { send }
    }
}

impl H2 {
    /// Status and body of a stream with this `:authority`, and with a `Host` field beside it.
    pub(super) async fn get(
        &mut self,
        authority: &str,
        path: &str,
        host: Option<&str>,
    ) -> (u16, String) {
        let mut request = Request::get(format!("https://{authority}{path}"));
        if let Some(host) = host {
            request = request.header(HOST, host);
        }
        self.send(request.body(Empty::new()).unwrap()).await
    }

    /// Status and body of a stream with any request.
    pub(super) async fn send(&mut self, request: Request<Empty<Bytes>>) -> (u16, String) {
        let response = self.send.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}
