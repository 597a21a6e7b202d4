//! Whether a token is still good: decodable, and within its time. Nothing else is checked.

use serde_json::{Map, Value, json};

use crate::bindings::jwt::{Kind, Validity};
use crate::command::format::{Format, structured};
use crate::output::civil_time;
use crate::output::error::Error;
use crate::output::printable::printable;
use crate::output::{Outcome, Output};
use crate::token::inspection::{Inspection, shown};
use crate::token::source::FoundToken;

/// Claims that scripts read at the top of the document.
const COPIED: [&str; 8] = ["exp", "iat", "aud", "scp", "roles", "appid", "azp", "tid"];

pub(super) fn run(found: &FoundToken, format: Option<Format>, output: &Output) -> Outcome {
    let inspection = Inspection::decode(&found.text)?;
    if inspection.decoded.kind == Kind::Encrypted {
        return Err(Error::bad_arguments(
            "cannot decrypt token: its times are encrypted with its claims",
            "only the API that the token is meant for can tell whether it is valid",
        ));
    }
    let format = format.unwrap_or(if output.stdout_is_terminal() {
        Format::Text
    } else {
        Format::Json
    });
    if !output.is_quiet() {
        let text = structured(&document(&inspection, found), format)
            .unwrap_or_else(|| page(&inspection, found, output));
        output.result(&text)?;
    }
    Ok(inspection.verdict())
}

fn document(inspection: &Inspection, found: &FoundToken) -> Value {
    let decoded = &inspection.decoded;
    let mut document = Map::new();
    let members = [
        ("valid", json!(is_valid(decoded.validity))),
        ("format", json!("JWT")),
        ("type", json!("Bearer")),
        (
            "expires_at",
            json!(decoded.expires_at.map(civil_time::rfc3339)),
        ),
        ("expires_in", json!(decoded.expires_in)),
        ("expired", json!(inspection.is_expired())),
        ("profile", json!(found.profile)),
    ];
    let remarks = (!decoded.remarks.is_empty()).then(|| ("remarks", json!(decoded.remarks)));
    for (name, value) in members.into_iter().chain(remarks) {
        document.insert(name.to_owned(), value);
    }
    for name in COPIED {
        if let Some(value) = claim(inspection, name) {
            document.insert(name.to_owned(), value.clone());
        }
    }
    document.into()
}

fn page(inspection: &Inspection, found: &FoundToken, output: &Output) -> String {
    let decoded = &inspection.decoded;
    let status = match decoded.validity {
        Validity::Valid => "Valid".to_owned(),
        Validity::Expired => output.alarm("Expired"),
        Validity::NotYetValid => output.alarm("Not yet valid"),
        Validity::Unknown => "Valid; it names no expiry".to_owned(),
        Validity::Unreadable => output.alarm("Not valid: one of its times cannot be read"),
    };
    let remaining = decoded.expires_in.map(|left| match u64::try_from(left) {
        Ok(left) => civil_time::span(left),
        Err(_) => format!("none: it expired {}", civil_time::relative(left)),
    });
    let claim = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| claim(inspection, name))
            .map(shown)
    };
    let facts = [
        ("Token Status", Some(status)),
        ("Format", Some("JWT".to_owned())),
        ("Type", Some("Bearer".to_owned())),
        ("Issued", decoded.issued_at.map(civil_time::readable)),
        (
            "Not Before",
            decoded
                .not_before
                .map(civil_time::readable)
                .filter(|_| decoded.validity == Validity::NotYetValid),
        ),
        ("Expires", decoded.expires_at.map(civil_time::readable)),
        ("Remaining", remaining),
        ("Profile", found.profile.clone()),
        ("Audience", claim(&["aud"])),
        ("Scopes", claim(&["scp"])),
        ("Roles", claim(&["roles"])),
        ("Application ID", claim(&["appid", "azp"])),
        ("Tenant ID", claim(&["tid"])),
    ];
    let lines = facts
        .into_iter()
        .filter_map(|(label, fact)| Some(format!("{label}: {}", fact?)));
    let caveat =
        "Only its times were checked: not the signature, the issuer or the audience.".to_owned();
    let remarks = decoded.remarks.iter();
    let remarks = remarks.map(|remark| format!("Remark: {}", printable(remark)));
    lines
        .chain(remarks)
        .chain([caveat])
        .collect::<Vec<_>>()
        .join("\n")
}

fn claim<'a>(inspection: &'a Inspection, name: &str) -> Option<&'a Value> {
    inspection.claims.as_ref()?.get(name)
}

fn is_valid(validity: Validity) -> bool {
    matches!(validity, Validity::Valid | Validity::Unknown)
}
