//! What a recipe writes once and wants many times.

use std::ops::Range;

use mtls_scenarios::{GeneralName, Name};

use super::der;
use super::error::RecipeError;

/// Octets that the DER of a name or an extension has beside its text, at least.
const HEADER: usize = 2;

/// The numbers of so many repetitions of so many octets, which must all fit in a certificate.
pub(crate) fn numbers(
    field: &'static str,
    times: usize,
    octets: usize,
) -> Result<Range<usize>, RecipeError> {
    if times.saturating_mul(octets.saturating_add(HEADER)) > der::MAX_SIZE {
        return Err(RecipeError::TooMany { field, limit: der::MAX_SIZE });
    }
    Ok(0..times)
}

/// The text of one repetition.
pub(crate) fn numbered(text: &str, number: usize) -> String {
    text.replace("{n}", &number.to_string())
}

/// The names with every repetition among them.
pub(crate) fn names(names: &[GeneralName]) -> Result<Vec<GeneralName>, RecipeError> {
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        match name {
            GeneralName::Repeat { name, times } => {
                let numbers = numbers("repeat.times", *times, text_length(name))?;
                all.extend(numbers.map(|number| numbered_name(name, number)));
            }
            name => all.push(name.clone()),
        }
    }
    Ok(all)
}

fn text_length(name: &GeneralName) -> usize {
    match name {
        GeneralName::Dns(text)
        | GeneralName::Uri(text)
        | GeneralName::Email(text)
        | GeneralName::Ip(text) => text.len(),
        GeneralName::Directory(name) => {
            name.iter().flat_map(|rdn| rdn.values()).map(String::len).sum()
        }
        GeneralName::Other { oid, value } => oid.len().saturating_add(value.len()),
        GeneralName::Repeat { .. } => 0,
    }
}

fn numbered_name(name: &GeneralName, number: usize) -> GeneralName {
    let text = |text: &String| numbered(text, number);
    match name {
        GeneralName::Dns(name) => GeneralName::Dns(text(name)),
        GeneralName::Uri(name) => GeneralName::Uri(text(name)),
        GeneralName::Email(name) => GeneralName::Email(text(name)),
        GeneralName::Ip(name) => GeneralName::Ip(text(name)),
        GeneralName::Directory(name) => GeneralName::Directory(numbered_directory(name, number)),
        GeneralName::Other { oid, value } => {
            GeneralName::Other { oid: text(oid), value: text(value) }
        }
        repeat @ GeneralName::Repeat { .. } => repeat.clone(),
    }
}

fn numbered_directory(name: &Name, number: usize) -> Name {
    let mut name = name.clone();
    for value in name.iter_mut().flat_map(|rdn| rdn.values_mut()) {
        *value = numbered(value, number);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_from_zero() {
        let name = Box::new(GeneralName::Dns("h{n}.test".to_owned()));
        let repeated = [GeneralName::Repeat { name: name.clone(), times: 2 }];
        let expected = ["h0.test", "h1.test"].map(|name| GeneralName::Dns(name.to_owned()));
        assert_eq!(names(&repeated).unwrap(), expected);
        let endless = [GeneralName::Repeat { name, times: usize::MAX }];
        assert!(matches!(names(&endless), Err(RecipeError::TooMany { .. })));
    }
}
