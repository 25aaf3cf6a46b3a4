//! The secrets of a connection, put on its tape.

use rustls::KeyLog;

use crate::tape::Tape;

/// Writes what rustls derives to a tape.
#[derive(Debug)]
pub(super) struct Secrets(pub(super) Tape);

impl KeyLog for Secrets {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        self.0.secret(label, client_random, secret);
    }
}
