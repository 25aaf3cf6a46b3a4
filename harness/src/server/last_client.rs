//! What a gate with [`Fault::IdentityOfLastClient`](super::Fault::IdentityOfLastClient) remembers from one connection
//! to the next.

use std::sync::Mutex;

use super::identity::Identity;
use super::session::Client;

/// Who was verified last at a socket.
#[derive(Debug, Default)]
pub(super) struct LastClient(Mutex<Option<Identity>>);

impl LastClient {
    /// The client itself; in the place of nobody, who was verified before.
    pub(super) fn mix_up(&self, client: Client) -> Client {
        let Ok(mut last) = self.0.lock() else { return client };
        match client {
            Client::Verified(identity) => Client::Verified(last.insert(identity).clone()),
            Client::Anonymous => last.clone().map_or(Client::Anonymous, Client::Verified),
            other => other,
        }
    }
}
