//! `GeneralName` (RFC 5280 4.2.1.6) and the subtrees of name constraints (4.2.1.10).

use std::net::IpAddr;

use mtls_scenarios::{GeneralName, NameConstraints, StringType};

use super::der::{Node, Tag};
use super::error::RecipeError;
use super::name;
use super::oid::Oid;
use super::repeat;

/// `GeneralNames` of a `subjectAltName`.
pub(crate) fn subject_alt_name(names: &[GeneralName]) -> Result<Node, RecipeError> {
    let names = repeat::names(names)?;
    let names = names.iter().map(|name| general_name(name, address(name)));
    Ok(Node::sequence(names.collect::<Result<_, _>>()?))
}

/// `NameConstraints`.
pub(crate) fn name_constraints(constraints: &NameConstraints) -> Result<Node, RecipeError> {
    let mut trees = Vec::new();
    for (tag, names) in [(0, &constraints.permitted), (1, &constraints.excluded)] {
        if names.is_empty() {
            continue;
        }
        // The bases stand alone: minimum is 0, the default, and maximum absent.
        let subtrees = repeat::names(names)?
            .iter()
            .map(|name| Ok(Node::sequence(vec![general_name(name, subnet(name))?])))
            .collect::<Result<_, RecipeError>>()?;
        trees.push(Node::values(Tag::context(tag).constructed(), subtrees));
    }
    Ok(Node::sequence(trees))
}

fn general_name(general: &GeneralName, ip: Option<Vec<u8>>) -> Result<Node, RecipeError> {
    match general {
        GeneralName::Other { oid, value } => {
            let value = Node::octets(Tag::UTF8_STRING, value.as_str());
            let value = Node::values(Tag::context(0).constructed(), vec![value]);
            Ok(Node::values(Tag::context(0).constructed(), vec![Oid::parse(oid)?.to_node(), value]))
        }
        GeneralName::Email(text) => name::ascii(Tag::context(1), "rfc822Name", text),
        GeneralName::Dns(text) => name::ascii(Tag::context(2), "dNSName", text),
        // Name is a CHOICE, so the tag is explicit (X.680 31.2.7).
        GeneralName::Directory(directory) => {
            let directory = name::to_node(directory, StringType::Utf8)?;
            Ok(Node::values(Tag::context(4).constructed(), vec![directory]))
        }
        GeneralName::Uri(text) => name::ascii(Tag::context(6), "uniformResourceIdentifier", text),
        GeneralName::Ip(text) => {
            let octets = ip.ok_or_else(|| RecipeError::Address(text.clone()))?;
            Ok(Node::octets(Tag::context(7), octets))
        }
        GeneralName::Repeat { .. } => Err(RecipeError::NestedRepeat),
    }
}

/// The octets of an address, where the name is one.
fn address(general: &GeneralName) -> Option<Vec<u8>> {
    let GeneralName::Ip(text) = general else {
        return None;
    };
    text.parse().ok().map(octets)
}

/// The octets of an address and a mask, where the name is an address with a prefix length.
fn subnet(general: &GeneralName) -> Option<Vec<u8>> {
    let GeneralName::Ip(text) = general else {
        return None;
    };
    let (address, prefix) = text.split_once('/')?;
    let mut octets = octets(address.parse().ok()?);
    let prefix = prefix.parse::<usize>().ok().filter(|prefix| *prefix <= octets.len() * 8)?;
    let mask: Vec<u8> = (0..octets.len())
        .map(|octet| {
            let ones = prefix.saturating_sub(octet * 8).min(8);
            u8::try_from(0xff00_u32 >> ones & 0xff).unwrap_or(0)
        })
        .collect();
    octets.extend(mask);
    Some(octets)
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_masks() {
        let mask = |text: &str| subnet(&GeneralName::Ip(text.to_owned()));
        assert_eq!(mask("10.0.0.0/8").unwrap(), [10, 0, 0, 0, 255, 0, 0, 0]);
        assert_eq!(mask("10.1.2.0/23").unwrap(), [10, 1, 2, 0, 255, 255, 254, 0]);
        assert_eq!(mask("0.0.0.0/0").unwrap(), [0; 8]);
        assert_eq!(mask("2001:db8::/33").unwrap()[16..22], [255, 255, 255, 255, 128, 0]);
        for bad in ["10.0.0.0", "10.0.0.0/33", "x/8", "10.0.0.0/-1"] {
            assert!(mask(bad).is_none(), "{bad}");
        }
    }
}
