//! What a recipe writes once and wants many times.

use std::ops::Range;

use mtls_scenarios::{GeneralName, Name};

use super::error::RecipeError;

/// Most repetitions of a name or an extension.
const MAX_TIMES: usize = 1_000_000;

/// The numbers of so many repetitions.
pub(crate) fn numbers(field: &'static str, times: usize) -> Result<Range<usize>, RecipeError> {
    if times > MAX_TIMES {
        return Err(RecipeError::TooMany { field, limit: MAX_TIMES });
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
                let numbers = numbers("repeat.times", *times)?;
                all.extend(numbers.map(|number| numbered_name(name, number)));
            }
            name => all.push(name.clone()),
        }
    }
    Ok(all)
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
