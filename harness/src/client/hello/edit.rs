//! What a `ClientHello` can be made to say.

use mtls_scenarios::TicketEdit;
use rustls::pki_types::ServerName;

use super::codec::{Rewrite, TooLong, server_name_list};

/// An edit of the `ClientHello`, in the first and in the one after a `HelloRetryRequest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelloEdit {
    /// Another `server_name`; none for that of the dial.
    pub server_name: Option<ServerNameEdit>,
    /// Damage to the session ticket. A client that offers none sends none.
    pub ticket: Option<TicketEdit>,
}

/// A `server_name` that rustls would not send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerNameEdit {
    /// No such extension.
    Absent,
    /// These octets, each as one `host_name`, in this order.
    HostNames(Vec<Vec<u8>>),
}

impl HelloEdit {
    /// What is written in place of the marker, for a dial with this name.
    pub(super) fn rewrite(&self, dialled: &ServerName<'_>) -> Result<Rewrite, TooLong> {
        let server_name = match (&self.server_name, dialled) {
            (Some(ServerNameEdit::HostNames(names)), _) => Some(server_name_list(names)?),
            (None, ServerName::DnsName(name)) => {
                // As rustls sends it.
                let name = name.as_ref().trim_end_matches('.').to_ascii_lowercase();
                Some(server_name_list(&[name.into_bytes()])?)
            }
            (Some(ServerNameEdit::Absent) | None, _) => None,
        };
        Ok(Rewrite { server_name, ticket: self.ticket })
    }
}
