//! Who calls, and the token with which the request goes on.

use std::time::Duration;

use protocol::edge::answer::{Answer, Rejected};
use protocol::edge::configuration::identity::{Grant, Identity};
use protocol::edge::configuration::route::Inbound;
use protocol::edge::decision::Pass;
use protocol::edge::renewal;

use crate::bindings::entra_auth::core::errors::Error;
use crate::bindings::entra_auth::core::tokens::{self, CacheUse, Origin, Request, Token};
use crate::bindings::entra_auth::core::verification::{self, Caller, Expectations, Verdict};
use crate::bindings::wasi::random::random::get_random_u64;
use crate::setup::Setup;
use crate::{kept_tokens, log};

/// Seconds that keys or a token may take, after which the caller had better ask again.
const PATIENCE: u32 = 30;

/// Seconds that a renewal may take: the token at hand still serves, and somebody waits for the answer.
const HASTE: u32 = 5;

/// Who calls, if somebody wants to know.
pub(crate) fn caller(pass: &Pass<'_>) -> Result<Option<Caller>, Answer> {
    let (Some(inbound), Some(token)) = (pass.inbound, pass.token) else {
        return Ok(None);
    };
    match verification::verify(token, &expectations(inbound)) {
        Ok(Verdict::Accepted(caller)) => Ok(Some(caller)),
        Ok(Verdict::Rejected(rejection)) => Err(pass.rejected(&Rejected {
            rule: &rejection.rule,
            message: &rejection.message,
            is_of_permission: rejection.of_permission,
        })),
        Err(error) => Err(unavailable("keys", &error)),
    }
}

/// The token that is to be got, if one is; `claims` is what the server behind has asked for besides.
pub(crate) fn token(
    setup: &Setup,
    pass: &Pass<'_>,
    claims: Option<String>,
) -> Result<Option<String>, Answer> {
    // What is got on behalf of one caller is nobody else's.
    let own = pass
        .attach
        .filter(|attach| attach.grant != Grant::OnBehalfOf);
    match (own, &claims) {
        (Some(attach), None) => {
            if let Some(token) = kept_tokens::find(attach) {
                return Ok(Some(token));
            }
        }
        (Some(attach), Some(_)) => kept_tokens::forget(attach),
        (None, _) => {}
    }
    let Some(request) = request(setup, pass) else {
        return Ok(None);
    };
    let request = Request { claims, ..request? };
    match tokens::acquire(&request, CacheUse::Prefer) {
        Ok(token) => {
            let token = renewed_ahead(&request, token);
            if let Some(attach) = own {
                kept_tokens::keep(attach, &token);
            }
            Ok(Some(token.access_token))
        }
        // Only the caller can answer it, so it goes back to them.
        Err(Error::InteractionRequired(interaction)) => {
            let refusal = interaction.refusal;
            let claims = refusal.and_then(|refusal| refusal.claims);
            Err(pass.insufficient_claims(claims.as_deref()))
        }
        Err(error) => Err(unavailable("identity", &error)),
    }
}

/// The next token, if it is on this request to ask for it and there is one.
fn renewed_ahead(request: &Request, token: Token) -> Token {
    let draw = u32::try_from(get_random_u64() >> 32).unwrap_or(u32::MAX);
    let is_kept = token.origin == Origin::Cache;
    if !(is_kept && renewal::is_due(Duration::from_secs(token.expires_in), draw)) {
        return token;
    }
    let request = Request {
        time_limit: Some(HASTE),
        ..request.clone()
    };
    tokens::acquire(&request, CacheUse::Replace).unwrap_or(token)
}

fn request(setup: &Setup, pass: &Pass<'_>) -> Option<Result<Request, Answer>> {
    let attach = pass.attach?;
    let identity = setup.configuration.identities.get(&attach.identity)?;
    let source = setup.sources.get(&attach.identity)?;
    let credential = match source.credential() {
        Ok(credential) => credential,
        Err(problem) => {
            log::problem(&problem.message, problem.hint.as_deref());
            return Some(Err(Answer::unavailable(502, "identity", None)));
        }
    };
    let (authority, tenant, client_id) = match identity {
        Identity::Client {
            authority,
            tenant,
            client_id,
            ..
        } => (authority.as_str(), tenant.as_str(), client_id.as_str()),
        Identity::Managed(_) => ("", "", ""),
    };
    let grant = match (source.managed_identity(), attach.grant, pass.token) {
        (Some(managed), _, _) => tokens::Grant::ManagedIdentity(managed),
        (None, Grant::OnBehalfOf, Some(token)) => tokens::Grant::OnBehalfOf(token.to_owned()),
        (None, _, _) => tokens::Grant::ClientCredentials,
    };
    Some(Ok(Request {
        authority: authority.to_owned(),
        tenant: tenant.to_owned(),
        client_id: client_id.to_owned(),
        credential,
        grant,
        scopes: attach.scopes.clone(),
        claims: None,
        login_hint: None,
        time_limit: Some(PATIENCE),
    }))
}

fn expectations(inbound: &Inbound) -> Expectations {
    Expectations {
        authority: inbound.authority.clone(),
        tenants: inbound.tenants.clone(),
        audiences: inbound.audiences.clone(),
        clients: inbound.clients.clone(),
        scopes: inbound.scopes.clone(),
        roles: inbound.roles.clone(),
        groups: inbound.groups.clone(),
        skew: inbound.skew,
        time_limit: Some(PATIENCE),
        keeps_keys: true,
    }
}

/// What went wrong is for the operator; the caller learns only whether it helps to come back.
fn unavailable(rule: &'static str, error: &Error) -> Answer {
    let (status, message, hint, retry_after) = match error {
        Error::AnswerUnacceptable(answer) if answer.transient => {
            (503, &answer.message, &answer.hint, answer.retry_after)
        }
        Error::AnswerUnacceptable(answer) => (502, &answer.message, &answer.hint, None),
        Error::CapabilityFailed(failure) => (503, &failure.message, &failure.hint, None),
        Error::InteractionRequired(interaction) => {
            (502, &interaction.message, &interaction.hint, None)
        }
        Error::RequestImpossible(problem) | Error::SecretMissing(problem) => {
            (502, &problem.message, &problem.hint, None)
        }
        Error::ServerRefused(refusal) => {
            let status = if refusal.transient { 503 } else { 502 };
            (status, &refusal.error, &refusal.hint, refusal.retry_after)
        }
    };
    log::problem(message, hint.as_deref());
    Answer::unavailable(status, rule, retry_after)
}
