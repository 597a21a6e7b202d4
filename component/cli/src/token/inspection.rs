//! A token taken apart, as a document for programs and as a page for people.

use serde_json::{Map, Value};

use crate::bindings::jwt::{self, Decoded, Kind, Validity};
use crate::output::Output;
use crate::output::civil_time;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::printable::printable;
use crate::output::wrapped::wrapped;
use crate::token::facts;
use crate::token::judgement::Judgement;
use crate::token::unreadable::{no_token, opaque, undecodable};

/// Claims that hold a time (RFC 7519 section 4.1, OpenID Connect Core section 2, and Entra's own).
const TIMES: [&str; 5] = ["iat", "nbf", "exp", "auth_time", "xms_tcdt"];

/// What a token's document has besides copies of the claims.
const PARTS: [&str; 7] = [
    "header",
    "payload",
    "signature",
    "expires_in",
    "expired",
    "verification",
    "remarks",
];

/// Where a fact stands in its line, behind its label.
const FACT: usize = 13;

/// A token taken apart, its parts read as JSON.
pub(crate) struct Inspection {
    pub(crate) decoded: Decoded,
    pub(crate) header: Option<Map<String, Value>>,
    pub(crate) claims: Option<Map<String, Value>>,
    /// Whether an API would take it, if that was asked.
    pub(crate) judgement: Option<Judgement>,
}

impl Inspection {
    /// Take a token apart. Fails for one that is no JWT.
    pub(crate) fn decode(token: &str) -> Result<Self, Error> {
        if token.is_empty() {
            return Err(no_token());
        }
        let decoded = jwt::decode(token).map_err(|error| undecodable(token, error))?;
        match decoded.kind {
            Kind::Opaque => Err(opaque(token)),
            Kind::Encrypted | Kind::Signed => Ok(Self::new(decoded)),
        }
    }

    fn new(decoded: Decoded) -> Self {
        let object = |text: &Option<String>| serde_json::from_str(text.as_deref()?).ok();
        Self {
            header: object(&decoded.header),
            claims: object(&decoded.claims),
            decoded,
            judgement: None,
        }
    }

    /// An expired token fails, because scripts ask whether a stored one is still good; one that is judged fails when it is refused.
    pub(crate) fn verdict(&self) -> ExitCode {
        match (&self.judgement, self.decoded.validity) {
            (Some(judgement), _) if judgement.is_accepted() => ExitCode::Done,
            (Some(_), _) => ExitCode::General,
            (None, Validity::Valid | Validity::Unknown) => ExitCode::Done,
            (None, Validity::Expired | Validity::NotYetValid | Validity::Unreadable) => {
                ExitCode::General
            }
        }
    }

    /// Every claim once, for a person who reads JSON.
    pub(crate) fn parts(&self) -> Value {
        let mut document = self.document();
        if let Some(members) = document.as_object_mut() {
            members.retain(|name, _| PARTS.contains(&name.as_str()));
        }
        document
    }

    /// How long, for which API, for whom, and with which rights: what most people look for.
    pub(crate) fn summary(&self, output: &Output) -> Vec<String> {
        let mut lines = Vec::new();
        if self.decoded.kind == Kind::Signed {
            let status = format!("Status:      {}", self.status(output));
            lines.push(wrapped(&status, FACT, output.width()));
        }
        if let Some(claims) = &self.claims {
            let facts = facts::short(claims);
            let fitted = |fact: &String| wrapped(&printable(fact), FACT, output.width());
            lines.extend(facts.iter().map(fitted));
        }
        lines
    }

    fn status(&self, output: &Output) -> String {
        let until = |at: Option<i64>| at.map(civil_time::readable).unwrap_or_default();
        let left = self.decoded.expires_in.unwrap_or_default();
        match self.decoded.validity {
            Validity::Valid => format!(
                "valid for {}, until {}",
                civil_time::span(u64::try_from(left).unwrap_or_default()),
                until(self.decoded.expires_at)
            ),
            Validity::Expired => output.alarm(&format!("expired {}", civil_time::relative(left))),
            Validity::NotYetValid => output.alarm(&format!(
                "not valid before {}",
                until(self.decoded.not_before)
            )),
            Validity::Unknown => "the token names no expiry".to_owned(),
            Validity::Unreadable => output.alarm("not valid: one of its times cannot be read"),
        }
    }

