//! The flags that say which token is meant, and what they make of a profile: a request of the contract.

use text::word;

use crate::bindings::gate;
use crate::bindings::progress_display;
use crate::bindings::tokens::{Grant, ManagedIdentity, Request};
use crate::clap::{self, Args};
use crate::input::argument::TextArgument;
use crate::input::environment::{self, variable};
use crate::input::secret::{self, COMMAND_LINE_WARNING, SecretArgument};
use crate::input::time_limit::TimeLimit;
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::clear_text;
use crate::profile::fields;
use crate::profile::flow::Flow;
use crate::profile::in_use::{self, InUse, Source};
use crate::profile::{PUBLIC_AUTHORITY, Profile};
use crate::request::assertion;
use crate::request::browser_options::BrowserOptions;
use crate::request::claims;
use crate::request::credential;
use crate::request::environment_proof::EnvironmentProof;
use crate::request::managed_identity;
use crate::request::prepared::Prepared;
use crate::request::purpose::Purpose;

/// Which token is meant.
#[derive(Args, Default)]
pub(crate) struct TokenOptions {
    /// Profile [default: $ENTRA_TOKEN_PROFILE, `default`, the only one]
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(value_name = "NAME", conflicts_with = "profile", value_parser = fields::known_name)]
    argument: Option<String>,

    /// Scopes for this call, separated by spaces or commas
    #[arg(short, long, alias = "scopes", value_name = "SCOPES")]
    scope: Option<String>,

    /// Flow for this call, such as ClientCredentials or DeviceCode
    #[arg(short, long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// Client secret for this call; `-` reads it from stdin
    #[arg(long, value_name = "VALUE|-", allow_hyphen_values = true)]
    client_secret: Option<SecretArgument>,

    /// Use the certificate password that is stored, whatever the profile says
    #[arg(long)]
    cache_cert_password: bool,

    /// Incoming access token, for OnBehalfOf; `-` reads stdin
    #[arg(long, value_name = "TOKEN|-|@FILE", allow_hyphen_values = true)]
    assertion: Option<TextArgument>,

    /// Whose account, if several people sign in: alice@contoso.com
    #[arg(long, value_name = "ACCOUNT")]
    login_hint: Option<String>,

    /// Another cloud by name (usgovernment, china) or authority by URL
    #[arg(
        long,
        visible_alias = "cloud",
        alias = "authority-url",
        value_name = "URL|CLOUD"
    )]
    authority: Option<String>,

    /// Managed identity: `system`, client id, `object:ID`, resource id
    #[arg(long, value_name = "ID")]
    identity: Option<String>,

    /// Claims challenge: JSON, base64, or a WWW-Authenticate header
    #[arg(long, value_name = "CLAIMS|-|@FILE")]
    claims: Option<TextArgument>,

    /// Time limit: 30s, 2m [default: 60s; managed identity: 2m; sign-in by a person: none]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<TimeLimit>,
}

impl TokenOptions {
    /// Whether another token is meant than the profile's own.
    pub(crate) fn are_given(&self) -> bool {
        let texts = [&self.scope, &self.login_hint, &self.authority];
        self.flow.is_some() || self.claims.is_some() || texts.iter().any(|text| text.is_some())
    }

    /// What the profile itself asks for, or other scopes.
    pub(crate) fn of(profile: Option<String>, scope: Option<String>) -> Self {
        Self {
            profile,
            scope,
            ..Self::default()
        }
    }

    /// All that was granted of one resource.
    pub(crate) fn of_resource(scope: String, flow: Option<Flow>) -> Self {
        Self {
            scope: Some(scope),
            flow,
            ..Self::default()
        }
    }

    /// What it takes to read the directory; whoever reads it knows the scope in the profile's cloud.
    pub(crate) fn of_directory(flow: Option<Flow>, timeout: Option<TimeLimit>) -> Self {
        Self {
            scope: Some("https://graph.microsoft.com/.default".to_owned()),
            flow,
            timeout,
            ..Self::default()
        }
    }

    fn profile(&self) -> Option<&str> {
        self.profile.as_deref().or(self.argument.as_deref())
    }

    /// Select the profile, make the request, and permit its authority.
    pub(crate) fn prepare(
        &self,
        purpose: Purpose,
        browser: &BrowserOptions,
        output: &Output,
    ) -> Result<Prepared, Error> {
        environment::check()?;
        let in_use = in_use::implied(self.profile(), self.flow, output)?;
        output.detail(&in_use.reason());
        self.prepare_for(in_use, purpose, browser, output)
    }

