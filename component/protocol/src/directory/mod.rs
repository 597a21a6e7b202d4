//! The app registrations of a tenant, read through Microsoft Graph.
//!
//! [List applications](https://learn.microsoft.com/graph/api/application-list). Graph is asked for as little as its filters allow;
//! wildcards are matched here, for Graph knows none. The list comes in pages, each of which names the next: a bearer token goes
//! after it only where it was going anyway.

mod application;
mod pattern;
mod refusal;

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::authority::cloud::Cloud;
use crate::exchange::answer::{object, of_peer};
use crate::exchange::form;
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::unacceptable::Unacceptable;
use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

pub use application::{AppRole, Application, DelegatedPermission};
pub use pattern::ApplicationPattern;
pub use refusal::{Asker, advice, may_be_outdated};

/// A page of 999 registrations, each with some twenty permissions, has about 5 MB.
pub const MAX_PAGE_SIZE: usize = 16 * 1024 * 1024;

/// 99,900 registrations; no person reads more, and a list that runs in a circle ends.
const MOST_PAGES: usize = 100;

/// As many as Graph gives at once.
const PAGE_LENGTH: &str = "999";

/// What is shown, and nothing else, because pages grow with it.
const SELECTED: &str = "id,appId,displayName,createdDateTime,publisherDomain,signInAudience,identifierUris,api,appRoles";

/// Microsoft Graph, as the tenant's people and apps reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    origin: Url,
    /// The name of the API in scopes: the same for every host that stands for it.
    resource: String,
}

impl Graph {
    /// The Graph of the authority's cloud. An authority of no known cloud has it at its own origin, as test tenants do.
    pub fn of(authority: &Authority) -> Result<Self, Impossible> {
        let is_microsoft = authority.cloud().is_some() || authority.is_external_id();
        let host = graph_host(authority.host()).filter(|_| is_microsoft);
        let origin = match host {
            Some(host) => format!("https://{host}"),
            None => authority.origin(),
        };
        Ok(Self {
            origin: Url::parse(&origin)
                .map_err(|_| Impossible::new("the authority's Microsoft Graph has no address"))?,
            resource: format!("https://{}", host.unwrap_or(Cloud::Global.graph_host())),
        })
    }

    /// The permission that reading registrations takes: the application's own were granted before, a person's is named.
    pub fn scope(&self, asker: Asker) -> String {
        let permission = match asker {
            Asker::Application => ".default",
            Asker::Person => refusal::PERMISSION,
        };
        format!("{}/{permission}", self.resource)
    }

    /// Where the first page of what the pattern means is.
    pub fn first_page(&self, pattern: &ApplicationPattern) -> Url {
        let mut url = self.origin.clone();
        url.set_path("/v1.0/applications");
        url.query_pairs_mut()
            .append_pair("$select", SELECTED)
            .append_pair("$top", PAGE_LENGTH);
        if let Some(filter) = pattern.filter() {
            url.query_pairs_mut().append_pair("$filter", &filter);
        }
        url
    }

    /// The request for the page at `url`, to be sent following no redirect.
    pub fn to_http(
        &self,
        url: &Url,
        token: &Secret,
        correlation_id: CorrelationId,
    ) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
        let mut request = form::get(&form::to_uri(url)?, correlation_id);
        let text = Zeroizing::new(format!("Bearer {}", token.expose()));
        let mut value = HeaderValue::try_from(text.as_str())
            .map_err(|_| Impossible::new("the token has characters that headers cannot have"))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
        Ok(request)
    }

    /// Reads a page that came at `now`. Give it at most [`MAX_PAGE_SIZE`] bytes and one more, so that it can tell.
    pub fn read_page(
        &self,
        response: &Response<impl AsRef<[u8]>>,
        now: Timestamp,
    ) -> Result<Page, Error> {
        let mut members = object(response, Peer::Graph, MAX_PAGE_SIZE, now)?;
        if let Some(refusal) = refusal::read(response, &members, now) {
            return Err(refusal.into());
        }
        let unacceptable = |what: &str| {
            let message = format!("Microsoft Graph answered with {what}");
            of_peer(message, Peer::Graph, response, now)
        };
        if response.status() != StatusCode::OK {
            let status = response.status().as_u16();
            return Err(unacceptable(&format!("HTTP {status} and no `error`")).into());
        }
        let next = match members.remove("@odata.nextLink") {
            None | Some(Value::Null) => None,
            Some(link) => Some(self.next(&link).ok_or_else(|| {
                unacceptable("a next page at another address, which gets no token")
            })?),
        };
        let Some(Value::Array(values)) = members.remove("value") else {
            return Err(unacceptable("no list of applications").into());
        };
        let applications: Option<Vec<Application>> =
            values.into_iter().map(Application::read).collect();
        Ok(Page {
            applications: applications
                .ok_or_else(|| unacceptable("an application without name or id"))?,
            next,
        })
    }

    /// The next page's address, if it is one of Graph's: what stands there gets the token.
    fn next(&self, link: &Value) -> Option<Url> {
        let url = Url::parse(link.as_str()?).ok()?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        (is_plain && url.origin() == self.origin.origin()).then_some(url)
    }
}

/// The host of the Graph that goes with a sign-in host, if that is Microsoft's.
pub fn graph_host(login_host: &str) -> Option<&'static str> {
    // External ID is a service of the public cloud.
    let is_external_id = login_host.ends_with(".ciamlogin.com");
    match Cloud::of_login_host(login_host) {
        None if is_external_id => Some(Cloud::Global.graph_host()),
        cloud => cloud.map(Cloud::graph_host),
    }
}

/// Some of the registrations, and where there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    applications: Vec<Application>,
    next: Option<Url>,
}

/// The registrations that a pattern means, gathered page by page.
#[derive(Debug)]
pub struct Search {
    pattern: ApplicationPattern,
    found: Vec<Application>,
    pages: usize,
}

impl Search {
    /// A search that has found nothing yet.
    pub const fn new(pattern: ApplicationPattern) -> Self {
        Self {
            pattern,
            found: Vec::new(),
            pages: 0,
        }
    }

    /// Takes what fits from a page; says where to read on.
    ///
    /// Fails when there are more pages than a search may take.
    pub fn take(&mut self, page: Page) -> Result<Option<Url>, Unacceptable> {
        self.pages = self.pages.saturating_add(1);
        let fitting = page
            .applications
            .into_iter()
            .filter(|application| self.pattern.matches(application));
        self.found.extend(fitting);
        match page.next {
            Some(_) if self.pages >= MOST_PAGES => Err(Unacceptable::new(format!(
                "Microsoft Graph did not come to an end after {MOST_PAGES} pages"
            ))
            .with_hint("search for a name that begins with letters, so that fewer are read")),
            next => Ok(next),
        }
    }

    /// What was found, by name, each once.
    pub fn finish(self) -> Vec<Application> {
        let mut found = self.found;
        found.sort_by_cached_key(|application| {
            (
                application.display_name.to_lowercase(),
                application.id.clone(),
            )
        });
        // The list may have moved between two pages.
        found.dedup_by(|one, other| one.id == other.id);
        found
    }
}

#[cfg(test)]
mod tests;
