//! Which message of the client's flight may come next.

use rustls::HandshakeType;

use super::failure::Failure;
use super::leniency::{Forgiven, Leniency};

/// A part of the client's flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `Certificate` or `CompressedCertificate`.
    Certificate,
    /// `ClientKeyExchange`.
    KeyExchange,
    /// `CertificateVerify`.
    Proof,
    /// `ChangeCipherSpec` (TLS 1.2).
    KeyChange,
    /// `Finished`.
    Finished,
}

impl Step {
    /// The step that a handshake message is.
    pub(super) const fn of(kind: HandshakeType) -> Option<Self> {
        match kind {
            HandshakeType::Certificate | HandshakeType::CompressedCertificate => {
                Some(Self::Certificate)
            }
            HandshakeType::ClientKeyExchange => Some(Self::KeyExchange),
            HandshakeType::CertificateVerify => Some(Self::Proof),
            HandshakeType::Finished => Some(Self::Finished),
            _ => None,
        }
    }
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    Take,
    /// It changes nothing but the transcript.
    PassOver,
}

/// The order of a flight, and how far it has come.
#[derive(Debug)]
pub(super) struct Order {
    steps: Vec<Step>,
    done: Vec<Step>,
    /// Steps that are not waited for.
    excused: Vec<Step>,
    /// Steps that are waited for until the next one comes.
    optional: Vec<Step>,
    forgiven: Forgiven,
    /// Whether something was left out that must come before `Finished`, and need not before application data.
    owed: bool,
    /// Whether something was forgiven that stood between the client and the application.
    pub(super) exempt: bool,
}

impl Order {
    /// These steps. A proof is due only once [`Self::need_proof`] says so.
    pub(super) fn new(steps: &[Step], forgiven: Forgiven) -> Self {
        let (steps, excused) = (steps.to_vec(), vec![Step::Proof]);
        Self {
            steps,
            done: Vec::new(),
            excused,
            optional: Vec::new(),
            forgiven,
            owed: false,
            exempt: false,
        }
    }

    /// A certificate has come that must be proved.
    pub(super) fn need_proof(&mut self) {
        self.excused.retain(|step| *step != Step::Proof);
    }

    /// A step will not come.
    pub(super) fn excuse(&mut self, step: Step) {
        self.excused.push(step);
    }

    /// A step may come or not.
    pub(super) fn make_optional(&mut self, step: Step) {
        self.optional.push(step);
    }

    /// The step that is due.
    pub(super) fn due(&self) -> Option<Step> {
        let is_open = |step: &&Step| !self.done.contains(step) && !self.excused.contains(step);
        self.steps.iter().find(is_open).copied()
    }

    /// A step has come.
    pub(super) fn meet(&mut self, step: Step) -> Result<Meeting, Failure> {
        let has = |leniency| self.forgiven.has(leniency);
        if self.owed && step == Step::Finished {
            return Err(Failure::unexpected(name(step)));
        }
        if self.due() == Some(step) {
            self.done.push(step);
            return Ok(Meeting::Take);
        }
        if self.done.contains(&step) {
            return match step {
                Step::Certificate if has(Leniency::SecondCertificate) => Ok(Meeting::Take),
                _ if has(Leniency::Repetitions) => Ok(Meeting::PassOver),
                _ => Err(repeated(step)),
            };
        }
        let too_early = !self.done.contains(&Step::Certificate) && has(Leniency::AnyOrder);
        if step == Step::Proof && self.excused.contains(&step) && !too_early {
            return self.needless_proof();
        }
        let asked = self.steps.contains(&step);
        let unasked = step == Step::Certificate && !asked && has(Leniency::UnaskedCertificate);
        if unasked || (asked && (has(Leniency::AnyOrder) || self.skips_to(step))) {
            self.done.push(step);
            return Ok(Meeting::Take);
        }
        Err(Failure::unexpected(name(step)))
    }

    /// A proof of nothing has come.
    fn needless_proof(&mut self) -> Result<Meeting, Failure> {
        if self.due() == Some(Step::Certificate) && self.forgiven.has(Leniency::NoCertificate) {
            self.excuse(Step::Certificate);
            self.exempt = true;
        }
        let came = self.done.contains(&Step::Certificate);
        self.exempt |= came && self.forgiven.has(Leniency::NeedlessProof);
        if self.exempt {
            Ok(Meeting::PassOver)
        } else {
            Err(Failure::unexpected(name(Step::Proof)))
        }
    }