    /// The same for a profile that is selected already.
    pub(crate) fn prepare_for(
        &self,
        mut in_use: InUse,
        purpose: Purpose,
        browser: &BrowserOptions,
        output: &Output,
    ) -> Result<Prepared, Error> {
        if let Some(limit) = self.timeout {
            progress_display::give_up_after(limit.seconds())?;
        }
        in_use.profile.cache_certificate_password |= self.cache_cert_password;
        let profile = &in_use.profile;
        let flow = self.chosen_flow(profile)?;
        let scopes = self.chosen_scopes(profile)?;
        self.check_identity(profile, flow)?;
        self.check_stdin()?;
        let grant = self.grant(profile, flow, purpose, browser, output)?;
        let given = secret::given(
            self.client_secret.as_ref(),
            "client secret",
            output,
            Output::notice,
        )?;
        let authority = self.chosen_authority(profile);
        let proof = EnvironmentProof::of(&in_use, &authority, self.authority.is_some(), variable);
        if let Some(reason) = proof.withheld() {
            output.detail(reason);
        }
        if self.authority.is_none() && in_use.source == Source::Saved {
            for warning in clear_text::warnings(std::slice::from_ref(profile)) {
                output.detail(&warning);
            }
        }
        let request = Request {
            authority,
            tenant: profile.tenant_id.clone(),
            client_id: profile.client_id.clone(),
            credential: credential::of(&in_use, flow, given, purpose, &proof)?,
            grant,
            scopes,
            claims: self.claims.as_ref().map(claims::read).transpose()?,
            login_hint: self.chosen_login_hint(profile, flow),
            time_limit: self.time_limit(flow, purpose).map(TimeLimit::seconds),
        };
        let request = self.as_workload(request, purpose)?;
        match &request.grant {
            Grant::ManagedIdentity(wanted) => gate::permit_platform(&wanted.environment)?,
            _ => gate::permit(&request.authority)?,
        }
        let prepared = Prepared {
            request,
            withheld: proof.withheld().map(ToOwned::to_owned),
            in_use,
            flow,
            secret_is_option: self.client_secret.is_some(),
        };
        if purpose != Purpose::LookUp
            && let Some(source) = prepared.given_secret_source()
        {
            output.detail(&format!("secret: {source}"));
        }
        Ok(prepared)
    }

    fn chosen_authority(&self, profile: &Profile) -> String {
        let authority = self.authority.as_deref().unwrap_or(profile.authority());
        word(authority).trim_end_matches('/').to_owned()
    }

    /// Whoever signs in, where the option is there and empty.
    fn chosen_login_hint(&self, profile: &Profile, flow: Flow) -> Option<String> {
        let chosen = self.login_hint.as_deref().or(profile.login_hint.as_deref());
        let name = word(chosen?);
        (flow.needs_person() && !name.is_empty()).then(|| name.to_owned())
    }

    /// A custom authority has no tenants; whether it is one, the token logic knows.
    fn check_identity(&self, profile: &Profile, flow: Flow) -> Result<(), Error> {
        let has_authority = self.authority.is_some() || profile.authority.is_some();
        let missing = if flow == Flow::ManagedIdentity {
            return Ok(());
        } else if profile.tenant_id.is_empty() && !has_authority {
            "tenant_id"
        } else if profile.client_id.is_empty() {
            "client_id"
        } else {
            return Ok(());
        };
        Err(Error::bad_arguments(
            format!("invalid profile configuration: missing {missing}"),
            format!(
                "create it again with `entra-auth-cli config create -p {} --force`",
                profile.name
            ),
        ))
    }

    fn chosen_flow(&self, profile: &Profile) -> Result<Flow, Error> {
        match (self.flow, &self.assertion) {
            (Some(flow), Some(_)) if flow != Flow::OnBehalfOf => Err(Error::bad_arguments(
                format!("flow {flow} takes no `--assertion`"),
                "leave it out, or choose `-f OnBehalfOf`",
            )),
            (Some(flow), _) => Ok(flow),
            (None, Some(_)) => Ok(Flow::OnBehalfOf),
            // A secret at hand is there to be used.
            (None, None) if self.client_secret.is_some() && profile.default_flow()?.is_none() => {
                Ok(Flow::ClientCredentials)
            }
            (None, None) => profile.flow(),
        }
    }

    /// No limit where a person takes the time that it takes.
    fn time_limit(&self, flow: Flow, purpose: Purpose) -> Option<TimeLimit> {
        let waits_for_person = purpose == Purpose::SignIn && flow.needs_person();
        let usual = match flow {
            Flow::ManagedIdentity => TimeLimit::PLATFORM,
            _ => TimeLimit::DEFAULT,
        };
        self.timeout.or((!waits_for_person).then_some(usual))
    }

