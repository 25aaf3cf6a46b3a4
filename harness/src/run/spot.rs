//! An endpoint of the target as a step goes to it.

use std::net::SocketAddr;

use mtls_scenarios::{Mode, Role};

use crate::target::Place;

/// An endpoint of the target as a step goes to it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) role: Role,
    pub(super) address: SocketAddr,
    pub(super) host: String,
    /// Its mode at this moment.
    pub(super) mode: Mode,
    /// The account whose clients belong here.
    pub(super) account: String,
}

impl Spot {
    pub(super) fn of(place: &Place<'_>) -> Self {
        let Place { role, address, endpoint } = *place;
        Self {
            role,
            address,
            host: endpoint.host.clone(),
            mode: endpoint.mode,
            account: endpoint.account.clone().unwrap_or_else(|| "alpha".to_owned()),
        }
    }
}
