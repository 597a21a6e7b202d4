//! Who gets a token for what: decided by the head of a request, and by nothing else.

use std::net::{IpAddr, SocketAddr};

use text::masked;

use super::caller::Caller;
use super::head::Head;
use super::parameters::Parameters;
use super::resource;
use crate::bindings::identity_endpoint::Request;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::printable::printable;

/// Where callers with a secret ask.
pub(super) const TOKEN_PATH: &str = "/token";

/// Where virtual machines have it.
const IMDS_PATH: &str = "/metadata/identity/oauth2/token";

/// What the audit calls a caller without a secret.
const IMDS_CALLER: &str = "imds";

/// The version that says `IDENTITY_ENDPOINT` and `X-IDENTITY-HEADER`; the one before it has another secret and other answers.
const VERSION: &str = "2019-08-01";

/// The first version of virtual machines.
const IMDS_VERSION: &str = "2018-02-01";

/// Characters of a caller's own words that are repeated.
const LONGEST_QUOTE: usize = 200;

/// By what another identity than the only one here may be meant.
const IDENTITIES: [&str; 6] = [
    "client_id",
    "clientid",
    "mi_res_id",
    "msi_res_id",
    "object_id",
    "principal_id",
];

/// What is checked.
pub(super) struct Admission {
    pub(super) callers: Vec<Caller>,
    pub(super) resources: Vec<String>,
    /// A name by which this machine may be called besides its addresses.
    pub(super) host: Option<String>,
    pub(super) imds: bool,
    /// The only client id that callers may name; absent where they may name any identity.
    pub(super) identity: Option<String>,
}

/// A request that gets a token if there is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Admitted {
    pub(super) caller: String,
    pub(super) resource: String,
}

/// Why a request gets none.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// One word for the audit.
    pub(super) rule: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            rule,
            message: message.into(),
        }
    }

    /// There is no token. Libraries try again for minutes after 404, 410, 429 and 5xx, so only what may pass gets such a status.
    pub(super) fn of(error: &Error) -> Self {
        let status = match error.code {
            ExitCode::NetworkFailed | ExitCode::TimedOutOrCancelled => 503,
            ExitCode::Done
            | ExitCode::General
            | ExitCode::AuthenticationFailed
            | ExitCode::ProfileNotFound
            | ExitCode::BadArguments
            | ExitCode::OfProgram(_) => 400,
        };
        let hint = error.hint.iter().map(|hint| format!("; {hint}"));
        let parts = std::iter::once(error.message.clone()).chain(hint);
        let message = parts.collect::<String>();
        Self::new(status, "token", printable(&masked(&message)))
    }
}

impl Admission {
    pub(super) fn admit(&self, request: &Request) -> Result<Admitted, Refusal> {
        let head = Head::of(request);
        head.check_method()?;
        head.check_origin()?;
        self.check_host(&head)?;
        let (path, query) = split(&request.target);
        let parameters = Parameters::of(query);
        let caller = match path {
            TOKEN_PATH => {
                let caller = self.caller(&head)?;
                parameters.check_version(|version| version == VERSION)?;
                caller
            }
            IMDS_PATH if self.imds => {
                head.check_metadata()?;
                parameters.check_version(is_imds_version)?;
                IMDS_CALLER
            }
            _ => return Err(Refusal::new(400, "path", "nothing is here")),
        };
        let resource = self.resource(&parameters)?;
        self.check_identity(&parameters)?;
        Ok(Admitted {
            caller: caller.to_owned(),
            resource,
        })
    }

    fn caller(&self, head: &Head<'_>) -> Result<&str, Refusal> {
        let secret = head.only("x-identity-header");
        let caller = secret.and_then(|secret| self.callers.iter().find(|one| one.has(secret)));
        caller.map(|caller| caller.name.as_str()).ok_or_else(|| {
            Refusal::new(
                401,
                "secret",
                "the secret in X-IDENTITY-HEADER is missing, or is not one of this endpoint's",
            )
        })
    }

