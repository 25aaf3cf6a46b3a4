//! A request as bytes, to go out as early data.

use crate::client::Request;

/// An HTTP/1.1 request that asks for the connection to be closed after the response.
pub(super) fn written(request: &Request<'_>) -> Vec<u8> {
    let Request { method, host, path, headers, .. } = request;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in *headers {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("Content-Length: 0\r\n\r\n");
    text.into_bytes()
}
