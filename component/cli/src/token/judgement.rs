//! Whether an API would take a token, for whoever wonders why it is refused.

use serde_json::{Value, json};

use crate::bindings::gate;
use crate::bindings::progress_display;
use crate::bindings::verification::{
    self, Expectations, Origin, Rejection, Signature, Verdict, origin_of,
};
use crate::clap::{self, Args};
use crate::input::time_limit::TimeLimit;
use crate::output::Output;
use crate::output::error::Error;
use crate::output::printable::printable;
use crate::token::source::FoundToken;

/// The most that Microsoft's libraries allow, in seconds: what most APIs have.
const SKEW: u32 = 300;

/// What the API expects; what is not said is what the token says of itself.
#[derive(Args)]
pub(crate) struct ApiOptions {
    /// Check the signature too, and whether an API would take it
    #[arg(long)]
    verify: bool,

    /// Tenant that the API trusts [default: the profile's, else the token's own]
    #[arg(long, value_name = "TENANT", requires = "verify")]
    tenant: Option<String>,

    /// Cloud or sign-in host that the API trusts [default: likewise]
    #[arg(
        long,
        visible_alias = "cloud",
        value_name = "URL|CLOUD",
        requires = "verify"
    )]
    authority: Option<String>,

    /// App ID URI or client id of the API; may be repeated [default: the token's own]
    #[arg(long, value_name = "AUDIENCE", requires = "verify")]
    audience: Vec<String>,

    /// Scope that a person's client needs; one of several is enough
    #[arg(long, value_name = "SCOPE", requires = "verify")]
    scope: Vec<String>,

    /// Role that an application needs; one of several is enough
    #[arg(long, value_name = "ROLE", requires = "verify")]
    role: Vec<String>,

    /// Longest wait for the keys (30s, 2m) [default: 60s]
    #[arg(long, value_name = "DURATION", requires = "verify")]
    timeout: Option<TimeLimit>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// What was expected, unless the token could not even be read.
    expected: Option<Expected>,
    rejection: Option<Rejection>,
}

#[derive(Debug)]
struct Expected {
    authority: String,
    tenant: String,
    audiences: Vec<String>,
    /// Whether they are the token's own, because nobody named another.
    are_its_own: bool,
}

impl ApiOptions {
    /// Whether a judgement is asked for.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.verify
    }

    /// The judgement, if one is asked for. Keys are fetched from the authority.
    /// `issuer` is the token's, as it says.
    pub(crate) fn judge(
        &self,
        found: &FoundToken,
        issuer: Option<&str>,
    ) -> Result<Option<Judgement>, Error> {
        if !self.verify {
            return Ok(None);
        }
        match origin_of(&found.text) {
            Ok(origin) => self.verify(found, origin, issuer).map(Some),
            Err(rejection) => Ok(Some(Judgement {
                expected: None,
                rejection: Some(rejection),
            })),
        }
    }

    fn verify(
        &self,
        found: &FoundToken,
        origin: Origin,
        issuer: Option<&str>,
    ) -> Result<Judgement, Error> {
        let home = found.home.as_ref();
        let named = home.map(|home| home.authority.clone());
        let authority = self.authority.clone().or(named).or(origin.authority);
        let authority = authority.ok_or_else(|| unknown_issuer(issuer))?;
        let named = home.map(|home| home.tenant.clone());
        let named = named.filter(|tenant| !tenant.is_empty());
        let tenant = (self.tenant.clone().or(named)).unwrap_or(origin.tenant_id);
        let audiences = match self.audience.is_empty() {
            true => vec![origin.audience],
            false => self.audience.clone(),
        };
        if let Some(limit) = self.timeout {
            progress_display::give_up_after(limit.seconds())?;
        }
        gate::permit(&authority)?;
        let expectations = Expectations {
            authority: authority.clone(),
            tenants: vec![tenant.clone()],
            audiences: audiences.clone(),
            clients: Vec::new(),
            scopes: self.scope.clone(),
            roles: self.role.clone(),
            groups: Vec::new(),
            skew: SKEW,
            time_limit: Some(self.timeout.unwrap_or(TimeLimit::DEFAULT).seconds()),
            // They are fetched once a call, and a store may ask for its passphrase.
            keeps_keys: false,
        };
        let rejection = match verification::verify(&found.text, &expectations)? {
            Verdict::Accepted(_) => None,
            Verdict::Rejected(rejection) => Some(rejection),
        };
        Ok(Judgement {
            expected: Some(Expected {
                authority,
                tenant,
                audiences,
                are_its_own: self.audience.is_empty(),
            }),
            rejection,
        })
    }
}