    /// A page of the web can have its own name resolved to this machine (DNS rebinding), and then it says that name.
    fn check_host(&self, head: &Head<'_>) -> Result<(), Refusal> {
        let is_ours = head.only("host").is_some_and(|host| {
            let name = match host.rsplit_once(':') {
                Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
                _ => host,
            };
            let is_named = |known: &str| name.eq_ignore_ascii_case(known);
            let is_address = host.parse::<SocketAddr>().is_ok()
                || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
            is_address || is_named("localhost") || self.host.as_deref().is_some_and(is_named)
        });
        is_ours.then_some(()).ok_or_else(|| {
            Refusal::new(
                403,
                "host",
                "the request is for another host; start `serve` with `--host` if it has a name",
            )
        })
    }

    fn resource(&self, parameters: &Parameters) -> Result<String, Refusal> {
        let Some(wanted) = parameters.only("resource") else {
            return Err(Refusal::new(
                400,
                "resource",
                "the parameter `resource` is missing, or there are several",
            ));
        };
        let is_allowed = self
            .resources
            .iter()
            .any(|one| resource::is_same(one, wanted));
        if !is_allowed {
            let wanted = quoted(wanted);
            return Err(Refusal::new(
                400,
                "resource",
                format!(
                    "no tokens are handed out for `{wanted}`; start `serve` with `--allow` for it"
                ),
            ));
        }
        Ok(wanted.to_owned())
    }

    fn check_identity(&self, parameters: &Parameters) -> Result<(), Refusal> {
        let Some(own) = &self.identity else {
            return Ok(());
        };
        let other = parameters.iter().find(|(name, value)| {
            let is_own = name == "client_id" && value.eq_ignore_ascii_case(own);
            IDENTITIES.contains(&name.as_str()) && !is_own
        });
        match other {
            None => Ok(()),
            Some((name, value)) => Err(Refusal::new(
                400,
                "identity",
                format!(
                    "the identity with {name} `{}` is not here; leave it out, or start `serve` with `--any-identity`",
                    quoted(value)
                ),
            )),
        }
    }
}

/// Path and query. A whole address is neither.
fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// Any date from the first one on: later ones added members alone.
fn is_imds_version(version: &str) -> bool {
    let is_date = version.len() == IMDS_VERSION.len()
        && version
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_date && version >= IMDS_VERSION
}

