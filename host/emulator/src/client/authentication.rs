//! Who asks for a token, and whether it can be believed (RFC 6749 section 2.3).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};

use crate::client::assertion;
use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::request::form::Form;
use crate::tenant::registration::{Client, ClientKind, Credentials, Platform, Secret, Tenant};
use crate::token::authentication_method::AuthenticationMethod;
use crate::value::time::UnixTime;

/// What a request says about its client.
pub(crate) struct Presented {
    client_id: String,
    credential: Option<Credential>,
}

enum Credential {
    Assertion(String),
    Secret(String),
}

impl Presented {
    /// Reads client id and credential from the body or from a `Basic` header, not from both.
    pub(crate) fn from_request(headers: &HeaderMap, form: &Form) -> Result<Self, Refusal> {
        let in_body = form_credential(form)?;
        let Some((client_id, secret)) = basic(headers)? else {
            return Ok(Self {
                client_id: form.required("client_id")?.to_owned(),
                credential: in_body,
            });
        };
        if in_body.is_some() || form.value("client_id").is_some_and(|id| id != client_id) {
            return Err(Refusal::malformed_request());
        }
        Ok(Self {
            client_id,
            credential: Some(Credential::Secret(secret)),
        })
    }

    /// Finds the registration.
    pub(crate) fn client<'t>(&self, tenant: &'t Tenant) -> Result<&'t Client, Refusal> {
        tenant.registered_client(&self.client_id)
    }

    /// Demands a valid credential, as every grant does in which no person takes part.
    pub(crate) fn authenticate(
        &self,
        client: &Client,
        incoming: &mut Incoming<'_>,
    ) -> Result<AuthenticationMethod, Refusal> {
        match (&client.kind, &self.credential) {
            (_, None) => Err(Refusal::credential_missing()),
            (ClientKind::Public, Some(_)) => Err(Refusal::credential_of_a_public_client()),
            (ClientKind::Confidential(credentials), Some(credential)) => {
                credential.judge(client, credentials, incoming)
            }
        }
    }

    /// Demands what the grants of people need: a credential of a confidential client and none of a
    /// public one. Which of them the client is depends on where the sign-in's answer went, if it
    /// went anywhere.
    pub(crate) fn authenticate_for_person(
        &self,
        client: &Client,
        platform: Option<Platform>,
        incoming: &mut Incoming<'_>,
    ) -> Result<AuthenticationMethod, Refusal> {
        let is_public = match platform {
            Some(Platform::Web) => false,
            Some(Platform::PublicClient | Platform::Spa) => true,
            None => matches!(client.kind, ClientKind::Public),
        };
        match (&self.credential, is_public) {
            (None, true) => Ok(AuthenticationMethod::None),
            (None, false) => Err(Refusal::credential_required()),
            (Some(_), true) => Err(Refusal::credential_of_a_public_client()),
            (Some(_), false) => self.authenticate(client, incoming),
        }
    }
}

/// An `Origin` header marks a browser, and a browser can keep no secret.
pub(crate) fn refuse_browsers(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(http::header::ORIGIN) {
        Some(origin) => Err(Refusal::cross_origin(&String::from_utf8_lossy(
            origin.as_bytes(),
        ))),
        None => Ok(()),
    }
}

impl Credential {
    fn judge(
        &self,
        client: &Client,
        credentials: &Credentials,
        incoming: &mut Incoming<'_>,
    ) -> Result<AuthenticationMethod, Refusal> {
        match self {
            Self::Assertion(assertion) => {
                assertion::judge(assertion, client, credentials, incoming)?;
                Ok(AuthenticationMethod::Assertion)
            }
            Self::Secret(value) => {
                judge_secret(value, client, &credentials.secrets, incoming.exchange.now)?;
                Ok(AuthenticationMethod::Secret)
            }
        }
    }
}

fn judge_secret(
    value: &str,
    client: &Client,
    secrets: &[Secret],
    now: UnixTime,
) -> Result<(), Refusal> {
    match secrets.iter().find(|secret| secret.value == value) {
        Some(secret) if secret.is_ended_at(now) => Err(Refusal::ended_secret(&client.id)),
        Some(_) => Ok(()),
        None => Err(Refusal::wrong_secret(&client.id)),
    }
}

fn form_credential(form: &Form) -> Result<Option<Credential>, Refusal> {
    match (form.value("client_assertion"), form.value("client_secret")) {
        (Some(assertion), _) => {
            if form.required("client_assertion_type")? != JWT_BEARER {
                return Err(Refusal::malformed_request());
            }
            Ok(Some(Credential::Assertion(assertion.to_owned())))
        }
        (None, secret) => Ok(secret.map(|secret| Credential::Secret(secret.to_owned()))),
    }
}

/// Client id and secret of an `Authorization: Basic` header. Another scheme is none of this
/// endpoint's business.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let value = value.to_str().map_err(|_| Refusal::malformed_request())?;
    let Some((_, encoded)) = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
    else {
        return Ok(None);
    };
    let decoded = STANDARD
        .decode(encoded.trim())
        .map_err(|_| Refusal::malformed_request())?;
    let pair = String::from_utf8(decoded).map_err(|_| Refusal::malformed_request())?;
    let (client_id, secret) = pair
        .split_once(':')
        .ok_or_else(Refusal::malformed_request)?;
    Ok(Some((form_decoded(client_id), form_decoded(secret))))
}

/// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
fn form_decoded(text: &str) -> String {
    // As a name without a value: separators that were left bare stay as they are.
    let name = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(name.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// RFC 7523 section 2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn basic_parts_are_form_decoded() {
        for (pair, expected) in [
            (
                "id:S3cr3t~%2B%2F%3D%26%25+%C3%A9",
                Ok(Some("S3cr3t~+/=&% é")),
            ),
            ("id:a=b&c", Ok(Some("a=b&c"))),
            ("id:", Ok(Some(""))),
            ("id", Err(9_002_313)),
        ] {
            let header =
                HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).unwrap();
            let found = basic(&HeaderMap::from_iter([(AUTHORIZATION, header)]));
            let found = found
                .map(|pair| pair.map(|(_, secret)| secret))
                .map_err(|refusal| refusal.code);
            assert_eq!(
                found,
                expected.map(|secret| secret.map(str::to_owned)),
                "{pair}"
            );
        }
    }

    #[test]
    fn another_scheme_is_ignored() {
        let header = HeaderValue::from_static("Bearer abc");
        assert_eq!(
            basic(&HeaderMap::from_iter([(AUTHORIZATION, header)])),
            Ok(None)
        );
    }
}
