//! What a person let a client do: the meaning of codes, device codes and refresh tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    client::authentication::AuthenticationMethod,
    exchange::incoming::Incoming,
    grant::refresh_token::RefreshToken,
    person::{consent, policy},
    refusal::Refusal,
    request::{claims::capabilities, form::Form, scopes::RequestedScopes},
    tenant::registration::{Api, Client, Platform, User},
    token::{
        access::{AccessToken, Holder, LIFETIME},
        id::IdToken,
    },
    value::time::UnixTime,
};

/// One person's permission to one client.
#[derive(Clone, Debug)]
pub(crate) struct Delegation {
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    /// Where the sign-in's answer went, if it went anywhere.
    pub(crate) platform: Option<Platform>,
    pub(crate) session_id: String,
    pub(crate) signed_in_at: UnixTime,
    pub(crate) scopes: RequestedScopes,
    /// What the client wants to find in the id token.
    pub(crate) nonce: Option<String>,
    /// Whether an API acts, for its caller.
    pub(crate) is_on_behalf: bool,
}

impl Delegation {
    /// The token answer.
    pub(crate) fn issue(
        &self,
        client: &Client,
        method: AuthenticationMethod,
        form: &Form,
        incoming: &mut Incoming<'_>,
    ) -> Result<Value, Refusal> {
        let tenant = incoming.tenant;
        let user = tenant
            .user(&self.user_id)
            .ok_or_else(|| Refusal::unknown_user(&self.user_id))?;
        let api = self.scopes.api(tenant)?;
        consent::demand(&self.scopes, incoming.remembered, client, user, api)?;
        policy::enforce(incoming.remembered, client, user, api, self.is_on_behalf)?;
        let granted = consent::granted(incoming.remembered, client, user, api);
        let access_token = AccessToken {
            tenant,
            client_id: &client.id,
            method,
            api,
            resource: self.scopes.resource(),
            holder: Holder::Person {
                user,
                scopes: &self.in_token(&granted),
                session_id: &self.session_id,
                is_strong: policy::is_strong(incoming.remembered, user),
            },
            capabilities: capabilities(form.value("claims")),
            lifetime: LIFETIME,
        }
        .issue(&incoming.exchange)?;
        let mut answer = json!({
            "token_type": "Bearer",
            "scope": self.in_answer(&granted),
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": access_token,
        });
        let extras = self.extras(client, user, form, incoming)?;
        if let Some(members) = answer.as_object_mut() {
            members.extend(
                extras
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), json!(value))),
            );
        }
        Ok(answer)
    }

    /// What comes with the access token if it was asked for.
    fn extras(
        &self,
        client: &Client,
        user: &User,
        form: &Form,
        incoming: &mut Incoming<'_>,
    ) -> Result<Vec<(&'static str, String)>, Refusal> {
        let mut extras = Vec::new();
        if self.scopes.has("offline_access") {
            let token = RefreshToken::new(self.clone(), incoming.exchange.now);
            let token = incoming.remembered.refresh_tokens.keep("1.A", token)?;
            extras.push(("refresh_token", token));
        }
        if self.scopes.has("openid") {
            let token = IdToken {
                tenant: incoming.tenant,
                client,
                user,
                delegation: self,
            };
            extras.push(("id_token", token.issue(&incoming.exchange)?));
        }
        if self.scopes.has("profile") && form.value("client_info") == Some("1") {
            extras.push(("client_info", client_info(user, &incoming.tenant.id)));
        }
        Ok(extras)
    }

    /// The claim `scp`: everything that the client holds of the API.
    fn in_token(&self, granted: &[&str]) -> String {
        if granted.is_empty() {
            let about_sign_in: Vec<&str> = self.scopes.about_sign_in().collect();
            return about_sign_in.join(" ");
        }
        granted.join(" ")
    }

    /// The member `scope`, where the API's name stands before each permission. Clients look for
    /// `/.default` there if they asked for it.
    fn in_answer(&self, granted: &[&str]) -> String {
        let resource = self.scopes.resource();
        let default = self.scopes.is_default.then_some(".default");
        let qualified = granted.iter().copied().chain(default);
        let scopes: Vec<String> = qualified
            .map(|scope| format!("{resource}/{scope}"))
            .chain(self.scopes.about_sign_in().map(str::to_owned))
            .collect();
        scopes.join(" ")
    }
}

/// The API that a delegation is for, and whether somebody must still be asked.
pub(crate) fn needs_consent(
    scopes: &RequestedScopes,
    client: &Client,
    user: &User,
    incoming: &Incoming<'_>,
) -> Result<bool, Refusal> {
    let api: &Api = scopes.api(incoming.tenant)?;
    Ok(consent::demand(scopes, incoming.remembered, client, user, api).is_err())
}

/// The person's name across tenants: object id and tenant.
pub(crate) fn client_info(user: &User, tenant_id: &str) -> String {
    let info = json!({ "uid": user.object_id, "utid": tenant_id });
    URL_SAFE_NO_PAD.encode(info.to_string())
}
