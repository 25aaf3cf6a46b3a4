//! Why a handshake came to nothing, whoever ended it.

use std::io;

use rustls::AlertDescription;

use super::presented::Presented;
use super::verify::Refusal;

/// Why there was no handshake.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// A STRICT endpoint, and nothing to see.
    #[error("the client sent no certificate, and the endpoint is STRICT")]
    NoCertificate,
    /// A certificate that is not good here.
    #[error("{0}")]
    Certificate(Refusal),
    /// Several endpoints, and no server name to choose one.
    #[error("the client sent no server name (SNI)")]
    NoServerName,
    /// No endpoint of that name.
    #[error("no account has the server name (SNI) that the client asked for")]
    UnknownServerName,
    /// The client ended it with an alert.
    #[error("{}", alert_in_words(*.0))]
    ClientAlert(AlertDescription),
    /// The client closed or reset the connection.
    #[error("the client went away during the handshake")]
    ClientLeft,
    /// The client took too long.
    #[error("the client did not finish its handshake in time")]
    TimedOut,
    /// What the client sent is not TLS, or not a TLS that the gate speaks.
    #[error("the handshake failed: {0}")]
    Handshake(rustls::Error),
}

impl Rejection {
    /// A word for programs: lower-case, with underscores. It does not change.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::Certificate(_) => "certificate",
            Self::NoServerName => "no_server_name",
            Self::UnknownServerName => "unknown_server_name",
            Self::ClientAlert(_) => "client_alert",
            Self::ClientLeft => "client_left",
            Self::TimedOut => "timed_out",
            Self::Handshake(_) => "handshake",
        }
    }

    /// What an error of the handshake says, beside what the client has presented.
    pub(super) fn of(error: &io::Error, presented: Option<&Presented>) -> Self {
        if let Some(refusal) = presented.and_then(|presented| presented.refusal.clone()) {
            return Self::Certificate(refusal);
        }
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match tls {
            None => Self::ClientLeft,
            Some(rustls::Error::NoCertificatesPresented) => Self::NoCertificate,
            Some(rustls::Error::AlertReceived(alert)) => Self::ClientAlert(*alert),
            Some(other) => Self::Handshake(other.clone()),
        }
    }
}

/// What an alert of the client most likely means.
fn alert_in_words(alert: AlertDescription) -> String {
    let name = alert.as_str().unwrap_or("unknown");
    match alert {
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown => format!(
            "the client does not trust the gate's own certificate (alert {name}): give it the server's CA"
        ),
        AlertDescription::CertificateExpired => {
            format!("the client says that the gate's own certificate has expired (alert {name})")
        }
        _ => format!("the client ended the handshake with alert {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_handshake() {
        let of = |error: rustls::Error| Rejection::of(&io::Error::other(error), None);
        assert_eq!(of(rustls::Error::NoCertificatesPresented), Rejection::NoCertificate);
        let alert = of(rustls::Error::AlertReceived(AlertDescription::UnknownCA));
        assert!(alert.to_string().contains("UnknownCA): give it the server's CA"), "{alert}");
        let other = of(rustls::Error::DecryptError);
        assert_eq!(other.code(), "handshake");
        let gone = Rejection::of(&io::ErrorKind::UnexpectedEof.into(), None);
        assert_eq!(gone, Rejection::ClientLeft);
    }
}
