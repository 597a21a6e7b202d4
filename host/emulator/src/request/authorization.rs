//! What a client asks of a person (RFC 6749 section 4.1.1, OpenID Connect Core 1.0 section 3.1.2.1).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use crate::refusal::Refusal;
use crate::request::{
    form::Form, pkce::Challenge, redirect_uri, return_address::ReturnAddress,
    scopes::RequestedScopes,
};
use crate::tenant::{
    authority::Authority,
    registration::{Platform, Tenant},
};

/// A request that can be put to somebody.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) return_address: ReturnAddress,
    pub(crate) platform: Platform,
    /// As it was sent; the token request must repeat it.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) scopes: RequestedScopes,
    pub(crate) nonce: Option<String>,
    pub(crate) prompt: Option<Prompt>,
    pub(crate) login_hint: Option<String>,
    pub(crate) claims: Option<String>,
    pub(crate) wants_client_info: bool,
    /// The authority, as endpoints spell it.
    pub(crate) authority: String,
}

/// How much the person is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Prompt {
    Consent,
    Create,
    Login,
    None,
    SelectAccount,
}

/// Why a request cannot be put to anybody.
pub(crate) enum Fault {
    /// Nobody can be trusted with the answer, so the person sees it.
    Page(Refusal),
    /// The application is told.
    Redirect(Box<ReturnAddress>, Refusal),
}

impl AuthorizationRequest {
    /// Reads a request. Until client and redirect address are known to belong together, faults are
    /// for the person's eyes only.
    pub(crate) fn read(segment: &str, parameters: &Form, tenant: &Tenant) -> Result<Self, Fault> {
        let authority = Authority::from_segment(segment, tenant).map_err(Fault::Page)?;
        let client = parameters
            .required("client_id")
            .and_then(|id| tenant.registered_client(id))
            .map_err(Fault::Page)?;
        let sent = parameters.value("redirect_uri");
        let (uri, platform) = redirect_uri::registered(client, sent).map_err(Fault::Page)?;
        authority.admit(client).map_err(Fault::Page)?;
        let (return_address, refusal) = ReturnAddress::new(uri, parameters);
        let fault = |refusal| Fault::Redirect(Box::new(return_address.clone()), refusal);
        refusal.map_or(Ok(()), |refusal| Err(fault(refusal)))?;
        check_response_type(parameters).map_err(fault)?;
        let scopes = requested_scopes(parameters, tenant).map_err(fault)?;
        let challenge = required_challenge(parameters, platform).map_err(fault)?;
        let prompt = Prompt::from_parameters(parameters).map_err(fault)?;
        let owned = |name| parameters.value(name).map(str::to_owned);
        Ok(Self {
            client_id: client.id.clone(),
            return_address,
            platform,
            redirect_uri: owned("redirect_uri"),
            challenge,
            scopes,
            nonce: owned("nonce"),
            prompt,
            login_hint: owned("login_hint"),
            claims: owned("claims"),
            wants_client_info: parameters.value("client_info") == Some("1"),
            authority: authority.path_segment().to_owned(),
        })
    }
}

impl Prompt {
    fn from_parameters(parameters: &Form) -> Result<Option<Self>, Refusal> {
        Ok(Some(match parameters.value("prompt") {
            None => return Ok(None),
            Some("consent") => Self::Consent,
            Some("create") => Self::Create,
            Some("login") => Self::Login,
            Some("none") => Self::None,
            Some("select_account") => Self::SelectAccount,
            Some(unknown) => {
                let text = format!("The value '{unknown}' of the parameter 'prompt' is not valid.");
                return Err(Refusal::new("invalid_request", 90023, text));
            }
        }))
    }
}

fn check_response_type(parameters: &Form) -> Result<(), Refusal> {
    let wanted = parameters.required("response_type")?;
    let (code, text) = match wanted {
        "code" => return Ok(()),
        _ if wanted.contains("id_token") => (700_054, "'id_token' is not enabled"),
        _ => (700_051, "the value is not supported"),
    };
    let text = format!("The response type '{wanted}' is refused: {text}.");
    Err(Refusal::new("unsupported_response_type", code, text))
}

fn requested_scopes(parameters: &Form, tenant: &Tenant) -> Result<RequestedScopes, Refusal> {
    if parameters.value("resource").is_some() {
        return Err(Refusal::resource_parameter());
    }
    let scopes = RequestedScopes::parse(parameters.required("scope")?)?;
    scopes.api(tenant)?;
    Ok(scopes)
}

/// Who can keep no secret must send a challenge.
fn required_challenge(parameters: &Form, platform: Platform) -> Result<Option<Challenge>, Refusal> {
    let challenge = Challenge::from_parameters(parameters)?;
    if challenge.is_none() && platform != Platform::Web {
        return Err(Challenge::missing());
    }
    Ok(challenge)
}
