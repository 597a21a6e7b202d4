//! What the browser brings back to the redirect URI.
//!
//! [RFC 6749 section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2). Anybody who finds the port can send something
//! here, so `state` is compared before anything else is looked at, an error included: what does not belong to this sign-in is
//! ignored, and the sign-in goes on.

use serde_json::{Map, Value};

use crate::authority::Authority;
use crate::authority::issuer::is_issuer_of;
use crate::grant::authorization_code::response_mode::ResponseMode;
use crate::grant::authorization_code::sign_in_attempt::SignInAttempt;
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::server_error::ServerError;
use crate::refusal::unacceptable::Unacceptable;
use crate::value::secret::Secret;

/// Entra's codes have some 1,500 characters.
const LONGEST_CODE: usize = 16 * 1024;

/// What to do about one request to the redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// Redeem the code.
    Code(AuthorizationCode),
    /// The sign-in is over without a code.
    Failed(Error),
    /// It does not belong to this sign-in: reveal nothing, and keep waiting.
    Ignored,
}

/// A code that was sent in answer to this sign-in; it can be redeemed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationCode(Secret);

impl AuthorizationCode {
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    #[cfg(test)]
    pub(crate) fn recorded(text: &str) -> Self {
        Self(Secret::new(text))
    }
}

impl AuthorizationResponse {
    /// Reads the decoded parameters of the query or of the posted form. A code that comes in an address although a form was
    /// asked for is refused: addresses are kept and passed on, so somebody else may have found it there.
    pub fn read(
        parameters: &[(String, String)],
        mode: ResponseMode,
        attempt: &SignInAttempt,
        authority: &Authority,
    ) -> Self {
        let mut states = parameters.iter().filter(|(name, _)| name == "state");
        match (states.next(), states.next()) {
            (Some((_, state)), None) if attempt.state.matches(state) => {}
            _ => return Self::Ignored,
        }
        match code(parameters, authority) {
            Ok(_) if mode != ResponseMode::of(authority) => Self::Failed(wrong_mode().into()),
            Ok(code) => Self::Code(code),
            Err(error) => Self::Failed(error),
        }
    }
}

fn code(
    parameters: &[(String, String)],
    authority: &Authority,
) -> Result<AuthorizationCode, Error> {
    let unacceptable = |message: String| Error::from(Unacceptable::new(message));
    for name in ["code", "error", "iss"] {
        if parameters.iter().filter(|(other, _)| other == name).count() > 1 {
            return Err(unacceptable(format!(
                "the browser's answer has `{name}` twice"
            )));
        }
    }
    let value = |name: &str| {
        let mut values = parameters.iter().filter(|(other, _)| other == name);
        values.next().map(|(_, value)| value.as_str())
    };
    // RFC 9207; Entra sends none.
    if value("iss").is_some_and(|issuer| !is_issuer_of(issuer, authority, None)) {
        return Err(unacceptable(
            "the browser's answer comes from another issuer than was asked".to_owned(),
        ));
    }
    match (value("code"), refusal(parameters)) {
        (Some(_), Some(_)) => Err(unacceptable(
            "the browser's answer has both a `code` and an `error`".to_owned(),
        )),
        (None, Some(refusal)) => Err(refusal.into()),
        (Some(code), None) if is_code(code) => Ok(AuthorizationCode(Secret::new(code))),
        (Some(_), None) => Err(unacceptable(
            "the browser's answer has a `code` that is empty, too long or not printable ASCII"
                .to_owned(),
        )),
        (None, None) => Err(unacceptable(
            "the browser's answer has neither a `code` nor an `error`".to_owned(),
        )),
    }
}

fn wrong_mode() -> Unacceptable {
    Unacceptable::new("the browser's answer came in another way than was asked, so its code is not used")
        .with_hint("start the sign-in again; if it stays so, a proxy or an extension of the browser changes its answers")
}

