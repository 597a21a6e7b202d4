//! `discover`: two commands that documents gave one name. Told apart by what is asked: the app registrations of a tenant, or
//! whether a token is still good.

mod check;
mod listing;
mod search;

use crate::bindings::jwt::{self, Kind};
use crate::clap::{self, Args};
use crate::command::format::Format;
use crate::input::time_limit::TimeLimit;
use crate::output::error::Error;
use crate::output::{Outcome, Output};
use crate::profile::flow::Flow;
use crate::request::browser_options::BrowserOptions;
use crate::token::source::TokenSource;

use search::Search;

/// Flags of `discover`.
#[derive(Args)]
pub(crate) struct Discover {
    /// Tenant to search; or, told by its looks, the token to check
    #[arg(short = 't', value_name = "TENANT|TOKEN", group = "tenant-or-token")]
    target: Option<String>,

    /// Tenant to search: a domain or a GUID
    #[arg(long, value_name = "TENANT", group = "tenant-or-token")]
    tenant: Option<String>,

    /// Name of the app, `*` and `?` as wildcards; or its client id or App ID URI [default: *]
    #[arg(short, long, value_name = "PATTERN", conflicts_with_all = ["token", "file"])]
    search: Option<String>,

    /// Token to check
    #[arg(long, value_name = "TOKEN", group = "tenant-or-token")]
    token: Option<String>,

    /// File that holds the token to check
    #[arg(short, long, value_name = "FILE", conflicts_with = "tenant-or-token")]
    file: Option<String>,

    /// Profile whose cached token is checked; with a tenant or a pattern, who searches
    #[arg(short, long, value_name = "NAME", conflicts_with_all = ["token", "file"])]
    profile: Option<String>,

    /// Format: text, json or yaml [default: text on a terminal]
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Format>,

    /// Flow by which the search signs in, such as DeviceCode
    #[arg(long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// Where to sign in for the search: another cloud, or an emulator
    #[arg(long, value_name = "URL")]
    authority: Option<String>,

    /// Time limit of the search: 30s, 2m [default: 60s; none for sign-in by a person]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<TimeLimit>,

    #[command(flatten)]
    browser: BrowserOptions,
}

/// What `-t` stands for.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Tenant,
    Token,
}

impl Discover {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        match self.tenant() {
            Some(tenant) => self.search(Some(tenant), output),
            None if self.search.is_some() => match &self.target {
                Some(_) => Err(Error::bad_arguments(
                    "a search takes a tenant, and `-t` names a token",
                    "give the tenant's domain or GUID, or leave out `--search`",
                )),
                None => self.search(None, output),
            },
            None => self.check(output),
        }
    }

    fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref().or_else(|| {
            let target = self.target.as_deref()?;
            (target_of(target) == Target::Tenant).then_some(target)
        })
    }

    fn search(&self, tenant: Option<&str>, output: &Output) -> Outcome {
        Search {
            tenant,
            pattern: self.search.as_deref().unwrap_or("*"),
            profile: self.profile.as_deref(),
            flow: self.flow,
            authority: self.authority.as_deref(),
            timeout: self.timeout,
            browser: &self.browser,
        }
        .run(self.output, output)
    }

    fn check(&self, output: &Output) -> Outcome {
        let token = self.target.as_deref().or(self.token.as_deref());
        let source = match (token, &self.file, &self.profile) {
            (Some(text), _, _) => TokenSource::Argument(text),
            (_, Some(path), _) => TokenSource::File(path),
            (_, _, Some(profile)) => TokenSource::Cached {
                profile: Some(profile),
                scope: None,
            },
            (None, None, None) => TokenSource::Unnamed(None),
        };
        let found = source.read(output);
        if matches!(source, TokenSource::Unnamed(_))
            && !found.as_ref().is_ok_and(|found| found.profile.is_none())
        {
            output.notice(
                "note: this checks the default profile's token; `discover -t TENANT` searches a tenant's app registrations",
            );
        }
        check::run(&found?, self.output, output)
    }
}

/// A domain has dots as a token has them, so the parts are looked into.
fn target_of(text: &str) -> Target {
    // A JSON object that starts with a blank or a line end is an `e` too.
    let is_jwt = || matches!(jwt::decode(text), Ok(decoded) if decoded.kind != Kind::Opaque);
    if text.starts_with("eyJ") || !is_name(text) || (text.starts_with('e') && is_jwt()) {
        Target::Token
    } else {
        Target::Tenant
    }
}

/// Whether a tenant could have that name (RFC 1035 section 2.3.4); there are longer tokens only.
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_told_from_a_token() {
        let opaque = "0.AXoA".repeat(60);
        for (text, expected) in [
            ("contoso.onmicrosoft.com", Target::Tenant),
            ("11111111-2222-3333-4444-555555555555", Target::Tenant),
            ("your-tenant-id", Target::Tenant),
            ("common", Target::Tenant),
            ("a.b.c.d.example", Target::Tenant),
            ("eyJhbGciOiJub25lIn0.e30.c2ln", Target::Token),
            ("eyJhbGciOi", Target::Token),
            ("Bearer eyJhbGciOiJub25lIn0.e30.c2ln", Target::Token),
            ("-", Target::Token),
            ("", Target::Token),
            ("not a tenant", Target::Token),
            (&opaque, Target::Token),
        ] {
            assert_eq!(target_of(text), expected, "{text}");
        }
    }
}
