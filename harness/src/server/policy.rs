//! What an endpoint's sessions are bound to, and where faulty gates honour them all the same.

use mtls_scenarios::Mode;

use super::Fault;

/// The policy of one generation of an endpoint. No two generations have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    /// Number of the endpoint in its gate.
    pub(super) endpoint: u64,
    pub(super) account: Option<String>,
    pub(super) mode: Mode,
    /// How often the gate had been started again by then.
    start: u32,
    changes: Changes,
}

/// How often each part of an endpoint's policy has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Changes {
    mode: u32,
    anchors: u32,
    crls: u32,
}

/// What a new generation begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Another mode.
    Mode(Mode),
    /// Other CAs.
    Anchors,
    /// Other revocation lists.
    Crls,
    /// A gate with [`Fault::FailOpenOnBadCaFile`] gives up on verifying clients.
    FailOpen,
}

/// How a client shows which session it wants to resume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Ticket,
    SessionId,
}

impl Policy {
    /// The first of an endpoint.
    pub(super) fn first(endpoint: u64, account: Option<String>, mode: Mode) -> Self {
        Self { endpoint, account, mode, start: 0, changes: Changes::default() }
    }

    /// The same in a gate that was started again so often.
    pub(super) fn of_start(mut self, start: u32) -> Self {
        self.start = start;
        self
    }

    /// The one that follows.
    pub(super) fn after(&self, change: Change) -> Self {
        let mut next = self.clone();
        let count = match change {
            Change::Mode(mode) => {
                next.mode = mode;
                &mut next.changes.mode
            }
            Change::Anchors | Change::FailOpen => &mut next.changes.anchors,
            Change::Crls => &mut next.changes.crls,
        };
        *count = count.wrapping_add(1);
        next
    }

    /// Whether a gate with this fault resumes sessions of another policy, this one, at `here`.
    pub(super) fn is_honoured_at(&self, here: &Self, carrier: Carrier, fault: Fault) -> bool {
        let elsewhere = self.endpoint != here.endpoint;
        let (then, now) = (self.changes, here.changes);
        match fault {
            Fault::SharedTicketsAcrossAccounts => {
                let both = self.account.is_some() && here.account.is_some();
                both && self.account != here.account && self.mode == here.mode
            }
            Fault::SharedTicketsAcrossModes => elsewhere && self.mode != here.mode,
            Fault::SharedSessionCache => elsewhere && carrier == Carrier::SessionId,
            Fault::LaxTickets => {
                elsewhere
                    && self.account == here.account
                    && (self.mode, here.mode) == (Mode::Loose, Mode::Strict)
            }
            Fault::TicketsSurviveModeChange => {
                !elsewhere && (then.anchors, then.crls) == (now.anchors, now.crls)
            }
            Fault::TicketsSurviveRotation => {
                !elsewhere && (then.mode, then.crls) == (now.mode, now.crls)
            }
            Fault::TicketsSurviveRevocation => {
                !elsewhere && (then.mode, then.anchors) == (now.mode, now.anchors)
            }
            Fault::TicketsSurviveRestart => !elsewhere && self.start != here.start,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_honours_its_own_kind() {
        let strict = |endpoint, account: &str| {
            Policy::first(endpoint, Some(account.to_owned()), Mode::Strict)
        };
        let loose = Policy::first(2, Some("alpha".to_owned()), Mode::Loose);
        let public = Policy::first(3, None, Mode::Public);
        let (alpha, beta) = (strict(0, "alpha"), strict(1, "beta"));
        let pairs = [
            (&alpha, &beta, "accounts"),
            (&loose, &alpha, "modes lax"),
            (&alpha, &loose, "modes"),
            (&loose, &beta, "modes"),
            (&public, &alpha, "modes"),
            (&alpha, &strict(4, "alpha"), ""),
            (&loose, &loose.after(Change::Mode(Mode::Strict)), "mode"),
            (&alpha, &alpha.after(Change::Anchors), "rotation"),
            (&alpha, &alpha.after(Change::Crls), "revocation"),
            (&alpha, &strict(0, "alpha").of_start(1), "mode rotation revocation restart"),
            (&alpha, &alpha.after(Change::Crls).after(Change::Anchors), ""),
        ];
        for (then, here, kinds) in pairs {
            for &fault in Fault::ALL {
                let kind = match fault {
                    Fault::SharedTicketsAcrossAccounts => "accounts",
                    Fault::SharedTicketsAcrossModes => "modes",
                    Fault::LaxTickets => "lax",
                    Fault::TicketsSurviveModeChange => "mode",
                    Fault::TicketsSurviveRotation => "rotation",
                    Fault::TicketsSurviveRevocation => "revocation",
                    Fault::TicketsSurviveRestart => "restart",
                    _ => "none",
                };
                let honoured = then.is_honoured_at(here, Carrier::Ticket, fault);
                assert_eq!(
                    honoured,
                    kinds.split(' ').any(|k| k == kind),
                    "{fault}: {then:?} {here:?}"
                );
                let by_id = then.is_honoured_at(here, Carrier::SessionId, fault);
                let shared = fault == Fault::SharedSessionCache && then.endpoint != here.endpoint;
                assert_eq!(by_id, honoured || shared, "{fault}: {then:?} {here:?}");
            }
        }
    }
}
