//! The questions of a sign-in.

use http::{Response, StatusCode};

use crate::exchange::incoming::Incoming;
use crate::person::{
    consent,
    page::{FormFields, Page},
};
use crate::remembered::sign_in::{Flow, Purpose};
use crate::request::scopes::RequestedScopes;
use crate::tenant::registration::{Client, User};

/// Asks whether the person means this application. Whoever sent them the code may have lied.
pub(crate) fn is_it_you(
    flow: &Flow,
    form: FormFields,
    client: &Client,
    incoming: &Incoming<'_>,
) -> Response<Vec<u8>> {
    let form = form
        .button("confirm", "Continue")
        .quiet_button("cancel", "Cancel");
    flow.page(&format!("Are you trying to sign in to {}?", client.name))
        .text("Only continue if you started this yourself, a moment ago, on your own device.")
        .form(&form)
        .response(StatusCode::OK, &incoming.exchange)
}

/// Asks for more than the password.
pub(crate) fn show_more(
    flow: &Flow,
    form: FormFields,
    incoming: &Incoming<'_>,
) -> Response<Vec<u8>> {
    let form = form
        .button("approve", "Approve")
        .quiet_button("cancel", "Cancel");
    flow.page("Approve the sign-in")
        .text("Your organisation asks for more than your password. Here, this button is enough.")
        .form(&form)
        .response(StatusCode::OK, &incoming.exchange)
}

/// Asks for name and password, or offers whom the browser knows.
pub(crate) fn who_are_you(
    flow: &Flow,
    form: FormFields,
    alert: Option<&str>,
    incoming: &Incoming<'_>,
) -> Response<Vec<u8>> {
    let known = flow.offered.as_ref().filter(|_| !flow.wants_password);
    if let Some(user) = known.and_then(|known| incoming.tenant.user(&known.user_id)) {
        let form = form
            .button("use_account", &user.user_principal_name)
            .quiet_button("use_another", "Use another account");
        return flow
            .page("Pick an account")
            .form(&form)
            .response(StatusCode::OK, &incoming.exchange);
    }
    let form = form
        .field("text", "username", "Account", &flow.account)
        .field("password", "password", "Password", "")
        .button("sign_in", "Sign in")
        .quiet_button("cancel", "Cancel");
    flow.page("Sign in")
        .text(&format!(
            "This is a test tenant: {}. Never enter a real password here.",
            accounts(incoming)
        ))
        .alert(alert)
        .form(&form)
        .response(StatusCode::OK, &incoming.exchange)
}

/// Who can sign in, and how: nobody has to look for it.
fn accounts(incoming: &Incoming<'_>) -> String {
    let users = incoming.tenant.users.iter();
    let users =
        users.map(|user| format!("{}, password {}", user.user_principal_name, user.password));
    users.collect::<Vec<_>>().join("; ")
}

/// Asks for consent.
pub(crate) fn may_it(
    flow: &Flow,
    form: FormFields,
    user: &User,
    client: &Client,
    scopes: &RequestedScopes,
    incoming: &Incoming<'_>,
) -> Response<Vec<u8>> {
    let Ok(api) = scopes.api(incoming.tenant) else {
        return incoming.exchange.empty(StatusCode::NOT_FOUND);
    };
    let wanted = consent::asked_for(scopes, client, api);
    let wanted: Vec<String> = wanted
        .iter()
        .map(|scope| format!("{}: {scope}", api.name))
        .chain(
            scopes
                .has("offline_access")
                .then(|| "Keep the access that you gave it".to_owned()),
        )
        .collect();
    let form = form
        .button("accept", "Accept")
        .quiet_button("cancel", "Cancel");
    flow.page("Permissions requested")
        .text(&format!(
            "{} would like to act for {}:",
            client.name, user.user_principal_name
        ))
        .list(wanted.iter().map(String::as_str))
        .form(&form)
        .response(StatusCode::OK, &incoming.exchange)
}

impl Flow {
    /// A page of this flow, whose buttons may lead back to the application.
    fn page(&self, title: &str) -> Page {
        match &self.purpose {
            Purpose::Authorization(request) => {
                Page::new(title).leading_to(request.return_address.form_target())
            }
            Purpose::Device(_) => Page::new(title),
        }
    }
}
