//! Who the client of a request counts as.
//!
//! The handshake alone says so. Everything else that a request may claim is for faulty gates.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONNECTION;
use mtls_scenarios::Mode;

use super::authority::Route;
use super::identity_headers::{self, Spelling};
use crate::server::Fault;
use crate::server::identity::Identity;
use crate::server::session::{Client, Session};

/// Who the client counts as.
pub(super) fn client<'s>(
    session: &'s Session,
    route: &Route,
    headers: &HeaderMap,
    trailers: Option<&HeaderMap>,
) -> Cow<'s, Client> {
    if let Some(identity) = claimed(session.fault, headers, trailers) {
        return Cow::Owned(Client::Verified(identity));
    }
    let passes_unseen = route.unasked
        || match session.fault {
            Some(Fault::VerifyZeroIsOk) => route.mode == Mode::Loose,
            Some(Fault::ConnectionStripsVerdict) => drops_verdict(headers),
            _ => false,
        };
    match &session.client {
        Client::Anonymous | Client::Unverified(_) if passes_unseen => Cow::Owned(Client::Trusted),
        client => Cow::Borrowed(client),
    }
}

/// The identity that a faulty gate takes from the client's own words.
fn claimed(
    fault: Option<Fault>,
    headers: &HeaderMap,
    trailers: Option<&HeaderMap>,
) -> Option<Identity> {
    let subject = match fault? {
        Fault::IdentityFromHeader => identity_headers::believe(headers, Spelling::AsListed),
        Fault::HeaderUnderscores => identity_headers::believe(headers, Spelling::Underscores),
        Fault::IdentityFromTrailer => identity_headers::believe(trailers?, Spelling::AsListed),
        _ => None,
    }?;
    Some(Identity { subject: Some(subject), subject_alt_names: Vec::new(), sha256: None })
}

/// Whether `Connection` lists a header in which the gate tells its backend about the client (RFC 9110 7.6.1: what
/// is listed is not forwarded).
fn drops_verdict(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|option| identity_headers::is_listed(option.trim()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn connection_options() {
        for (value, expected) in [
            ("close", false),
            ("close, X-SSL-Client-Verify", true),
            ("x-client-subject", true),
            ("X-Client-Subjects", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(CONNECTION, HeaderValue::from_static("keep-alive"));
            headers.append(CONNECTION, HeaderValue::from_static(value));
            assert_eq!(drops_verdict(&headers), expected, "{value}");
        }
    }
}
