//! Name constraints (RFC 5280 4.2.1.10).

use super::check::{Check, Checks};
use super::der::{Notes, Reader, tag};
use super::general_name::{self, GeneralName};
use super::matching::{self, List};
use super::name::Name;
use super::refusal::{Malformed, Refusal};

/// Comparisons of a name with a subtree that one client is granted.
const MAX_COMPARISONS: u32 = 100_000;

/// What comparing the names of one client may cost, and what comes of those that cannot be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    comparisons_left: u32,
    unclear_passes: bool,
}

impl Limits {
    pub(super) const fn new(checks: Checks) -> Self {
        Self {
            comparisons_left: MAX_COMPARISONS,
            unclear_passes: !checks.has(Check::ComparableNames),
        }
    }

    fn spend(&mut self) -> Result<(), Refusal> {
        self.comparisons_left = self.comparisons_left.checked_sub(1).ok_or(Refusal::TooMuchWork)?;
        Ok(())
    }
}

/// The extension: contents of its two lists of subtrees.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NameConstraints<'a> {
    permitted: &'a [u8],
    excluded: &'a [u8],
}

impl<'a> NameConstraints<'a> {
    pub(super) fn read(value: &mut Reader<'a, '_>) -> Result<Self, Malformed> {
        let mut fields = value.sequence("nameConstraints")?;
        let mut list = |number| -> Result<&'a [u8], Malformed> {
            match fields.optional(tag::constructed(number), "GeneralSubtrees")? {
                None => Ok(&[]),
                Some(list) => {
                    check_subtrees(fields.inside(list))?;
                    Ok(list.value)
                }
            }
        };
        let constraints = Self { permitted: list(0)?, excluded: list(1)? };
        fields.finish("nameConstraints")?;
        Ok(constraints)
    }

    /// Subtrees in both lists.
    pub(super) fn len(&self) -> usize {
        subtrees(self.permitted).count().saturating_add(subtrees(self.excluded).count())
    }

    /// Holds the names of a certificate against the constraints (RFC 5280 6.1.3 (b), (c)).
    ///
    /// A name of a form that this validator does not know is refused where the constraints speak of that form.
    pub(super) fn check(
        &self,
        subject: Name<'_>,
        alt_names: Option<&[u8]>,
        limits: &mut Limits,
    ) -> Result<(), Refusal> {
        if !subject.is_empty() {
            self.check_name(GeneralName::Directory(subject), limits)?;
        }
        let mut has_email = false;
        for name in general_name::iterate(alt_names.unwrap_or_default()) {
            has_email |= matches!(name, GeneralName::Email(_));
            self.check_name(name, limits)?;
        }
        if !has_email {
            for email in subject.email_addresses() {
                self.check_name(GeneralName::Email(email), limits)?;
            }
        }
        Ok(())
    }

    fn check_name(&self, name: GeneralName<'_>, limits: &mut Limits) -> Result<(), Refusal> {
        for base in subtrees(self.excluded) {
            limits.spend()?;
            match compare(name, base, List::Excluded) {
                Relation::OtherForm | Relation::Outside => {}
                Relation::Unclear if limits.unclear_passes => {}
                // What cannot be compared may well be excluded.
                Relation::Inside | Relation::Unclear => return Err(Refusal::NameConstraints),
            }
        }
        let mut constrained = false;
        for base in subtrees(self.permitted) {
            limits.spend()?;
            match compare(name, base, List::Permitted) {
                Relation::OtherForm => {}
                Relation::Inside => return Ok(()),
                Relation::Unclear if limits.unclear_passes => return Ok(()),
                Relation::Outside | Relation::Unclear => constrained = true,
            }
        }
        if constrained { Err(Refusal::NameConstraints) } else { Ok(()) }
    }
}

/// How a name lies to a subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// They are of different forms: the subtree says nothing about the name.
    OtherForm,
    Inside,
    Outside,
    /// It cannot be said.
    Unclear,
}

fn compare(name: GeneralName<'_>, base: GeneralName<'_>, list: List) -> Relation {
    let inside = match (name, base) {
        (GeneralName::Dns(name), GeneralName::Dns(base)) => matching::dns(name, base, list),
        (GeneralName::Ip(name), GeneralName::Ip(base)) => matching::ip(name, base),
        (GeneralName::Email(name), GeneralName::Email(base)) => matching::email(name, base),
        (GeneralName::Uri(name), GeneralName::Uri(base)) => matching::uri(name, base),
        (GeneralName::Directory(name), GeneralName::Directory(base)) => Some(name.is_within(base)),
        (GeneralName::Other(name), GeneralName::Other(base)) if name.tag == base.tag => None,
        _ => return Relation::OtherForm,
    };
    match inside {
        Some(true) => Relation::Inside,
        Some(false) => Relation::Outside,
        None => Relation::Unclear,
    }
}

fn check_subtrees(mut list: Reader<'_, '_>) -> Result<(), Malformed> {
    if list.is_empty() {
        return Err(Malformed::new("GeneralSubtrees"));
    }
    while !list.is_empty() {
        let mut fields = list.sequence("GeneralSubtree")?;
        let base = GeneralName::read(&mut fields, "base")?;
        // RFC 5280: minimum is zero and maximum absent, in every name form.
        fields.finish("GeneralSubtree")?;
        if let GeneralName::Ip(octets) = base {
            matching::check_ip_base(octets).ok_or(Malformed::new("iPAddress"))?;
        }
    }
    Ok(())
}

fn subtrees(content: &[u8]) -> impl Iterator<Item = GeneralName<'_>> {
    let mut rest = content;
    std::iter::from_fn(move || {
        let notes = Notes::default();
        let subtree = Reader::new(rest, &notes).any("GeneralSubtree").ok()?;
        rest = rest.get(subtree.raw.len()..)?;
        GeneralName::read(&mut Reader::new(subtree.value, &notes), "base").ok()
    })
}
