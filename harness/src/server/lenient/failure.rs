//! Why a connection ends, and what its client is told.

use std::io;

use rustls::AlertDescription;

use crate::tls::Malformed;

/// Why a connection ends.
#[derive(Debug)]
pub(super) struct Failure {
    /// What the client is told, where there is somebody to tell.
    pub(super) alert: Option<AlertDescription>,
    /// Why: a [`rustls::Error`] inside, or that the client went away.
    pub(super) error: io::Error,
}

impl Failure {
    /// The client did something that it must not.
    pub(super) fn new(alert: AlertDescription, what: &str) -> Self {
        Self::told(alert, rustls::Error::General(what.to_owned()))
    }

    /// Something came that has no place here.
    pub(super) fn unexpected(what: &str) -> Self {
        Self::new(AlertDescription::UnexpectedMessage, &format!("{what} has no place here"))
    }

    /// A record that the keys do not open.
    pub(super) fn unreadable_record() -> Self {
        Self::told(AlertDescription::BadRecordMac, rustls::Error::DecryptError)
    }

    /// The client ended it.
    pub(super) fn by_client(alert: AlertDescription) -> Self {
        let error = rustls::Error::AlertReceived(alert);
        Self { alert: None, error: io::Error::other(error) }
    }

    /// The client went away.
    pub(super) fn left() -> Self {
        Self { alert: None, error: io::ErrorKind::UnexpectedEof.into() }
    }

    /// The gate itself cannot go on.
    pub(super) fn internal(what: &str) -> Self {
        Self::new(AlertDescription::InternalError, what)
    }

    fn told(alert: AlertDescription, error: rustls::Error) -> Self {
        Self { alert: Some(alert), error: io::Error::other(error) }
    }
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        let alert = match malformed {
            Malformed::Invalid { .. } | Malformed::Repeated { .. } => {
                AlertDescription::IllegalParameter
            }
            _ => AlertDescription::DecodeError,
        };
        Self::new(alert, &malformed.to_string())
    }
}

impl From<rustls::Error> for Failure {
    fn from(error: rustls::Error) -> Self {
        let alert = match &error {
            rustls::Error::InvalidCertificate(reason) => reason.clone().into(),
            rustls::Error::NoCertificatesPresented => AlertDescription::CertificateRequired,
            rustls::Error::PeerMisbehaved(_) => AlertDescription::IllegalParameter,
            rustls::Error::InvalidMessage(_) => AlertDescription::DecodeError,
            _ => AlertDescription::HandshakeFailure,
        };
        Self::told(alert, error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { alert: None, error }
    }
}
