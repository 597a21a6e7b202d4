//! Which permissions people gave to clients.
//!
//! <https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview>

use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::remembered::{Remembered, consent::Consent};
use crate::request::scopes::RequestedScopes;
use crate::tenant::registration::{Api, Client, Permission, User};

/// The permissions of an API that a client holds from a person, in the API's order.
pub(crate) fn granted<'t>(
    remembered: &Remembered,
    client: &Client,
    user: &User,
    api: &'t Api,
) -> Vec<&'t str> {
    let own = remembered
        .consents
        .iter()
        .filter(|consent| consent.user_id == user.object_id && consent.client_id == client.id)
        .map(|consent| &consent.permission);
    let all: Vec<&Permission> = client
        .admin_consents
        .iter()
        .chain(own)
        .filter(|permission| permission.api == api.app_id_uri)
        .collect();
    let is_granted = |scope: &&str| {
        all.iter().any(|permission| {
            permission
                .scopes
                .iter()
                .any(|granted| granted.eq_ignore_ascii_case(scope))
        })
    };
    api.scopes
        .iter()
        .map(String::as_str)
        .filter(is_granted)
        .collect()
}

/// What a person would still have to give. `/.default` asks only somebody who gave nothing of the
/// API yet.
pub(crate) fn missing(
    scopes: &RequestedScopes,
    remembered: &Remembered,
    client: &Client,
    user: &User,
    api: &Api,
) -> Vec<String> {
    let granted = granted(remembered, client, user, api);
    if scopes.is_default && !granted.is_empty() {
        return Vec::new();
    }
    let mut wanted = asked_for(scopes, client, api);
    wanted.retain(|scope| !granted.iter().any(|held| held.eq_ignore_ascii_case(scope)));
    wanted
}

/// Everything that the request asks for, given or not.
pub(crate) fn asked_for(scopes: &RequestedScopes, client: &Client, api: &Api) -> Vec<String> {
    if !scopes.is_default {
        return scopes.permissions.clone();
    }
    let listed = client
        .permissions
        .iter()
        .filter(|permission| permission.api == api.app_id_uri);
    listed
        .flat_map(|permission| permission.scopes.clone())
        .collect()
}

/// Remembers that a person gave everything that is asked for.
pub(crate) fn give(
    scopes: &RequestedScopes,
    remembered: &mut Remembered,
    client: &Client,
    user: &User,
    api: &Api,
) {
    let permission = Permission {
        api: api.app_id_uri.clone(),
        scopes: asked_for(scopes, client, api),
    };
    remembered.consents.push(Consent {
        user_id: user.object_id.clone(),
        client_id: client.id.clone(),
        permission,
    });
}

/// Refuses a request for which consent is missing and nobody is there to ask.
pub(crate) fn demand(
    scopes: &RequestedScopes,
    remembered: &Remembered,
    client: &Client,
    user: &User,
    api: &Api,
) -> Result<(), Refusal> {
    let is_unlisted = scopes.is_default
        && asked_for(scopes, client, api).is_empty()
        && granted(remembered, client, user, api).is_empty();
    if is_unlisted || !missing(scopes, remembered, client, user, api).is_empty() {
        return Err(Refusal::consent_missing(&client.id));
    }
    Ok(())
}

/// Whether somebody must still be asked.
pub(crate) fn is_needed(
    scopes: &RequestedScopes,
    client: &Client,
    user: &User,
    incoming: &Incoming<'_>,
) -> Result<bool, Refusal> {
    let api = scopes.api(incoming.tenant)?;
    Ok(demand(scopes, incoming.remembered, client, user, api).is_err())
}
