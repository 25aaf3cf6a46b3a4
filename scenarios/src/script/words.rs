//! Acts in words, one line each, for people.

use std::fmt;

use super::{
    Act, Change, Compress, Delay, Edit, Encrypt, Epoch, Extra, Forgery, Fragment, HelloChange,
    Items, LengthLie, Octets, Pad, Place, Resume, Script, Segment, Send, SignedAs, Signing,
    SigningKey, Stop, Swap, Then,
};

/// `skips certificate_verify; sends finished under plaintext`; of the honest script: `tells no lie`.
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_honest() {
            return f.write_str("tells no lie");
        }
        let acts: Vec<String> = self.0.iter().map(Act::to_string).collect();
        f.write_str(&acts.join("; "))
    }
}

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|item| item.as_str()).collect();
        f.write_str(&words.join(" and "))
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skip(items) => write!(f, "skips {items}"),
            Self::Duplicate(item) => write!(f, "sends {} twice", item.as_str()),
            Self::Swap(Swap(one, other)) => {
                write!(f, "swaps {} and {}", one.as_str(), other.as_str())
            }
            Self::Send(send) => send.fmt(f),
            Self::Edit(edit) => edit.fmt(f),
            Self::Hello(change) => write!(f, "says in the ClientHello: {change}"),
            Self::SecondHello(change) => write!(f, "says in the second ClientHello: {change}"),
            Self::WeakShare => f.write_str("shows a key share of zeros"),
            Self::Sign(signing) => write!(f, "signs {signing}"),
            Self::Show(name) => write!(f, "shows {name}"),
            Self::ShowUnasked => f.write_str("shows a certificate even unasked"),
            Self::EmptyListSigned => f.write_str("sends an empty list and signs"),
            Self::Compress(compress) => compress.fmt(f),
            Self::Resume(how) => f.write_str(match how {
                Resume::Honestly => "resumes its last session",
                Resume::WithZeroSecret => "resumes its last session with a secret of zeros",
                Resume::WithWrongBinder => "resumes its last session with a wrong binder",
            }),
            Self::Encrypt(Encrypt { items, under }) => {
                write!(f, "sends {items} {}", under.in_words())
            }
            Self::Fragment(fragment) => fragment.fmt(f),
            Self::Segment(Segment { items, every, pause }) => {
                write!(f, "sends {items} in segments of {every} octets, {pause} ms apart")
            }
            Self::Coalesce(items) => write!(f, "puts {items} into one record"),
            Self::Pad(Pad { items, octets }) => write!(f, "pads {items} with {octets} octets"),
            Self::Delay(Delay { before, milliseconds }) => {
                write!(f, "waits {milliseconds} ms before {}", before.as_str())
            }
            Self::HalfClose(item) => write!(f, "half-closes before {}", item.as_str()),
            Self::Stop(stop) => stop.fmt(f),
            Self::PostHandshake(script) => write!(f, "asked after the handshake, {script}"),
            Self::Renegotiate(script) => write!(f, "renegotiates and {script}"),
        }
    }
}

impl Epoch {
    /// `under the handshake keys`.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Plaintext => "in plaintext",
            Self::Handshake => "under the handshake keys",
            Self::Application => "under the application keys",
            Self::Gate => "under the gate's own keys",
        }
    }
}

impl fmt::Display for Send {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, place, times } = self;
        let what = match what {
            Extra::Item(item) => format!("another {}", item.as_str()),
            Extra::CertificateOf(name) => format!("the certificate of {name}"),
            Extra::EmptyCertificate => "an empty certificate".to_owned(),
            Extra::KeyUpdate { request: true } => "a key_update that asks for one".to_owned(),
            Extra::KeyUpdate { request: false } => "a key_update".to_owned(),
            Extra::Handshake { kind, body } => {
                format!("a handshake message of type {kind} and {}", octets(body))
            }
            Extra::Alert { level, description } => format!("alert {description} of level {level}"),
            Extra::Record { kind, octets: contents } => {
                format!("a record of type {kind} and {}", octets(contents))
            }
            Extra::Raw(raw) => format!("{} that are no record", octets(raw)),
        };
        let (place, item) = match place {
            Place::Before(item) => ("before", item.as_str()),
            Place::After(item) => ("after", item.as_str()),
        };
        match times.get() {
            1 => write!(f, "sends {what} {place} {item}"),
            times => write!(f, "sends {what} {place} {item}, {times} times"),
        }
    }
}

