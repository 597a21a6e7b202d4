//! A sign-in in the browser of this machine (RFC 6749 section 4.1, RFC 7636, RFC 8252).

use std::time::Duration;

use protocol::grant::authorization_code::Redirect;
use protocol::grant::authorization_code::authorization_response::{
    AuthorizationCode, AuthorizationResponse,
};
use protocol::grant::authorization_code::authorize_url::{AuthorizeUrl, Prompt};
use protocol::grant::authorization_code::redirect_uri::RedirectUri;
use protocol::grant::authorization_code::response_mode::ResponseMode;
use protocol::grant::authorization_code::sign_in_attempt::SignInAttempt;
use protocol::request::claims::Claims;
use protocol::token::id::{Expected, IdToken};
use protocol::token::response::TokenResponse;
use protocol::value::correlation_id::CorrelationId;

use crate::bindings::entra_auth::core::progress;
use crate::bindings::entra_auth::core::sign_in::{self, Answer, ListenAt, Page};
use crate::bindings::exports::entra_auth::core::tokens::Browser;
use crate::error::{Error, of_protocol, sentence};
use crate::exchange::{self, Exchange, Peer};
use crate::metadata;
use crate::notices::Notices;
use crate::order::Order;
use crate::person::check_account;
use crate::randomness;
use crate::token_request::token_request;

/// How long a person may take when the caller sets no limit: time for a password, a second factor and consent.
const PATIENCE: Duration = Duration::from_secs(300);

/// Opens the browser, waits for the answer and redeems the code.
pub(crate) fn token(
    order: &Order,
    browser: &Browser,
    claims: Option<&Claims>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let correlation_id = randomness::correlation_id();
    let attempt = SignInAttempt::from_random(&randomness::bytes());
    let listener = sign_in::listen(&ListenAt {
        redirect_uri: browser.redirect_uri.clone(),
        ports: browser.ports,
    })?;
    let uri = RedirectUri::parse(&listener.uri()?)?;
    let url = authorize_url(order, browser, claims, &uri, &attempt, correlation_id)?;
    show(&url, browser)?;
    let (answer, code) = wait(order, &listener, &attempt)?;
    let redirect = Redirect {
        code,
        uri,
        code_verifier: attempt.code_verifier.clone(),
    };
    let outcome = redeem(order, redirect, claims, &attempt, correlation_id, notices);
    // The person is told how it ended; a window that is closed already does not change it.
    drop(answer.finish(&match &outcome {
        Ok(_) => Page::Done,
        Err(error) => refused(error),
    }));
    outcome
}

fn authorize_url(
    order: &Order,
    browser: &Browser,
    claims: Option<&Claims>,
    uri: &RedirectUri,
    attempt: &SignInAttempt,
    correlation_id: CorrelationId,
) -> Result<AuthorizeUrl, Error> {
    let mut url = AuthorizeUrl::new(
        order.authority(),
        &order.client_id,
        uri,
        &order.scopes,
        attempt,
        correlation_id,
    )?;
    if let Some(prompt) = &browser.prompt {
        url = url.with_prompt(Prompt::parse(prompt)?);
    }
    if let Some(hint) = &order.login_hint {
        url = url.with_login_hint(hint)?;
    }
    if let Some(hint) = &browser.domain_hint {
        url = url.with_domain_hint(hint)?;
    }
    Ok(match claims {
        Some(claims) => url.with_claims(claims),
        None => url,
    })
}

fn show(url: &AuthorizeUrl, browser: &Browser) -> Result<(), Error> {
    if browser.show_url {
        sign_in::show_url(url.as_str())?;
    }
    match sign_in::open_browser(url.as_str()) {
        // Whoever asked to see the address opens it where there is a browser.
        Err(_) if browser.show_url => Ok(()),
        opened => Ok(opened?),
    }
}

/// Waits for the answer that belongs to this attempt; others end nothing and learn nothing.
fn wait(
    order: &Order,
    listener: &sign_in::Redirect,
    attempt: &SignInAttempt,
) -> Result<(Answer, AuthorizationCode), Error> {
    loop {
        // Strays do not prolong the wait; the last second counts as a whole one.
        let seconds = order
            .deadline
            .remaining(PATIENCE)
            .as_millis()
            .div_ceil(1000);
        drop(progress::waiting("the sign-in in the browser"));
        let answer = listener.wait(u32::try_from(seconds).unwrap_or(u32::MAX));
        drop(progress::resumed());
        let answer = answer?;
        let mode = match answer.response_mode()? {
            sign_in::ResponseMode::FormPost => ResponseMode::FormPost,
            sign_in::ResponseMode::Query => ResponseMode::Query,
        };
        match AuthorizationResponse::read(&answer.parameters()?, mode, attempt, order.authority()) {
            AuthorizationResponse::Code(code) => return Ok((answer, code)),
            AuthorizationResponse::Failed(error) => {
                let error = of_protocol(error, &order.facts());
                drop(answer.finish(&refused(&error)));
                return Err(error);
            }
            AuthorizationResponse::Ignored => drop(answer.finish(&Page::Ignored)),
        }
    }
}

fn redeem(
    order: &Order,
    redirect: Redirect,
    claims: Option<&Claims>,
    attempt: &SignInAttempt,
    correlation_id: CorrelationId,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let response = exchange::token(order, Exchange::once(Peer::Authority), &mut || {
        token_request(order, &redirect, claims, correlation_id, notices)
    })
    .map_err(|fault| fault.into_error(order))?;
    if IdToken::is_by_unknown_issuer(&response, order.authority()) {
        metadata::ask(order)?;
    }
    let expected = Expected {
        authority: order.authority(),
        client_id: &order.client_id,
        nonce: Some(&attempt.nonce),
    };
    // By the clock of the server that made it just now.
    IdToken::check_in(&response, expected, order.server_now())
        .map_err(|error| of_protocol(error.into(), &order.facts()))?;
    check_account(order, &response)?;
    Ok(response)
}

fn refused(error: &Error) -> Page {
    Page::Refused(("Sign-in failed".to_owned(), sentence(error)))
}