    fn check_stdin(&self) -> Result<(), Error> {
        let secret = self.client_secret.as_ref();
        let is_stdin =
            |argument: &Option<TextArgument>| argument.as_ref().is_some_and(TextArgument::is_stdin);
        let from_stdin = [
            (
                "the client secret",
                secret.is_some_and(|secret| !secret.is_on_command_line()),
            ),
            ("the incoming token", is_stdin(&self.assertion)),
            ("the claims", is_stdin(&self.claims)),
        ];
        let mut names = from_stdin
            .iter()
            .filter(|(_, is_stdin)| *is_stdin)
            .map(|(name, _)| *name);
        match (names.next(), names.next()) {
            (Some(one), Some(other)) => Err(Error::bad_arguments(
                format!("{one} and {other} cannot both come from stdin"),
                "put one of them into a file, and name it such as by `--assertion @FILE` or `--claims @FILE`",
            )),
            _ => Ok(()),
        }
    }

    fn grant(
        &self,
        profile: &Profile,
        flow: Flow,
        purpose: Purpose,
        browser: &BrowserOptions,
        output: &Output,
    ) -> Result<Grant, Error> {
        let is_browser = matches!(flow, Flow::AuthorizationCode | Flow::InteractiveBrowser);
        let mut unused = if is_browser {
            Vec::new()
        } else {
            browser.given()
        };
        if self.login_hint.is_some() && !flow.needs_person() {
            unused.push("`--login-hint`");
        }
        if self.identity.is_some() && flow != Flow::ManagedIdentity {
            unused.push("`--identity`");
        }
        if !unused.is_empty() {
            output.notice(&format!(
                "warning: without effect in flow {flow}: {}",
                unused.join(", ")
            ));
        }
        Ok(match flow {
            Flow::ClientCredentials => Grant::ClientCredentials,
            Flow::DeviceCode => Grant::DeviceCode,
            Flow::AuthorizationCode | Flow::InteractiveBrowser => {
                Grant::AuthorizationCode(browser.browser(profile)?)
            }
            Flow::ManagedIdentity => Grant::ManagedIdentity(ManagedIdentity {
                identity: managed_identity::identity(self.identity.as_deref(), profile)?,
                environment: managed_identity::environment(variable),
                patience: self.timeout.map(TimeLimit::seconds),
            }),
            Flow::OnBehalfOf if purpose == Purpose::LookUp && self.assertion.is_none() => {
                return Err(kept_for_each_caller());
            }
            Flow::OnBehalfOf => Grant::OnBehalfOf(self.incoming_token(output)?),
        })
    }

    fn incoming_token(&self, output: &Output) -> Result<String, Error> {
        let argument = self.assertion.as_ref().ok_or_else(|| {
            Error::bad_arguments(
                "flow OnBehalfOf needs the access token that came in",
                "add `--assertion -` to read it from stdin, or `--assertion @FILE`",
            )
        })?;
        if argument.is_on_command_line() {
            output.notice(COMMAND_LINE_WARNING);
        }
        Ok(assertion::read(argument)?.reveal().to_owned())
    }

    fn chosen_scopes(&self, profile: &Profile) -> Result<Vec<String>, Error> {
        let scopes = match &self.scope {
            Some(text) => fields::scopes(text)?,
            None => profile.effective_scopes(),
        };
        if scopes.is_empty() {
            return Err(Error::bad_arguments(
                "no scope is given",
                "add `--scope`, such as `--scope api://your-api-id/.default`",
            ));
        }
        Ok(scopes)
    }

    /// On Kubernetes the platform has no endpoint but a federated token, which the identity's own application shows, to the
    /// authority that the platform or a flag names: a profile has no say in that.
    fn as_workload(&self, request: Request, purpose: Purpose) -> Result<Request, Error> {
        let workload = match &request.grant {
            Grant::ManagedIdentity(wanted) => {
                managed_identity::workload(&wanted.identity, variable)
            }
            _ => None,
        };
        let Some((tenant, client_id)) = workload else {
            return Ok(request);
        };
        let authority = variable("AZURE_AUTHORITY_HOST").or_else(|| self.authority.clone());
        Ok(Request {
            authority: authority.unwrap_or_else(|| PUBLIC_AUTHORITY.to_owned()),
            tenant,
            client_id,
            credential: credential::federated(purpose)?,
            grant: Grant::ClientCredentials,
            ..request
        })
    }
}