    /// Whether everything that is due before a step is forgiven; it then need not come any more.
    fn skips_to(&mut self, step: Step) -> bool {
        while let Some(due) = self.due().filter(|due| *due != step) {
            if self.forgiven.has(Leniency::EarlyData) && step != Step::Finished {
                self.owed = true;
                self.excuse(due);
                continue;
            }
            let forgiven = match due {
                Step::Certificate => self.forgiven.has(Leniency::NoCertificate),
                Step::Proof => self.forgiven.has(Leniency::NoProof),
                Step::KeyChange => self.forgiven.has(Leniency::AnyKeys),
                Step::KeyExchange | Step::Finished => false,
            };
            let optional = self.optional.contains(&due);
            if !forgiven && !optional {
                return false;
            }
            self.exempt |= due == Step::Certificate && !optional;
            self.excuse(due);
        }
        true
    }
}

fn repeated(step: Step) -> Failure {
    Failure::unexpected(&format!("a second {}", name(step)))
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Certificate => "Certificate",
        Step::KeyExchange => "ClientKeyExchange",
        Step::Proof => "CertificateVerify",
        Step::KeyChange => "change_cipher_spec",
        Step::Finished => "Finished",
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Certificate, Finished, KeyChange, KeyExchange, Proof};
    use super::*;
    use crate::server::Fault;

    const TLS13: [Step; 3] = [Certificate, Proof, Finished];
    const TLS12: [Step; 5] = [Certificate, KeyExchange, Proof, KeyChange, Finished];

    /// Whether a flight is taken to its end, and whether its client was spared something.
    fn flight(steps: &[Step], flight: &[Step], fault: Option<Fault>) -> Option<bool> {
        let mut order = Order::new(steps, Forgiven::by(fault));
        for step in flight {
            if order.meet(*step).ok()? == Meeting::Take && *step == Certificate {
                order.need_proof();
            }
        }
        order.due().is_none().then_some(order.exempt)
    }

    #[test]
    fn the_right_order_is_taken_by_all() {
        for fault in [None].into_iter().chain(Fault::ALL.iter().copied().map(Some)) {
            for steps in [&TLS13[..], &TLS12] {
                assert_eq!(flight(steps, steps, fault), Some(false), "{fault:?}");
            }
        }
    }

    #[test]
    fn each_leniency_takes_its_lie_and_no_other() {
        let lies: [(&[Step], &[Step], Fault, bool); 10] = [
            (&TLS13, &[Certificate, Finished], Fault::FinishedWithoutCertificateVerify, false),
            (
                &TLS12,
                &[Certificate, KeyExchange, KeyChange, Finished],
                Fault::FinishedWithoutCertificateVerify,
                false,
            ),
            (&TLS13, &[Finished], Fault::CertificateNotRequired, true),
            (&TLS13, &[Proof, Finished], Fault::CertificateNotRequired, true),
            (&TLS12, &[KeyExchange, KeyChange, Finished], Fault::CertificateNotRequired, true),
            (&TLS13, &[Proof, Certificate, Finished], Fault::AnyMessageOrder, false),
            (&TLS13, &[Finished, Certificate, Proof], Fault::AnyMessageOrder, false),
            (
                &TLS13,
                &[Certificate, Certificate, Proof, Finished],
                Fault::SecondCertificateWins,
                false,
            ),
            (&TLS13, &[Certificate, Proof, Proof, Finished], Fault::IgnoreRepeatedMessages, false),
            (
                &TLS12,
                &[Certificate, KeyExchange, Proof, Finished],
                Fault::PlaintextHandshake,
                false,
            ),
        ];
        for (steps, lie, taken_by, exempt) in lies {
            assert_eq!(flight(steps, lie, Some(taken_by)), Some(exempt), "{taken_by} {lie:?}");
            assert_eq!(flight(steps, lie, None), None, "{lie:?}");
            for other in [Fault::IgnoreFinished, Fault::TakesUnaskedCertificate] {
                assert_eq!(flight(steps, lie, Some(other)), None, "{other} {lie:?}");
            }
        }
    }

    #[test]
    fn unasked_certificates() {
        let steps = [Proof, Finished];
        for (fault, expected) in [(None, None), (Some(Fault::TakesUnaskedCertificate), Some(false))]
        {
            assert_eq!(flight(&steps, &TLS13, fault), expected);
        }
    }
}