/// A caller's words, for its own eyes and the audit's.
fn quoted(text: &str) -> String {
    let beginning: String = text.chars().take(LONGEST_QUOTE).collect();
    printable(&masked(&beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: &str = "99999999-8888-7777-6666-555555555555";
    const API: &str = "/token?api-version=2019-08-01&resource=api://your-api-id";
    const IMDS: &str =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://your-api-id";

    type Headers = &'static [(&'static str, &'static str)];

    const HOST: (&str, &str) = ("host", "127.0.0.1:8401");
    const SECRET: (&str, &str) = ("x-identity-header", "s1");
    const METADATA: (&str, &str) = ("metadata", "true");

    fn admission() -> Admission {
        Admission {
            callers: vec![
                Caller::with_secret("web", "s1"),
                Caller::with_secret("worker", "s2"),
            ],
            resources: vec![
                "api://your-api-id".to_owned(),
                "https://vault.azure.net".to_owned(),
            ],
            host: Some("host.docker.internal".to_owned()),
            imds: true,
            identity: Some(CLIENT.to_owned()),
        }
    }

    fn judged(
        admission: &Admission,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> String {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let request = Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.iter().map(owned).collect(),
        };
        match admission.admit(&request) {
            Ok(Admitted { caller, resource }) => format!("{caller} {resource}"),
            Err(refusal) => format!("{} {}", refusal.status, refusal.rule),
        }
    }

    #[test]
    fn who_asks_shows_a_secret_and_is_no_page_and_no_proxy() {
        let rows: &[(Headers, &str)] = &[
            (&[HOST, SECRET], "web api://your-api-id"),
            (
                &[HOST, ("x-identity-header", "s2")],
                "worker api://your-api-id",
            ),
            (&[HOST, SECRET, METADATA], "web api://your-api-id"),
            (
                &[HOST, SECRET, ("sec-fetch-mode", "cors")],
                "web api://your-api-id",
            ),
            (
                &[HOST, SECRET, ("content-length", "0")],
                "web api://your-api-id",
            ),
            (&[HOST], "401 secret"),
            (&[HOST, METADATA], "401 secret"),
            (&[HOST, ("x-identity-header", "")], "401 secret"),
            (&[HOST, ("x-identity-header", "S1")], "401 secret"),
            (&[HOST, ("x-identity-header", "s")], "401 secret"),
            (&[HOST, ("x-identity-header", "s1,s2")], "401 secret"),
            (&[HOST, SECRET, ("x-identity-header", "s2")], "401 secret"),
            (&[SECRET], "403 host"),
            (&[HOST, HOST, SECRET], "403 host"),
            (
                &[("host", "localhost:8401"), SECRET],
                "web api://your-api-id",
            ),
            (&[("host", "[::1]:8401"), SECRET], "web api://your-api-id"),
            (&[("host", "[::1]"), SECRET], "web api://your-api-id"),
            (&[("host", "172.17.0.1"), SECRET], "web api://your-api-id"),
            (
                &[("host", "host.docker.internal:8401"), SECRET],
                "web api://your-api-id",
            ),
            (&[("host", "evil.example"), SECRET], "403 host"),
            (
                &[("host", "127.0.0.1.evil.example:8401"), SECRET],
                "403 host",
            ),
            (&[("host", "localhost.evil.example"), SECRET], "403 host"),
            (&[("host", ""), SECRET], "403 host"),
            (
                &[HOST, SECRET, ("origin", "http://localhost:3000")],
                "403 browser",
            ),
            (&[HOST, SECRET, ("origin", "null")], "403 browser"),
            (
                &[HOST, SECRET, ("sec-fetch-site", "cross-site")],
                "403 browser",
            ),
            (&[HOST, SECRET, ("sec-fetch-dest", "image")], "403 browser"),
            (
                &[HOST, SECRET, ("x-forwarded-for", "10.0.0.1")],
                "403 forwarded",
            ),
            (&[HOST, SECRET, ("x-forwarded-host", "a")], "403 forwarded"),
            (&[HOST, SECRET, ("forwarded", "for=a")], "403 forwarded"),
            (&[HOST, SECRET, ("via", "1.1 a")], "403 forwarded"),
            (&[HOST, SECRET, ("content-length", "1")], "400 body"),
            (
                &[HOST, SECRET, ("transfer-encoding", "chunked")],
                "400 body",
            ),
        ];
        for (headers, expected) in rows {
            assert_eq!(
                judged(&admission(), "GET", API, headers),
                *expected,
                "{headers:?}"
            );
        }
        for method in ["POST", "HEAD", "OPTIONS", "get", "PUT"] {
            let found = judged(&admission(), method, API, &[HOST, SECRET]);
            assert_eq!(found, "405 method", "{method}");
        }
    }

    #[test]
    fn a_token_is_for_what_is_on_the_list() {
        let version = "api-version=2019-08-01";
        for (query, expected) in [
            ("resource=api://your-api-id", "web api://your-api-id"),
            ("resource=api%3A%2F%2Fyour-api-id", "web api://your-api-id"),
            (
                "resource=https://vault.azure.net/",
                "web https://vault.azure.net/",
            ),
            ("resource=https://vault.azure.net//", "400 resource"),
            ("resource=https://.vault.azure.net", "400 resource"),
            (
                "resource=https://vault.azure.net.evil.example",
                "400 resource",
            ),
            ("resource=https://graph.microsoft.com", "400 resource"),
            ("resource=api://your-api-id/.default", "400 resource"),
            ("resource=", "400 resource"),
            ("", "400 resource"),
            (
                "resource=api://your-api-id&resource=https://graph.microsoft.com",
                "400 resource",
            ),
            ("Resource=api://your-api-id", "400 resource"),
            (
                "resource=api://your-api-id&client_id=99999999-8888-7777-6666-555555555555",
                "web api://your-api-id",
            ),
            ("resource=api://your-api-id&client_id=other", "400 identity"),
            (
                "resource=api://your-api-id&mi_res_id=/subscriptions/x",
                "400 identity",
            ),
            ("resource=api://your-api-id&object_id=x", "400 identity"),
            (
                "resource=api://your-api-id&bypass_cache=true",
                "web api://your-api-id",
            ),
        ] {
            let target = format!("/token?{version}&{query}");
            assert_eq!(
                judged(&admission(), "GET", &target, &[HOST, SECRET]),
                expected,
                "{query}"
            );
        }
        let any = Admission {
            identity: None,
            ..admission()
        };
        for name in IDENTITIES {
            let target = format!("{API}&{name}=other");
            assert_eq!(
                judged(&any, "GET", &target, &[HOST, SECRET]),
                "web api://your-api-id"
            );
        }
    }

    #[test]
    fn only_known_places_and_versions_are_answered() {
        for (target, expected) in [
            (
                "/token?api-version=2017-09-01&resource=api://your-api-id",
                "400 version",
            ),
            ("/token?resource=api://your-api-id", "400 version"),
            (
                "/token/?api-version=2019-08-01&resource=api://your-api-id",
                "400 path",
            ),
            (
                "//token?api-version=2019-08-01&resource=api://your-api-id",
                "400 path",
            ),
            (
                "http://evil.example/token?api-version=2019-08-01&resource=api://your-api-id",
                "400 path",
            ),
            (
                "/%74oken?api-version=2019-08-01&resource=api://your-api-id",
                "400 path",
            ),
            ("/", "400 path"),
        ] {
            assert_eq!(
                judged(&admission(), "GET", target, &[HOST, SECRET]),
                expected,
                "{target}"
            );
        }
    }

    #[test]
    fn virtual_machines_have_no_secret_and_so_only_where_it_is_asked_for() {
        let rows: &[(&str, Headers, &str)] = &[
            (IMDS, &[HOST, METADATA], "imds api://your-api-id"),
            (
                IMDS,
                &[HOST, ("metadata", "True")],
                "imds api://your-api-id",
            ),
            (IMDS, &[HOST], "400 metadata"),
            (IMDS, &[HOST, ("metadata", "false")], "400 metadata"),
            (IMDS, &[HOST, METADATA, METADATA], "400 metadata"),
            (
                IMDS,
                &[HOST, METADATA, ("x-forwarded-for", "10.0.0.1")],
                "403 forwarded",
            ),
            (
                IMDS,
                &[HOST, METADATA, ("origin", "https://evil.example")],
                "403 browser",
            ),
            (IMDS, &[("host", "evil.example"), METADATA], "403 host"),
            (
                "/metadata/identity/oauth2/token?api-version=2021-12-13&resource=api://your-api-id",
                &[HOST, METADATA],
                "imds api://your-api-id",
            ),
            (
                "/metadata/identity/oauth2/token?api-version=2017-01-01&resource=api://your-api-id",
                &[HOST, METADATA],
                "400 version",
            ),
            (
                "/metadata/identity/oauth2/token?api-version=latest&resource=api://your-api-id",
                &[HOST, METADATA],
                "400 version",
            ),
            (
                "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://other",
                &[HOST, METADATA],
                "400 resource",
            ),
        ];
        let without = Admission {
            imds: false,
            ..admission()
        };
        for (target, headers, expected) in rows {
            assert_eq!(
                judged(&admission(), "GET", target, headers),
                *expected,
                "{target} {headers:?}"
            );
            let off = judged(&without, "GET", target, headers);
            assert!(
                off == "400 path" || off.starts_with("403"),
                "{target} {headers:?}: {off}"
            );
        }
    }

    #[test]
    fn a_callers_words_are_not_repeated_as_they_are() {
        let long = "x ".repeat(1000);
        assert_eq!(quoted(&long).len(), LONGEST_QUOTE);
        assert_eq!(quoted("a\u{1b}[2J"), "a\\u{1b}[2J");
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (code, expected) in [
            (ExitCode::NetworkFailed, 503),
            (ExitCode::TimedOutOrCancelled, 503),
            (ExitCode::AuthenticationFailed, 400),
            (ExitCode::General, 400),
            (ExitCode::BadArguments, 400),
        ] {
            let refusal = Refusal::of(&Error::new(code, "no", "sign in"));
            assert_eq!(
                (refusal.status, refusal.message.as_str()),
                (expected, "no; sign in")
            );
        }
    }
}
