//! What the connections of a socket have in common, and which endpoint a server name chooses.

use std::sync::Arc;

use mtls_scenarios::Mode;

use super::directory::Directory;
use super::endpoint::{Endpoint, Generation};
use super::health::Health;
use super::last_client::LastClient;
use super::maker::Maker;
use super::observe::Observation;
use super::{Fault, Limits};

/// What the connections of a socket have in common.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) endpoints: Arc<Directory>,
    /// A policy that asks nobody for a certificate, for faults that lose the right one.
    pub(super) unasking: Arc<Generation>,
    pub(super) maker: Arc<Maker>,
    pub(super) health: Arc<Health>,
    pub(super) last_client: LastClient,
    pub(super) limits: Limits,
    pub(super) observation: Arc<Observation>,
}

/// A server name (RFC 6066 3).
#[derive(Clone, Copy, Debug)]
pub(super) struct ServerName<'a> {
    /// In lower case and without a trailing dot.
    pub(super) normal: &'a str,
    /// As the client wrote it.
    pub(super) written: &'a [u8],
    /// Whether it may not be in the first record of the connection.
    pub(super) fragmented: bool,
    /// Whether it was not all there at once.
    pub(super) segmented: bool,
}

/// What a server name chooses.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) generation: Arc<Generation>,
    /// Whether requests choose the endpoint again, by `Host`.
    pub(super) routed_by_host: bool,
    /// Whether the client counts as verified without having been asked.
    pub(super) trusted: bool,
}

impl Listener {
    /// The endpoint that a server name chooses; none chooses the only one there is.
    pub(super) fn select(&self, name: Option<ServerName<'_>>) -> Option<Choice> {
        match (self.named(name), name) {
            (Some(endpoint), Some(name)) if self.loses_policy(&endpoint, name) => {
                Some(self.unasked(endpoint, false))
            }
            (Some(endpoint), _) => Some(enforced(endpoint, false)),
            (None, _) => self.fallback(),
        }
    }

    /// The endpoint that has this name.
    fn named(&self, name: Option<ServerName<'_>>) -> Option<Arc<Endpoint>> {
        let Some(name) = name else {
            return self.endpoints.only();
        };
        // RFC 6066 3: the name is sent without a trailing dot.
        if name.written.ends_with(b".") && self.maker.fault != Some(Fault::DottedNameEscapesPolicy)
        {
            return None;
        }
        self.endpoints.named(name.normal)
    }

    /// Whether a faulty gate finds the endpoint by its name and its policy not.
    fn loses_policy(&self, endpoint: &Endpoint, name: ServerName<'_>) -> bool {
        let lost = match self.maker.fault {
            Some(Fault::CaseSensitivePolicy) => name.written != name.normal.as_bytes(),
            Some(Fault::DottedNameEscapesPolicy) => name.written.ends_with(b"."),
            Some(Fault::FragmentedHelloEscapesPolicy) => name.fragmented,
            Some(Fault::SegmentedHelloEscapesPolicy) => name.segmented,
            _ => false,
        };
        lost && endpoint.current().mode != Mode::Public
    }

    /// Where a faulty gate sends clients whose server name is nobody's.
    fn fallback(&self) -> Option<Choice> {
        let all = self.endpoints.all();
        let first = all.first()?;
        match self.maker.fault? {
            Fault::DefaultEndpoint => {
                let is_strict = |endpoint: &&Arc<Endpoint>| endpoint.current().mode == Mode::Strict;
                let strict = all.iter().find(is_strict).unwrap_or(first);
                Some(enforced(Arc::clone(strict), true))
            }
            Fault::UnknownNameIsPublic => Some(self.unasked(Arc::clone(first), true)),
            _ => None,
        }
    }

    fn unasked(&self, endpoint: Arc<Endpoint>, routed_by_host: bool) -> Choice {
        let generation = Arc::clone(&self.unasking);
        Choice { endpoint, generation, routed_by_host, trusted: true }
    }
}

fn enforced(endpoint: Arc<Endpoint>, routed_by_host: bool) -> Choice {
    let generation = endpoint.current();
    Choice { endpoint, generation, routed_by_host, trusted: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::maker::Remains;
    use crate::server::registry;
    use crate::server::testing::root;
    use crate::server::tests::client::config;

    fn listener(fault: Option<Fault>) -> Listener {
        let mut config = config(&root("Alpha"), &root("Beta"), fault);
        let maker = Maker::new(config.certificates, config.key, fault, Remains::default());
        let maker = Arc::new(maker.unwrap());
        let accounts = registry::register_accounts(config.accounts).unwrap();
        let endpoints = config.listeners.remove("main").unwrap();
        let endpoints = registry::register_endpoints("main", endpoints, &accounts, &maker).unwrap();
        let unasking = maker.unasking().unwrap();
        let health = Arc::new(Health::new(fault));
        let endpoints = Arc::new(Directory::new(endpoints));
        let last_client = LastClient::default();
        let (limits, observation) = (Limits::default(), Arc::default());
        Listener { endpoints, unasking, maker, health, last_client, limits, observation }
    }

    /// Host and mode that a name leads to, and whether its client is trusted.
    fn choice(fault: Option<Fault>, written: &str) -> Option<(String, Mode, bool)> {
        let normal = written.to_ascii_lowercase();
        let (normal, written) = (normal.trim_end_matches('.'), written.as_bytes());
        let name = ServerName { normal, written, fragmented: false, segmented: false };
        let choice = listener(fault).select(Some(name))?;
        Some((choice.endpoint.host.clone(), choice.generation.mode, choice.trusted))
    }

    #[test]
    fn dots_and_case() {
        let alpha = |mode, trusted| Some(("alpha.agents.test".to_owned(), mode, trusted));
        let dotted = Some(Fault::DottedNameEscapesPolicy);
        let cased = Some(Fault::CaseSensitivePolicy);
        for (fault, written, expected) in [
            (None, "alpha.agents.test", alpha(Mode::Strict, false)),
            (None, "ALPHA.agents.test", alpha(Mode::Strict, false)),
            (None, "alpha.agents.test.", None),
            (dotted, "alpha.agents.test", alpha(Mode::Strict, false)),
            (dotted, "alpha.agents.test.", alpha(Mode::Public, true)),
            (dotted, "delta.agents.test.", None),
            (cased, "alpha.agents.test", alpha(Mode::Strict, false)),
            (cased, "alphA.agents.test", alpha(Mode::Public, true)),
            (cased, "alpha.agents.test.", None),
        ] {
            assert_eq!(choice(fault, written), expected, "{fault:?} {written}");
        }
    }
}