impl Judgement {
    pub(crate) fn is_accepted(&self) -> bool {
        self.rejection.is_none()
    }

    /// For programs.
    pub(crate) fn document(&self) -> Value {
        let expected = self.expected.as_ref();
        let rejection = self.rejection.as_ref();
        json!({
            "accepted": self.is_accepted(),
            "signature": self.signature(),
            "authority": expected.map(|expected| &expected.authority),
            "tenant": expected.map(|expected| &expected.tenant),
            "audiences": expected.map(|expected| &expected.audiences),
            "rule": rejection.map(|rejection| &rejection.rule),
            "message": rejection.map(|rejection| &rejection.message),
            "hint": rejection.and_then(|rejection| rejection.hint.as_ref()),
        })
    }

    /// For people, a line each.
    pub(crate) fn lines(&self, output: &Output) -> Vec<String> {
        let mut lines = Vec::new();
        let signature = match &self.expected {
            Some(expected) => format!(
                "{}, by the keys of tenant {} at {}",
                self.signature(),
                expected.tenant,
                expected.authority
            ),
            None => self.signature().to_owned(),
        };
        lines.push(format!("  Signature:   {}", printable(&signature)));
        match (&self.rejection, &self.expected) {
            (Some(rejection), _) => {
                let message = printable(&rejection.message);
                lines.push(format!(
                    "  Verdict:     {} ({}): {message}",
                    output.alarm("refused"),
                    rejection.rule
                ));
                if let Some(hint) = &rejection.hint {
                    lines.push(format!("  Hint:        {}", printable(hint)));
                }
            }
            (None, Some(expected)) => {
                lines.push(format!(
                    "  Verdict:     taken, by an API that trusts this tenant and goes by {}",
                    printable(&expected.audiences.join(" or "))
                ));
                if expected.are_its_own {
                    lines.push(format!("  Hint:        {OWN_AUDIENCE}"));
                }
            }
            (None, None) => {}
        }
        lines
    }

    fn signature(&self) -> &'static str {
        match self.rejection.as_ref().map(|rejection| rejection.signature) {
            None | Some(Signature::Good) => "good",
            Some(Signature::Bad) => "bad",
            Some(Signature::Unknown) => "not judged",
        }
    }
}

/// A token for another API is taken by that one.
const OWN_AUDIENCE: &str =
    "that is the audience of the token itself; to ask about your API, name it by `--audience`";

fn unknown_issuer(issuer: Option<&str>) -> Error {
    let issuer = issuer.map_or_else(String::new, |issuer| format!(" `{}`", printable(issuer)));
    Error::bad_arguments(
        format!(
            "the token's issuer{issuer} is none of Microsoft's clouds, so it is not known whose keys to ask for"
        ),
        "name the sign-in host that the API trusts by `--authority`, or a profile of its tenant by `-p`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Verbosity;

    fn judgement(rule: Option<(&str, Signature)>) -> Judgement {
        Judgement {
            expected: Some(Expected {
                authority: "https://login.microsoftonline.com".to_owned(),
                tenant: "contoso.com".to_owned(),
                audiences: vec!["api://a".to_owned(), "b".to_owned()],
                are_its_own: rule.is_none(),
            }),
            rejection: rule.map(|(rule, signature)| Rejection {
                rule: rule.to_owned(),
                message: "the token is \u{1b}[2J".to_owned(),
                hint: Some("get another".to_owned()),
                signature,
                of_permission: false,
            }),
        }
    }

    #[test]
    fn the_verdict_is_for_people_and_for_programs() {
        let plain = Output::new(Verbosity::Normal, true);
        let taken = judgement(None);
        assert!(taken.is_accepted());
        assert_eq!(
            taken.lines(&plain),
            [
                "  Signature:   good, by the keys of tenant contoso.com at https://login.microsoftonline.com",
                "  Verdict:     taken, by an API that trusts this tenant and goes by api://a or b",
                "  Hint:        that is the audience of the token itself; to ask about your API, name it by `--audience`",
            ]
        );
        assert_eq!(taken.document()["rule"], Value::Null);
        for (signature, expected) in [
            (Signature::Good, "good"),
            (Signature::Bad, "bad"),
            (Signature::Unknown, "not judged"),
        ] {
            let refused = judgement(Some(("audience", signature)));
            assert!(!refused.is_accepted());
            assert_eq!(refused.document()["signature"], expected);
            assert_eq!(refused.document()["rule"], "audience");
            assert_eq!(
                refused.lines(&plain)[1..],
                [
                    "  Verdict:     refused (audience): the token is \\u{1b}[2J",
                    "  Hint:        get another",
                ]
            );
        }
    }
}