/// `1 octet`, `4 octets`.
fn octets(octets: &Octets) -> String {
    match octets.0.len() {
        1 => "1 octet".to_owned(),
        count => format!("{count} octets"),
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { item, field, change } = self;
        let dot = if field.is_empty() { "" } else { "." };
        let name = format!("{}{dot}{field}", item.as_str());
        match change {
            Change::To(octets) => write!(f, "writes {} other octets into {name}", octets.0.len()),
            Change::Append(more) => write!(f, "appends {} to {name}", octets(more)),
            Change::Cut(count) => write!(f, "cuts {count} octets off {name}"),
            Change::Flip(place) => write!(f, "turns a bit over in {name}, octet {place}"),
            Change::Remove => write!(f, "leaves {name} out"),
            Change::Repeat(times) => write!(f, "has {name} {times} times"),
            Change::Length(lie) => write!(f, "says that {name} has {lie} octets"),
        }
    }
}

impl fmt::Display for LengthLie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(length) => write!(f, "{length}"),
            Self::Plus(more) => write!(f, "{more:+}"),
        }
    }
}

impl fmt::Display for HelloChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = [
            ("other versions", self.versions.is_some()),
            ("other cipher suites", self.cipher_suites.is_some()),
            ("other groups", self.groups.is_some()),
            ("other key shares", self.key_shares.is_some()),
            ("other signature algorithms", self.signature_algorithms.is_some()),
            ("another session id", self.session_id.is_some()),
            ("another session ticket", self.session_ticket.is_some()),
            ("no extended master secret", self.extended_master_secret == Some(false)),
            ("padding", self.padding.is_some()),
            ("more extensions", !self.extensions.is_empty()),
            ("fewer extensions", !self.without.is_empty()),
        ];
        let given: Vec<&str> =
            given.into_iter().filter(|(_, given)| *given).map(|(word, _)| word).collect();
        f.write_str(&given.join(", "))
    }
}

impl fmt::Display for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, scheme, announce, signed_as, transcript, forge } = self;
        let mut parts = Vec::new();
        match key {
            Some(SigningKey::Other) => parts.push("with another key".to_owned()),
            Some(SigningKey::Of(name)) => parts.push(format!("with the key of {name}")),
            None => {}
        }
        parts.extend(scheme.map(|scheme| format!("by {}", scheme.as_str())));
        parts.extend(announce.map(|scheme| format!("and calls it {}", scheme.as_str())));
        parts.extend(signed_as.as_ref().map(|signed_as| {
            match signed_as {
                SignedAs::Context(_) => "under another context",
                SignedAs::Bare => "without a context",
                SignedAs::OtherVersion => "as another version does",
            }
            .to_owned()
        }));
        parts.extend(transcript.as_ref().map(|_| "over another transcript".to_owned()));
        parts.extend(forge.as_ref().map(|forge| {
            match forge {
                Forgery::Replayed => "with the signature of its last handshake",
                Forgery::Octets(_) => "with octets of its own",
                Forgery::Numbers(_) | Forgery::Rsa(_) => "with numbers of its own",
                Forgery::CubeWithGarbage => "by a cube with garbage",
                Forgery::Der(_) => "in another encoding",
            }
            .to_owned()
        }));
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Compress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, uncompressed_length, bomb } = self;
        match bomb {
            Some(octets) => write!(f, "compresses {octets} zeros")?,
            None => f.write_str("compresses certificate")?,
        }
        write!(f, " (algorithm {algorithm})")?;
        match uncompressed_length {
            Some(lie) => write!(f, " and says that it has {lie} octets"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { items, every, after, inside, empty_between } = self;
        write!(f, "spreads {items} over records")?;
        if let Some(every) = every {
            write!(f, " of {every} octets")?;
        }
        if let Some(after) = after {
            write!(f, ", divided after {after} octets")?;
        }
        if let Some(field) = inside {
            write!(f, ", divided inside {field}")?;
        }
        if *empty_between { f.write_str(", with empty ones between") } else { Ok(()) }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, drip, then } = self;
        match drip {
            Some(pause) => write!(f, "sends {} by an octet every {pause} ms", before.as_str())?,
            None => write!(f, "stops before {}", before.as_str())?,
        }
        f.write_str(match then {
            Then::Close => " and closes",
            Then::Wait => " and waits",
            Then::LeaveOpen => " and stays",
        })
    }
}
