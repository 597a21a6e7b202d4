//! Tokens of one profile, got as `get-token` gets them.

use std::collections::BTreeMap;

use super::audit::From;
use super::resource;
use crate::bindings::tokens::{self, CacheUse, Credential, Origin, Token};
use crate::input::environment;
use crate::output::Output;
use crate::output::civil_time;
use crate::output::error::Error;
use crate::profile::flow::Flow;
use crate::profile::in_use::{self, InUse, Source as ProfileSource};
use crate::request::browser_options::BrowserOptions;
use crate::request::headless::{self, FRESH};
use crate::request::missing_secret;
use crate::request::options::TokenOptions;
use crate::request::prepared::Prepared;
use crate::request::purpose::Purpose;

/// As whom tokens are got.
pub(super) struct Source {
    in_use: InUse,
    flow: Option<Flow>,
    /// With what somebody has typed.
    credential: Option<Credential>,
    /// By resource, where there is no cache.
    kept: BTreeMap<String, Token>,
}

/// A token, and what the audit says about it.
pub(super) struct Obtained {
    pub(super) token: Token,
    pub(super) from: From,
}

impl Source {
    pub(super) fn select(
        profile: Option<&str>,
        flow: Option<Flow>,
        output: &Output,
    ) -> Result<Self, Error> {
        environment::check()?;
        if flow == Some(Flow::OnBehalfOf) {
            return Err(Error::bad_arguments(
                "flow OnBehalfOf answers a caller's token, and nobody brings one here",
                "choose another flow; `proxy` calls on with a caller's token",
            ));
        }
        let in_use = in_use::implied(profile, flow, output)?;
        output.detail(&in_use.reason());
        Ok(Self {
            in_use,
            flow,
            credential: None,
            kept: BTreeMap::new(),
        })
    }

    /// Whose identity it is, as callers may name it.
    pub(super) fn client_id(&self) -> &str {
        &self.in_use.profile.client_id
    }

    /// The API that the profile is for.
    pub(super) fn resource(&self) -> Result<String, Error> {
        let scopes = self.in_use.profile.effective_scopes();
        let resource = scopes.first().and_then(|scope| resource::of_scope(scope));
        resource.ok_or_else(|| {
            Error::bad_arguments(
                "the profile does not say which API tokens may be handed out for",
                "add `--allow`, such as `--allow api://your-api-id`",
            )
        })
    }

    /// The first token, for which a person may be asked.
    pub(super) fn sign_in(&mut self, resource: &str, output: &Output) -> Result<(), Error> {
        let mut prepared = self.prepared(resource, Purpose::SignIn, output)?;
        let cache = self.cache_use();
        let token = headless::sign_in(
            &mut prepared,
            output,
            |request| headless::without_person(request, cache).map_err(Box::new),
            |request| tokens::acquire(request, cache).map_err(Box::new),
        )?;
        if let (Origin::Person, Some(account)) = (token.origin, &token.account) {
            output.signed_in(account);
        }
        self.keep(resource, &prepared, &token);
        self.credential = Some(prepared.request.credential);
        Ok(())
    }

    /// A token for a caller, for which nobody is asked.
    pub(super) fn token(&mut self, resource: &str, output: &Output) -> Result<Obtained, Error> {
        if let Some(token) = self.kept(resource) {
            return Ok(Obtained {
                token,
                from: From::Cache,
            });
        }
        // What it takes may have changed, such as a federated token in a file.
        let prepared = self.prepared(resource, Purpose::Renew, output)?;
        let cache = self.cache_use();
        let token = match prepared.flow.needs_person() {
            true => headless::without_person(&prepared.request, cache),
            false => tokens::acquire(&prepared.request, cache),
        };
        let token = token.map_err(|error| prepared.explain(error))?;
        self.keep(resource, &prepared, &token);
        let from = match token.origin {
            Origin::Cache => From::Cache,
            Origin::Person | Origin::Server => From::Server,
        };
        Ok(Obtained { token, from })
    }

    fn prepared(
        &self,
        resource: &str,
        purpose: Purpose,
        output: &Output,
    ) -> Result<Prepared, Error> {
        let options = TokenOptions::of_resource(resource::scope(resource), self.flow);
        let browser = BrowserOptions::default();
        let mut prepared = options.prepare_for(self.in_use.clone(), purpose, &browser, output)?;
        if let Some(typed) = &self.credential {
            missing_secret::carry_over(typed, &mut prepared.request.credential);
        }
        Ok(prepared)
    }

    fn cache_use(&self) -> CacheUse {
        match self.in_use.source {
            ProfileSource::Demo => CacheUse::Bypass,
            ProfileSource::Environment | ProfileSource::Saved => CacheUse::Prefer,
        }
    }

    /// Keeps what no cache has kept, as in a build without a store for secrets.
    fn keep(&mut self, resource: &str, prepared: &Prepared, token: &Token) {
        let is_cached = matches!(tokens::cached(&prepared.request), Ok(Some(_)));
        if !is_cached {
            self.kept.insert(resource.to_owned(), token.clone());
        }
    }

    fn kept(&self, resource: &str) -> Option<Token> {
        let token = self.kept.get(resource)?;
        let left = token.expires_at.saturating_sub(civil_time::now());
        let left = u64::try_from(left).unwrap_or_default();
        (left > FRESH).then(|| Token {
            expires_in: left,
            ..token.clone()
        })
    }
}