    /// All claims at the top, and besides them the parts under reserved names: published scripts
    /// read `.exp` as well as `.payload.exp`. A claim of a reserved name is found in `payload`.
    pub(crate) fn document(&self) -> Value {
        let part =
            |part: &Option<Map<String, Value>>| part.clone().map_or(Value::Null, Value::from);
        let mut document = self.claims.clone().unwrap_or_default();
        for (name, value) in [
            ("header", part(&self.header)),
            ("payload", part(&self.claims)),
            ("signature", Value::from(self.decoded.signature.clone())),
            ("expires_in", Value::from(self.decoded.expires_in)),
            ("expired", self.is_expired().into()),
        ] {
            set(&mut document, name, value);
        }
        if let Some(judgement) = &self.judgement {
            set(&mut document, "verification", judgement.document());
        }
        if !self.decoded.remarks.is_empty() {
            set(
                &mut document,
                "remarks",
                self.decoded.remarks.clone().into(),
            );
        }
        Value::from(document)
    }

    /// Who made it, as it says.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.claims.as_ref()?.get("iss")?.as_str()
    }

    /// Nothing where nobody can say.
    pub(crate) fn is_expired(&self) -> Option<bool> {
        let validity = self.decoded.validity;
        (validity != Validity::Unreadable).then_some(validity == Validity::Expired)
    }

    /// The page.
    pub(crate) fn page(&self, output: &Output) -> String {
        let mut lines = self.summary(output);
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("Token Type: {}", self.kind()));
        if let Some(algorithm) = self.header.as_ref().and_then(|header| header.get("alg")) {
            lines.push(format!("Algorithm:  {}", shown(algorithm)));
        }
        for (title, section) in [("Header:", &self.header), ("Claims:", &self.claims)] {
            if let Some(members) = section {
                lines.push(String::new());
                lines.push(output.heading(title));
                lines.extend(self::section(members));
            }
        }
        let expiration = self.expiration();
        if self.decoded.kind == Kind::Signed && !expiration.is_empty() {
            lines.push(String::new());
            lines.push(output.heading("Expiration:"));
            lines.extend(expiration);
        }
        if let (Some(header), Some(claims)) = (&self.header, &self.claims) {
            let facts = facts::long(header, claims);
            if !facts.is_empty() {
                lines.push(String::new());
                lines.push(output.heading("In words:"));
                let fitted = |fact: &String| {
                    let line = format!("  {}", printable(fact));
                    wrapped(&line, FACT + 2, output.width())
                };
                lines.extend(facts.iter().map(fitted));
            }
        }
        if !self.decoded.remarks.is_empty() {
            lines.push(String::new());
            lines.push(output.heading("Remarks:"));
            let remarks = self.decoded.remarks.iter();
            lines.extend(remarks.map(|remark| {
                let line = format!("  {}", printable(remark));
                wrapped(&line, 2, output.width())
            }));
        }
        lines.push(String::new());
        match &self.judgement {
            Some(judgement) => {
                lines.push(output.heading("Verification:"));
                let fitted = |line: String| wrapped(&line, FACT + 2, output.width());
                lines.extend(judgement.lines(output).into_iter().map(fitted));
            }
            None => lines.push(wrapped(self.caveat(), 0, output.width())),
        }
        lines.join("\n")
    }

    fn kind(&self) -> &'static str {
        match self.decoded.kind {
            Kind::Signed => "JWT, signed",
            Kind::Encrypted => "JWT, encrypted",
            Kind::Opaque => "opaque",
        }
    }

    fn caveat(&self) -> &'static str {
        match self.decoded.kind {
            Kind::Signed if self.is_sealed_for_graph() => {
                "The signature was not verified. It fits only for Microsoft Graph, which replaces the header's `nonce` first: that it fails elsewhere is no sign of forgery."
            }
            Kind::Signed => {
                "The signature was not verified: anybody could have written these claims."
            }
            Kind::Encrypted => {
                "The claims are encrypted: only the API that the token is meant for can read them."
            }
            Kind::Opaque => "Only the API that the token is meant for can read it.",
        }
    }

    /// Microsoft Graph signs another `nonce` than the header shows, so that nobody else takes its tokens.
    fn is_sealed_for_graph(&self) -> bool {
        let header = self.header.as_ref();
        header.is_some_and(|header| header.contains_key("nonce"))
    }

    fn expiration(&self) -> Vec<String> {
        let decoded = &self.decoded;
        // The decoder read the clock; what it calls now is the expiry less what was left.
        let now = match (decoded.expires_at, decoded.expires_in) {
            (Some(at), Some(left)) => at.saturating_sub(left),
            _ => civil_time::now(),
        };
        [
            ("Issued At: ", decoded.issued_at),
            ("Not Before:", decoded.not_before),
            ("Expires At:", decoded.expires_at),
        ]
        .into_iter()
        .filter_map(|(label, at)| Some((label, at?)))
        .map(|(label, at)| {
            let distance = civil_time::relative(at.saturating_sub(now));
            format!("  {label} {} ({distance})", civil_time::readable(at))
        })
        .collect()
    }
}

