//! The answer to a grant of people (RFC 6749 section 5.1).

use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::person::{consent, policy};
use crate::refusal::Refusal;
use crate::remembered::{delegation::Delegation, refresh_token::RefreshToken};
use crate::request::{claims::capabilities, form::Form};
use crate::tenant::registration::{Client, User};
use crate::token::{
    access::{AccessToken, Holder, LIFETIME},
    authentication_method::AuthenticationMethod,
    client_info,
    id::IdToken,
};

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
            extras.push((
                "client_info",
                client_info::encoded(user, &incoming.tenant.id),
            ));
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