fn is_code(code: &str) -> bool {
    (1..=LONGEST_CODE).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// There is no HTTP status in a redirect, so it is 0.
fn refusal(parameters: &[(String, String)]) -> Option<ServerError> {
    let members: Map<String, Value> = parameters
        .iter()
        .map(|(name, value)| {
            // `cancel` when the person pressed the button of that name.
            let name = if name == "error_subcode" {
                "suberror"
            } else {
                name
            };
            (name.to_owned(), Value::from(value.as_str()))
        })
        .collect();
    ServerError::from_members(Peer::Authority, 0, &members, None)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::grant::authorization_code::sign_in_attempt::RANDOM_SIZE;

    type Parameters<'a> = &'a [(&'a str, &'a str)];

    fn attempt() -> SignInAttempt {
        SignInAttempt::from_random(&Zeroizing::new([0xa5; RANDOM_SIZE]))
    }

    fn read(parameters: Parameters<'_>) -> AuthorizationResponse {
        read_by(ResponseMode::FormPost, parameters)
    }

    fn read_by(mode: ResponseMode, parameters: Parameters<'_>) -> AuthorizationResponse {
        let parameters: Vec<(String, String)> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let authority =
            Authority::parse("https://login.microsoftonline.com", "contoso.com").unwrap();
        AuthorizationResponse::read(&parameters, mode, &attempt(), &authority)
    }

    /// M7 and M8: what has the wrong state is ignored, whatever it says.
    #[test]
    fn a_stray_answer_is_ignored_whatever_it_says() {
        let attempt = attempt();
        let state = attempt.state.expose();
        let flipped = state.to_lowercase();
        let longer = format!("{state}a");
        let rows: [(&str, Parameters<'_>); 9] = [
            ("nothing", &[]),
            ("favicon", &[("v", "1")]),
            ("no state", &[("code", "c")]),
            ("wrong state", &[("code", "c"), ("state", "x")]),
            ("empty state", &[("code", "c"), ("state", "")]),
            ("case", &[("code", "c"), ("state", &flipped)]),
            ("longer", &[("code", "c"), ("state", &longer)]),
            (
                "forged error",
                &[("error", "access_denied"), ("state", "x")],
            ),
            (
                "two states",
                &[("code", "c"), ("state", state), ("state", "x")],
            ),
        ];
        for (name, parameters) in rows {
            assert_eq!(read(parameters), AuthorizationResponse::Ignored, "{name}");
        }
        // After any number of those the right one still counts.
        let code = AuthorizationCode(Secret::new("1.AVgA"));
        assert_eq!(
            read(&[
                ("session_state", "s"),
                ("code", "1.AVgA"),
                ("state", state),
                ("client_info", "x")
            ]),
            AuthorizationResponse::Code(code)
        );
    }

    #[test]
    fn an_answer_that_belongs_here_but_makes_no_sense_ends_the_sign_in() {
        let attempt = attempt();
        let state = ("state", attempt.state.expose());
        let long = "c".repeat(LONGEST_CODE + 1);
        let rows: [(&str, Parameters<'_>, &str); 9] = [
            (
                "code twice",
                &[state, ("code", "a"), ("code", "b")],
                "`code` twice",
            ),
            (
                "same code twice",
                &[state, ("code", "a"), ("code", "a")],
                "`code` twice",
            ),
            (
                "error twice",
                &[state, ("error", "a"), ("error", "b")],
                "`error` twice",
            ),
            (
                "both",
                &[state, ("code", "a"), ("error", "b")],
                "both a `code` and an `error`",
            ),
            ("neither", &[state, ("id_token", "a.b.c")], "neither"),
            ("empty code", &[state, ("code", "")], "empty, too long"),
            ("long code", &[state, ("code", &long)], "empty, too long"),
            (
                "code with a line break",
                &[state, ("code", "a\r\nb")],
                "not printable",
            ),
            (
                "other issuer",
                &[state, ("code", "a"), ("iss", "https://evil.test")],
                "another issuer",
            ),
        ];
        for (name, parameters, expected) in rows {
            let AuthorizationResponse::Failed(Error::Unacceptable(error)) = read(parameters) else {
                panic!("{name}")
            };
            assert!(error.message().contains(expected), "{name}: {error}");
        }
        let own = (
            "iss",
            "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
        );
        assert!(matches!(
            read(&[state, ("code", "a"), own]),
            AuthorizationResponse::Code(_)
        ));
    }

    /// M9: the form is what was asked for.
    #[test]
    fn a_code_in_an_address_is_refused() {
        let attempt = attempt();
        let state = ("state", attempt.state.expose());
        let answer = read_by(ResponseMode::Query, &[state, ("code", "c")]);
        let AuthorizationResponse::Failed(Error::Unacceptable(error)) = answer else {
            panic!("{answer:?}")
        };
        assert!(error.message().contains("another way") && error.hint().is_some());
        // Who does not know the state ends nothing, and a refusal is told whichever way it comes.
        assert_eq!(
            read_by(ResponseMode::Query, &[("state", "x"), ("code", "c")]),
            AuthorizationResponse::Ignored
        );
        assert!(matches!(
            read_by(ResponseMode::Query, &[state, ("error", "access_denied")]),
            AuthorizationResponse::Failed(Error::Refused(_))
        ));
    }

    #[test]
    fn a_refusal_is_read_like_any_other() {
        let attempt = attempt();
        let AuthorizationResponse::Failed(Error::Refused(error)) = read(&[
            ("error", "access_denied"),
            (
                "error_description",
                "AADSTS65004: User declined.\r\nTrace ID: 1 <script>\u{1b}[2J",
            ),
            ("error_subcode", "cancel"),
            ("state", attempt.state.expose()),
        ]) else {
            panic!("no refusal")
        };
        assert_eq!((error.status, error.error.as_str()), (0, "access_denied"));
        assert_eq!(error.codes, [65004]);
        assert_eq!(error.suberror.as_deref(), Some("cancel"));
        assert_eq!(
            error.description.as_deref(),
            Some("AADSTS65004: User declined. Trace ID: 1 <script>")
        );
    }

    #[test]
    fn debug_output_shows_no_code() {
        let attempt = attempt();
        let response = read(&[("code", "S3cr3t"), ("state", attempt.state.expose())]);
        assert!(!format!("{response:?}").contains("S3cr3t"));
    }
}
