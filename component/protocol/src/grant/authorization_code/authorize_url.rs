//! The address at which a person signs in.
//!
//! [RFC 6749 section 4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1) and
//! [Microsoft's page](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow). It is shown, logged by browsers and
//! kept in histories: no verifier, no secret. The answer is an [`AuthorizationResponse`](crate::grant::authorization_code::authorization_response).

use std::fmt;

use url::Url;

use crate::authority::Authority;
use crate::grant::authorization_code::pkce;
use crate::grant::authorization_code::redirect_uri::RedirectUri;
use crate::grant::authorization_code::response_mode::ResponseMode;
use crate::grant::authorization_code::sign_in_attempt::SignInAttempt;
use crate::request::claims::Claims;
use crate::request::client_id::ClientId;
use crate::request::scope::Scopes;
use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

/// A mail address has at most 254 characters; Entra's own opaque hints are longer.
const LONGEST_HINT: usize = 1000;

/// Everything that the address says.
#[derive(Clone, Debug)]
pub struct AuthorizeUrl {
    url: Url,
}

impl AuthorizeUrl {
    /// Asks for a code, to be posted to the redirect URI so that it appears in no address, if the authority can do that.
    pub fn new(
        authority: &Authority,
        client_id: &ClientId,
        redirect_uri: &RedirectUri,
        scopes: &Scopes,
        attempt: &SignInAttempt,
        correlation_id: CorrelationId,
    ) -> Result<Self, Impossible> {
        let scope = scopes.clone().for_user()?.to_string();
        let mut url = authority.authorization_endpoint();
        url.query_pairs_mut()
            .append_pair("client_id", client_id.as_str())
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", redirect_uri.as_str())
            .append_pair("response_mode", ResponseMode::of(authority).as_str())
            .append_pair("scope", &scope)
            .append_pair("state", attempt.state.expose())
            .append_pair("nonce", attempt.nonce.expose())
            .append_pair("code_challenge", &attempt.code_verifier.challenge())
            .append_pair("code_challenge_method", pkce::METHOD)
            .append_pair("client_info", "1")
            .append_pair("client-request-id", &correlation_id.to_string());
        Ok(Self { url })
    }

    /// Decides what the person has to do.
    #[must_use]
    pub fn with_prompt(self, prompt: Prompt) -> Self {
        self.with("prompt", prompt.as_str())
    }

    /// Fills in the account name.
    pub fn with_login_hint(self, hint: &str) -> Result<Self, Impossible> {
        check_hint("login hint", hint)?;
        Ok(self.with("login_hint", hint))
    }

    /// Leads to the organization's own sign-in page: a domain, `organizations` or `consumers`.
    pub fn with_domain_hint(self, hint: &str) -> Result<Self, Impossible> {
        check_hint("domain hint", hint)?;
        Ok(self.with("domain_hint", hint))
    }

    /// Adds a claims challenge.
    #[must_use]
    pub fn with_claims(self, claims: &Claims) -> Self {
        self.with("claims", claims.as_str())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The last value given for a name is the one that is sent.
    fn with(mut self, name: &str, value: &str) -> Self {
        let kept: Vec<(String, String)> = self
            .url
            .query_pairs()
            .filter(|(other, _)| other != name)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        self.url
            .query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair(name, value);
        self
    }
}

impl fmt::Display for AuthorizeUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// OpenID Connect's `prompt`, of which Entra takes one value at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Ask for consent even if it was given.
    Consent,
    /// Create an account, where the tenant lets people do so.
    Create,
    /// Ask for credentials even if there is a session.
    Login,
    /// Show nothing; fail if something would have to be shown.
    None,
    /// Let the person choose an account.
    SelectAccount,
}

impl Prompt {
    /// Reads the name as it goes over the wire.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        [
            Self::Consent,
            Self::Create,
            Self::Login,
            Self::None,
            Self::SelectAccount,
        ]
        .into_iter()
        .find(|prompt| prompt.as_str() == text)
        .ok_or_else(|| {
            Impossible::new(format!("prompt {} is unknown", quoted(text)))
                .with_hint("use `login`, `select_account`, `consent`, `create` or `none`")
        })
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Create => "create",
            Self::Login => "login",
            Self::None => "none",
            Self::SelectAccount => "select_account",
        }
    }
}