/// A claim of that name would keep its place.
fn set(document: &mut Map<String, Value>, name: &str, value: Value) {
    document.shift_remove(name);
    document.insert(name.to_owned(), value);
}

/// One line a member.
pub(crate) fn section(members: &Map<String, Value>) -> Vec<String> {
    members
        .iter()
        .map(|(name, value)| {
            let time = value
                .as_i64()
                .filter(|_| TIMES.contains(&name.as_str()))
                .map(|at| format!(" ({})", civil_time::readable(at)));
            let time = time.unwrap_or_default();
            format!("  {}: {}{time}", printable(name), shown(value))
        })
        .collect()
}

/// Texts bare, lists of them joined by commas, the rest as JSON.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => printable(text),
        Value::Array(items) if !items.iter().any(|item| item.is_object() || item.is_array()) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            items.join(", ")
        }
        other => printable(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Verbosity;
    use serde_json::json;

    fn inspection(claims: &Value, validity: Validity, left: Option<i64>) -> Inspection {
        Inspection::new(Decoded {
            kind: Kind::Signed,
            header: Some(r#"{"typ":"JWT","alg":"RS256"}"#.to_owned()),
            claims: Some(claims.to_string()),
            signature: Some("c2ln".to_owned()),
            issued_at: None,
            not_before: None,
            expires_at: left.map(|_| 1_766_935_800),
            expires_in: left,
            validity,
            remarks: Vec::new(),
        })
    }

    #[test]
    fn only_a_usable_token_succeeds() {
        for (validity, expected) in [
            (Validity::Valid, ExitCode::Done),
            (Validity::Unknown, ExitCode::Done),
            (Validity::Expired, ExitCode::General),
            (Validity::NotYetValid, ExitCode::General),
            (Validity::Unreadable, ExitCode::General),
        ] {
            let inspection = inspection(&json!({}), validity, None);
            assert_eq!(inspection.verdict(), expected);
        }
    }

    #[test]
    fn a_token_for_graph_is_not_called_forged() {
        let mut graph = inspection(&json!({}), Validity::Valid, None);
        graph.header = json!({"alg": "RS256", "nonce": "x"}).as_object().cloned();
        let page = graph.page(&Output::new(Verbosity::Normal, true));
        assert!(page.contains("no sign of forgery"), "{page}");
        assert!(!page.contains("anybody could"), "{page}");
    }

    #[test]
    fn claims_stand_at_the_top_and_under_payload() {
        let claims = json!({"aud": "api://x", "exp": 1_766_935_800, "roles": ["a"]});
        let document = inspection(&claims, Validity::Valid, Some(60)).document();
        assert_eq!(
            document.to_string(),
            json!({
                "aud": "api://x", "exp": 1_766_935_800, "roles": ["a"],
                "header": {"typ": "JWT", "alg": "RS256"},
                "payload": claims,
                "signature": "c2ln", "expires_in": 60, "expired": false
            })
            .to_string()
        );
    }

    #[test]
    fn a_person_reads_each_claim_once() {
        let claims = json!({"aud": "api://x", "roles": ["a"]});
        let parts = inspection(&claims, Validity::Valid, Some(60)).parts();
        assert_eq!(parts["payload"], claims);
        assert_eq!(parts.to_string().matches("api://x").count(), 1);
        assert_eq!(parts["expires_in"], 60);
    }

    #[test]
    fn the_summary_says_how_long_for_what_and_with_which_rights() {
        let claims = json!({"aud": "api://x", "roles": ["a"]});
        let output = Output::new(Verbosity::Normal, true);
        for (validity, left, expected) in [
            (
                Validity::Valid,
                Some(180),
                "valid for 3 minutes, until 2025-12-28 15:30:00 UTC",
            ),
            (Validity::Expired, Some(-180), "expired 3 minutes ago"),
            (Validity::Unknown, None, "names no expiry"),
        ] {
            let lines = inspection(&claims, validity, left).summary(&output);
            assert!(lines[0].contains(expected), "{lines:?}");
            assert_eq!(lines.len(), 3, "{lines:?}");
        }
    }

    #[test]
    fn reserved_names_win_over_claims() {
        let claims = json!({"header": "h", "expired": "no", "sub": "s"});
        let document = inspection(&claims, Validity::Expired, Some(-5)).document();
        assert_eq!(document["header"]["alg"], "RS256");
        assert_eq!(document["expired"], true);
        assert_eq!(document["expires_in"], -5);
        assert_eq!(document["payload"], claims);
        assert_eq!(document["sub"], "s");
    }

    #[test]
    fn what_is_odd_is_remarked_on_and_no_claim_hides_it() {
        let mut odd = inspection(&json!({"remarks": "none"}), Validity::Unreadable, None);
        odd.decoded.remarks = vec!["`exp` is no time".to_owned()];
        let document = odd.document();
        assert_eq!(document["expired"], Value::Null);
        assert_eq!(document["remarks"], json!(["`exp` is no time"]));
        let page = odd.page(&Output::new(Verbosity::Normal, true));
        assert!(page.contains("Remarks:\n  `exp` is no time"), "{page}");
        assert!(page.contains("not valid"), "{page}");
    }

    #[test]
    fn numbers_are_shown_as_they_were_written() {
        let mut exact = inspection(&json!({}), Validity::Valid, None);
        let text = r#"{"a":1.0,"b":123456789012345678901234567890,"c":-0}"#;
        exact.claims = serde_json::from_str(text).ok();
        assert_eq!(exact.document()["payload"].to_string(), text);
    }

    #[test]
    fn a_token_without_expiry_is_not_expired() {
        let document = inspection(&json!({}), Validity::Unknown, None).document();
        assert_eq!(document["expires_in"], Value::Null);
        assert_eq!(document["expired"], false);
    }

    #[test]
    fn an_encrypted_token_has_no_claims() {
        let mut encrypted = inspection(&json!({}), Validity::Unknown, None);
        encrypted.decoded.kind = Kind::Encrypted;
        encrypted.claims = None;
        encrypted.decoded.signature = None;
        assert_eq!(encrypted.document()["payload"], Value::Null);
        let page = encrypted.page(&Output::new(Verbosity::Normal, true));
        assert!(page.contains("The claims are encrypted"), "{page}");
        assert!(!page.contains("Expiration"), "{page}");
    }

    #[test]
    fn the_page_is_for_people() {
        let claims = json!({"aud": "api://x", "roles": ["a", "b"], "exp": 1_766_935_800,
            "name": "\u{1b}[31mEve", "cnf": {"kid": 1}});
        let page = inspection(&claims, Validity::Expired, Some(-180))
            .page(&Output::new(Verbosity::Normal, true));
        assert_eq!(
            page,
            "Status:      expired 3 minutes ago\n\
             Audience:    App ID URI `api://x`\n\
             Permissions: application permissions (roles): a, b\n\
             \n\
             Token Type: JWT, signed\n\
             Algorithm:  RS256\n\
             \n\
             Header:\n  typ: JWT\n  alg: RS256\n\
             \n\
             Claims:\n  aud: api://x\n  roles: a, b\n  \
             exp: 1766935800 (2025-12-28 15:30:00 UTC)\n  \
             name: \\u{1b}[31mEve\n  cnf: {\"kid\":1}\n\
             \n\
             Expiration:\n  Expires At: 2025-12-28 15:30:00 UTC (3 minutes ago)\n\
             \n\
             In words:\n  \
             Bound:       to a key, which the client has to prove that it holds (`cnf`)\n\
             \n\
             The signature was not verified: anybody could have written these claims."
        );
    }
}