/// Nothing else tells which of them is meant.
fn kept_for_each_caller() -> Error {
    Error::general(
        "flow OnBehalfOf has a token for each token that came in, and none is named",
        "look into the one that `get-token` prints with `inspect`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clap::Parser;
    use crate::output::Verbosity;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: TokenOptions,
        #[command(flatten)]
        browser: BrowserOptions,
    }

    fn parsed(line: &str) -> Line {
        let words = std::iter::once("x").chain(line.split_whitespace());
        Line::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    fn profile(method: &str) -> Profile {
        Profile {
            auth_method: method.to_owned(),
            client_id: "c".to_owned(),
            ..Profile::named("p")
        }
    }

    fn grant(line: &str, profile: &Profile) -> Result<Grant, Error> {
        let Line { options, browser } = parsed(line);
        let output = Output::new(Verbosity::Quiet, true);
        let flow = options.chosen_flow(profile)?;
        options.grant(profile, flow, Purpose::SignIn, &browser, &output)
    }

    #[test]
    fn flags_and_profile_map_to_grants() {
        for (line, method, expected) in [
            ("", "ClientSecret", "client-credentials"),
            ("", "None", "browser at None"),
            ("-f DeviceCode", "ClientSecret", "device-code"),
            ("-f interactive", "None", "browser at None"),
            (
                "-f AuthorizationCode --port 8080",
                "ClientSecret",
                "browser at Some((8080, 8080))",
            ),
            ("--client-secret s", "None", "client-credentials"),
            ("--assertion a.b.c", "ClientSecret", "on-behalf-of a.b.c"),
            (
                "-f OnBehalfOf --assertion a.b.c",
                "None",
                "on-behalf-of a.b.c",
            ),
            (
                "-f obo --assertion a.b.c --client-secret s --port 1",
                "None",
                "on-behalf-of a.b.c",
            ),
            (
                "-f on-behalf-of",
                "ClientSecret",
                "flow OnBehalfOf needs the access token that came in",
            ),
            (
                "-f DeviceCode --assertion a.b.c",
                "ClientSecret",
                "flow DeviceCode takes no `--assertion`",
            ),
        ] {
            let found = match grant(line, &profile(method)) {
                Ok(Grant::ClientCredentials) => "client-credentials".to_owned(),
                Ok(Grant::AuthorizationCode(browser)) => format!("browser at {:?}", browser.ports),
                Ok(Grant::DeviceCode) => "device-code".to_owned(),
                Ok(Grant::OnBehalfOf(token)) => format!("on-behalf-of {token}"),
                Ok(Grant::ManagedIdentity(_)) => panic!("{line}: only a host knows the platform"),
                Err(error) => error.message,
            };
            assert_eq!(found, expected, "{line} {method}");
        }
    }

    #[test]
    fn only_people_are_waited_for_without_a_limit() {
        for (line, purpose, expected) in [
            ("-f ClientCredentials", Purpose::SignIn, Some(60)),
            ("-f OnBehalfOf", Purpose::SignIn, Some(60)),
            ("-f ManagedIdentity", Purpose::SignIn, Some(120)),
            ("-f ManagedIdentity", Purpose::Renew, Some(120)),
            ("-f ManagedIdentity --timeout 5s", Purpose::SignIn, Some(5)),
            ("-f InteractiveBrowser", Purpose::SignIn, None),
            ("-f AuthorizationCode", Purpose::SignIn, None),
            ("-f DeviceCode", Purpose::SignIn, None),
            ("-f DeviceCode", Purpose::Renew, Some(60)),
            ("-f DeviceCode --timeout 2m", Purpose::SignIn, Some(120)),
            ("-f app --timeout 5", Purpose::Renew, Some(5)),
        ] {
            let options = parsed(line).options;
            let flow = options.flow.unwrap();
            let limit = options.time_limit(flow, purpose).map(TimeLimit::seconds);
            assert_eq!(limit, expected, "{line} {purpose:?}");
        }
    }

    #[test]
    fn stdin_is_read_for_one_thing() {
        for (line, is_good) in [
            ("--client-secret - --assertion a", true),
            ("--client-secret s --assertion -", true),
            ("--client-secret - --assertion @f", true),
            ("--client-secret - --assertion -", false),
            ("--client-secret - --claims -", false),
            ("--assertion - --claims -", false),
            ("--assertion - --claims @f", true),
        ] {
            assert_eq!(
                parsed(line).options.check_stdin().is_ok(),
                is_good,
                "{line}"
            );
        }
    }
}