fn check_hint(what: &str, hint: &str) -> Result<(), Impossible> {
    if hint.is_empty() || hint.len() > LONGEST_HINT || hint.chars().any(char::is_control) {
        return Err(Impossible::new(format!(
            "the {what} is empty, too long or has control characters"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;
    use zeroize::Zeroizing;

    use super::*;
    use crate::grant::authorization_code::sign_in_attempt::RANDOM_SIZE;

    const VECTORS: &str = include_str!("../../../../../tests/vectors/authorize-url.json");

    fn attempt() -> SignInAttempt {
        let mut bytes = Zeroizing::new([0; RANDOM_SIZE]);
        bytes
            .iter_mut()
            .zip(0_u8..)
            .for_each(|(byte, value)| *byte = value);
        SignInAttempt::from_random(&bytes)
    }

    fn url() -> AuthorizeUrl {
        AuthorizeUrl::new(
            &Authority::parse("https://login.microsoftonline.com", "common").unwrap(),
            &ClientId::parse("99999999-8888-7777-6666-555555555555").unwrap(),
            &RedirectUri::parse("http://localhost:53111").unwrap(),
            &Scopes::parse("https://graph.microsoft.com/User.Read").unwrap(),
            &attempt(),
            CorrelationId::from_random([7; 16]),
        )
        .unwrap()
    }

    fn parameters(url: &AuthorizeUrl) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        for (name, value) in url.url.query_pairs().into_owned() {
            assert_eq!(parameters.insert(name.clone(), value), None, "{name}");
        }
        parameters
    }

    #[test]
    fn the_parameters_are_those_of_the_grant_and_no_more() {
        let url = url();
        let attempt = attempt();
        let challenge = attempt.code_verifier.challenge();
        let expected = BTreeMap::from(
            [
                ("client_id", "99999999-8888-7777-6666-555555555555"),
                ("response_type", "code"),
                ("redirect_uri", "http://localhost:53111"),
                ("response_mode", "form_post"),
                (
                    "scope",
                    "https://graph.microsoft.com/User.Read openid profile offline_access",
                ),
                ("state", attempt.state.expose()),
                ("nonce", attempt.nonce.expose()),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
                ("client_info", "1"),
                ("client-request-id", "07070707-0707-4707-8707-070707070707"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        assert_eq!(parameters(&url), expected);
        assert!(url.as_str().starts_with(
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id="
        ));
    }

    #[test]
    fn the_parameters_are_those_of_the_recorded_clients() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let listed =
            |name: &str| -> Vec<String> { serde_json::from_value(vectors[name].clone()).unwrap() };
        let (extras, fresh) = (
            listed("not_part_of_the_grant"),
            listed("new_for_each_attempt"),
        );
        let cases = vectors["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let name = format!("{}, {}", case["name"], case["recorded_client"]);
            let recorded = Url::parse(case["url"].as_str().unwrap()).unwrap();
            let mut theirs: BTreeMap<String, String> =
                recorded.query_pairs().into_owned().collect();
            let mut url = AuthorizeUrl::new(
                &Authority::parse(
                    "https://localhost:9443",
                    "11111111-2222-3333-4444-555555555555",
                )
                .unwrap(),
                &ClientId::parse(&theirs["client_id"]).unwrap(),
                &RedirectUri::parse(&theirs["redirect_uri"]).unwrap(),
                &Scopes::parse("https://graph.microsoft.com/User.Read").unwrap(),
                &attempt(),
                CorrelationId::from_random([7; 16]),
            )
            .unwrap();
            if let Some(prompt) = theirs.get("prompt") {
                url = url.with_prompt(Prompt::parse(prompt).unwrap());
            }
            if let Some(hint) = theirs.get("login_hint") {
                url = url.with_login_hint(hint).unwrap();
            }
            if let Some(hint) = theirs.get("domain_hint") {
                url = url.with_domain_hint(hint).unwrap();
            }
            let mut ours = parameters(&url);
            assert_eq!(url.url.path(), recorded.path(), "{name}");
            for attempt in &fresh {
                // Node's client sends no nonce.
                if let Some(value) = theirs.remove(attempt) {
                    assert!(!value.is_empty(), "{name}: {attempt}");
                }
                assert!(ours.remove(attempt).is_some(), "{name}: {attempt}");
            }
            // An address that an application asks for is answered as it likes; ours is always for the listener.
            if theirs
                .get("response_mode")
                .is_none_or(|mode| mode == "query")
            {
                theirs.insert("response_mode".to_owned(), "form_post".to_owned());
            }
            for parameters in [&mut ours, &mut theirs] {
                parameters.retain(|parameter, _| !extras.contains(parameter));
                let mut scopes: Vec<&str> = parameters["scope"].split(' ').collect();
                scopes.sort_unstable();
                let scopes = scopes.join(" ");
                parameters.insert("scope".to_owned(), scopes);
            }
            assert_eq!(ours, theirs, "{name}");
        }
    }

    #[test]
    fn hints_are_data_whatever_they_contain() {
        let hostile = "a&response_type=token\"$(x)#<é>";
        let url = url()
            .with_login_hint(hostile)
            .unwrap()
            .with_domain_hint("contoso.com")
            .unwrap()
            .with_prompt(Prompt::Login)
            .with_prompt(Prompt::SelectAccount)
            .with_claims(&Claims::parse(r#"{"id_token":{}}"#).unwrap());
        let parameters = parameters(&url);
        assert_eq!(parameters["login_hint"], hostile);
        assert_eq!(parameters["domain_hint"], "contoso.com");
        assert_eq!(parameters["prompt"], "select_account");
        assert_eq!(parameters["claims"], r#"{"id_token":{}}"#);
        assert_eq!(parameters["response_type"], "code");
        assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(!url.as_str().contains(['"', '<', '>', ' ', '#']));
    }

    #[test]
    fn neither_verifier_nor_secret_is_in_the_address() {
        let (url, attempt) = (url(), attempt());
        assert!(!url.as_str().contains(attempt.code_verifier.expose()));
        assert!(!parameters(&url).contains_key("code_verifier"));
        assert!(!parameters(&url).contains_key("client_secret"));
    }

    #[test]
    fn bad_hints_and_prompts_are_refused() {
        for hint in ["", "a\nb", "a\0", &"a".repeat(1001)] {
            assert!(url().with_login_hint(hint).is_err(), "{hint:?}");
            assert!(url().with_domain_hint(hint).is_err(), "{hint:?}");
        }
        for prompt in ["", "LOGIN", "login consent", "x"] {
            assert!(Prompt::parse(prompt).is_err(), "{prompt}");
        }
        assert_eq!(Prompt::parse("select_account"), Ok(Prompt::SelectAccount));
    }
}
