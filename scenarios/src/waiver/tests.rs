use std::path::Path;

use super::read::Reading;
use super::{PlacedWaiver, ReadWaiversError};
use crate::{Date, Library};

fn today() -> Date {
    "2026-03-01".parse().unwrap()
}

fn read(text: &str) -> Result<Vec<PlacedWaiver>, ReadWaiversError> {
    let library = Library::embedded().unwrap();
    let mut reading = Reading::new(&library, today());
    reading.file(Path::new("w.json"), text);
    reading.finish()
}

const GOOD: &str = r#"{
      "cases": "certificate/expired@loose,*",
      "target": "nginx",
      "version": "nginx/1.22.*",
      "discrepancy": "unexpected-acceptance",
      "reason": "Behind the gate stands another.",
      "references": ["https://nginx.org/en/docs/"],
      "owner": "platform",
      "expires": "2026-06-01"
    }"#;

fn file(waivers: &[&str]) -> String {
    format!("{{\n  \"waivers\": [\n    {}\n  ]\n}}\n", waivers.join(",\n    "))
}

#[test]
fn a_waiver_knows_its_place_and_reach() {
    let other = GOOD.replace("expired@loose,*", "expired@strict,tls1.3,p256");
    let waivers = read(&file(&[GOOD, &other])).unwrap_or_else(|e| panic!("{e}"));
    let places: Vec<_> = waivers.iter().map(|placed| placed.place.as_str()).collect();
    assert_eq!(places, ["w.json:3", "w.json:13"]);
    assert!(waivers[0].covers > 1);
    assert_eq!(waivers[1].covers, 1);
}

#[test]
fn targets_versions_and_days_are_compared() {
    let waiver = read(&file(&[GOOD])).unwrap().remove(0).waiver;
    assert!(waiver.is_about("nginx", Some("nginx/1.22.1")));
    assert!(!waiver.is_about("nginx", Some("nginx/1.24.0")));
    assert!(!waiver.is_about("nginx", None));
    assert!(!waiver.is_about("haproxy", Some("nginx/1.22.1")));
    assert!(!waiver.is_expired(waiver.expires), "it holds on its last day");
    assert!(waiver.is_expired(waiver.expires.plus_days(1)));
}

#[test]
fn mistakes_are_located() {
    let change = |from: &str, to: &str| file(&[&GOOD.replace(from, to)]);
    for (text, expected) in [
        (change("\"owner\"", "\"ownr\""), "w.json:10:12: unknown field `ownr`"),
        (
            change("unexpected-acceptance", "unexpected-acceptence"),
            "did you mean `unexpected-acceptance`?",
        ),
        (change("certificate/expired@loose,*", "!certificate/expired"), "w.json:4:"),
        (change("certificate/expired@loose,*", "!certificate/expired"), "no `!` here"),
        (change("certificate/expired@loose,*", ""), "the pattern is empty"),
        (
            change("certificate/expired@", "certificate/expird@"),
            "w.json:4:7: `certificate/expird@loose,*` covers no case",
        ),
        (
            change("certificate/expired@", "certificate/expird@"),
            "did you mean `certificate/expired`?",
        ),
        (
            change("expired@loose,*", "expired@lose,*"),
            "`mtls-harness list --cases` shows all cases",
        ),
        (change("\"nginx\"", "\"ngnix\""), "w.json:5:7: unknown target `ngnix`"),
        (change("\"nginx\"", "\"ngnix\""), "did you mean `nginx`?"),
        (change("\"nginx\"", "\"\""), "unknown target ``"),
        (change("nginx/1.22.*", " "), "w.json:6:7: the version is empty"),
        (change("Behind the gate stands another.", "  "), "w.json:8:7: `reason` is empty"),
        (
            change("Behind the gate", "FILL IN: the gate"),
            "w.json:8:7: `reason` is as the draft left it",
        ),
        (change("https://nginx.org/en/docs/", ""), "w.json:9:7: `references` is empty"),
        (change("\"platform\"", "\"FILL IN\""), "w.json:10:7: `owner` is as the draft left it"),
        (change("2026-06-01", "2026-06-31"), "w.json:11:"),
        (change("2026-06-01", "2026-06-31"), "`2026-06-31` is not a date: write `2027-01-31`"),
        (
            change("2026-06-01", "2028-06-01"),
            "w.json:11:7: 2028-06-01 is more than two years ahead",
        ),
        (change(",\n      \"expires\": \"2026-06-01\"", ""), "missing field `expires`"),
        (file(&[GOOD, GOOD]), "w.json:14:7: this waiver says the same as that at w.json:3"),
        (file(&["{}"]).replace("waivers", "waiver"), "did you mean `waivers`?"),
    ] {
        match read(&text) {
            Err(ReadWaiversError::Load(error)) => {
                assert!(error.to_string().contains(expected), "{expected}\n{error}");
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn a_target_of_ones_own_is_not_known_by_name() {
    for target in ["./mine.json", "https://127.0.0.1:8443"] {
        read(&file(&[&GOOD.replace("\"nginx\"", &format!("\"{target}\""))])).unwrap();
    }
}

#[test]
fn a_wide_waiver_is_told_apart_from_a_malformed_one() {
    let wide = GOOD.replace("certificate/expired@loose,*", "certificate/*@loose,*");
    let error = read(&file(&[GOOD, &wide])).unwrap_err();
    assert!(matches!(error, ReadWaiversError::TooWide(_)), "{error}");
    let shown = error.to_string();
    assert!(
        shown.starts_with("w.json:14:7: waiver `certificate/*@loose,*` is too wide"),
        "{shown}"
    );
    let both = read(&file(&[&wide.replace("platform", "")])).unwrap_err();
    assert!(matches!(both, ReadWaiversError::Load(_)), "{both}");
}
