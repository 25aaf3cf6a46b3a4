//! Requests as a person sends them: HTTP/1.1 octet by octet, HTTP/2 as curl takes it.

use super::command::Http2Request;
use crate::client::Request;

/// The octets of an HTTP/1.1 request, as the client of the harness writes them.
pub(super) fn http1(request: &Request<'_>) -> Vec<u8> {
    let Request { method, host, second_host, absolute_form, path, headers, trailers } = request;
    let target = absolute_form.map(|authority| format!("https://{authority}{path}"));
    let target = target.unwrap_or_else(|| (*path).to_owned());
    let mut text = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\n");
    let mut field = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            text.push_str(part);
        }
    };
    if let Some(second) = second_host {
        field("host", second);
    }
    for (name, value) in *headers {
        field(&name.to_ascii_lowercase(), value);
    }
    if trailers.is_empty() {
        if !["GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"].contains(method) {
            field("content-length", "0");
        }
        text.push_str("\r\n");
        return text.into_bytes();
    }
    let names: Vec<_> = trailers.iter().map(|(name, _)| name.as_str()).collect();
    field("trailer", &names.join(", "));
    field("transfer-encoding", "chunked");
    text.push_str("\r\n1\r\n-\r\n0\r\n");
    for (name, value) in *trailers {
        for part in [name.to_ascii_lowercase().as_str(), ": ", value, "\r\n"] {
            text.push_str(part);
        }
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The same for curl over HTTP/2, or why curl cannot send it.
pub(super) fn http2(request: &Request<'_>) -> Result<Http2Request, String> {
    if request.second_host.is_some() {
        return Err("curl sends no `Host` field beside `:authority`".to_owned());
    }
    if !request.trailers.is_empty() {
        return Err("curl sends no trailer fields over HTTP/2".to_owned());
    }
    Ok(Http2Request {
        method: request.method.to_owned(),
        authority: request.host.to_owned(),
        path: request.path.to_owned(),
        headers: request.headers.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_the_harness_sends_it() {
        let headers = [("X-Real-IP".to_owned(), "127.0.0.1".to_owned())];
        let request = Request {
            method: "POST",
            second_host: Some("b"),
            headers: &headers,
            ..Request::get("a", "/protected")
        };
        let text = String::from_utf8(http1(&request)).unwrap();
        assert_eq!(
            text,
            "POST /protected HTTP/1.1\r\nhost: a\r\nhost: b\r\nx-real-ip: 127.0.0.1\r\ncontent-length: 0\r\n\r\n"
        );
        assert!(http2(&request).is_err());
    }

    #[test]
    fn trailers_follow_a_chunk() {
        let trailers = [("Client-Cert".to_owned(), ":AA==:".to_owned())];
        let request = Request { trailers: &trailers, ..Request::get("a", "/") };
        let text = String::from_utf8(http1(&request)).unwrap();
        assert!(text.ends_with("\r\n\r\n1\r\n-\r\n0\r\nclient-cert: :AA==:\r\n\r\n"), "{text}");
    }
}
