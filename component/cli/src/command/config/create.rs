//! `config create`: by questions, by flags, or by flags and questions for the rest.

use super::answers::{Answers, Asking, Field, Need};
use super::certificate_check;
use super::draft::{self, Draft, Existing, already_exists};
use super::field_options::{self, DefaultFlow, Fields};
use crate::bindings::prompt::{self, Echo};
use crate::clap::{self, Args};
use crate::input::environment::variable;
use crate::input::named;
use crate::input::secret::Secret;
use crate::input::stdin;
use crate::output::error::{BadValue, Error};
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::fields;
use crate::profile::flow::Flow;
use crate::profile::saved;
use crate::profile::scopes;
use crate::profile::stored_secrets;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config create
  entra-auth-cli config create -p ci --tenant-id contoso.onmicrosoft.com \\
      --client-id 99999999-8888-7777-6666-555555555555 --client-secret - \\
      --scope api://your-api-id/.default < secret.txt

Methods:
  ClientSecret
  Certificate, PasswordlessCertificate
  FederatedToken      workload identity, GitHub Actions, Azure Pipelines
  ManagedIdentity     the identity that Azure gave to this machine or service
  Public              a public client: people sign in
Flows:
  ClientCredentials, OnBehalfOf, ManagedIdentity,
  InteractiveBrowser, AuthorizationCode, DeviceCode

Without a terminal nothing is asked: what is missing is named, and the exit code
is 4.
The secret goes to the secret store of this machine and never into the profile.";

/// Flags of `config create`.
#[derive(Args)]
pub(crate) struct Create {
    /// Name of the profile: letters, digits, `-` and `_`
    #[arg(short, long, value_name = "NAME", group = "called")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(short, long, value_name = "NAME", group = "called")]
    name: Option<String>,

    #[command(flatten)]
    fields: Fields,

    /// Ask for nothing that a flag can give: what is missing is an error
    #[arg(long, conflicts_with = "interactive")]
    non_interactive: bool,

    /// Ask for everything that no flag gives
    #[arg(long)]
    interactive: bool,

    /// Replace a profile of the same name; save one whose certificate cannot be used
    #[arg(long, visible_alias = "overwrite")]
    force: bool,
}

impl Create {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.fields.check_credentials()?;
        let mut draft = self.draft(output)?;
        draft.existing = self.existing();
        self.check_certificate(&draft, output)?;
        let name = draft.profile.name.clone();
        let has_secret = draft.client_secret.is_some() || draft.certificate_password.is_some();
        let next = next_command(&draft.profile);
        self.save(draft, output)?;
        output.notice(&format!("✓ Profile '{name}' created"));
        output.notice(&format!("  Next: `{next}`"));
        if has_secret && stored_secrets::need_passphrase() {
            output.notice(
                "  There is no keyring here, so the passphrase will be asked for now and then; ENTRA_AUTH_CLI_PASSPHRASE spares that",
            );
        }
        Ok(ExitCode::Done)
    }

    /// Answers must not be lost for it.
    fn check_certificate(&self, draft: &Draft, output: &Output) -> Result<(), Error> {
        if self.force {
            return Ok(());
        }
        let password = draft.certificate_password.as_ref();
        match certificate_check::check(&draft.profile, password, output) {
            Err(error) if self.asking(output) == Asking::Everything => {
                output.instruction(&format!("warning: {}", error.message));
                Ok(())
            }
            checked => checked,
        }
    }

    /// Saves; where that fails for want of a passphrase or a keyring, a person's answers are not lost.
    fn save(&self, draft: Draft, output: &Output) -> Result<(), Error> {
        loop {
            match draft::save_all(vec![draft.clone()], output) {
                Err(error)
                    if error.code == ExitCode::General
                        && !self.non_interactive
                        && output.can_ask() =>
                {
                    output.failure(&error);
                    if !wants_to_try_again()? {
                        return Err(error);
                    }
                }
                outcome => return outcome,
            }
        }
    }

    fn flow(&self) -> Option<Flow> {
        self.fields.flow.and_then(|DefaultFlow(flow)| flow)
    }

    fn existing(&self) -> Existing {
        match self.force {
            true => Existing::Replace,
            false => Existing::Keep,
        }
    }

    /// How much is asked. Once a question is open, so are all that no flag answers: whoever is asked
    /// for a client id must not find out later that Microsoft Graph was meant. A script is asked
    /// nothing.
    fn asking(&self, output: &Output) -> Asking {
        let is_terminal = stdin::is_terminal() && output.stdout_is_terminal();
        if self.non_interactive {
            Asking::Nothing
        } else if self.interactive || !self.identifies() {
            Asking::Everything
        } else if !is_terminal {
            Asking::Nothing
        } else if self.is_complete() {
            Asking::WhatIsNeeded
        } else {
            Asking::Everything
        }
    }

    /// Whether the command line says all that matters, so that at most a secret is left to ask.
    fn is_complete(&self) -> bool {
        let fields = &self.fields;
        let is_named = self.profile.is_some() || self.name.is_some();
        let is_managed = fields.method() == Some(AuthMethod::ManagedIdentity)
            || self.flow() == Some(Flow::ManagedIdentity);
        let has_client = fields.client_id.is_some()
            && (fields.tenant_id.is_some() || fields.authority.is_some())
            && (fields.method().is_some() || self.flow().is_some_and(Flow::needs_person));
        is_named && fields.scope.is_some() && (is_managed || has_client)
    }

    fn identifies(&self) -> bool {
        self.profile.is_some() || self.name.is_some() || self.fields.identify()
    }

    fn draft(&self, output: &Output) -> Result<Draft, Error> {
        let mut answers = Answers::new(self.asking(output), output);
        let mut draft = Draft::of(self.identity(&mut answers)?);
        if let Some(method) = self.method(&mut answers)? {
            named::name(method).clone_into(&mut draft.profile.auth_method);
            self.prove(method, &mut draft, &mut answers, output)?;
        }
        let method = draft.profile.auth_method().ok();
        draft.profile.scopes = answers.with_default(
            Field::new("Scopes: ", "--scope").explained(&SCOPES_EXPLAINED),
            self.fields.scope.as_deref(),
            scopes::DEFAULT,
            |text| fields::scopes_to_keep(text, method),
        )?;
        let is_managed = method == Some(AuthMethod::ManagedIdentity);
        let flow = self.fields.flow.map(|DefaultFlow(flow)| flow);
        draft.profile.default_flow = answers
            .named_or_automatic(
                Field::new("Default OAuth2 flow: ", "--flow"),
                // Only one fits.
                flow.or(is_managed.then_some(None)),
                draft.profile.flow().ok(),
            )?
            .map(|flow: Flow| named::name(flow).to_owned());
        self.settings(&mut draft.profile)?;
        if self.fields.authority.is_none() && !is_managed {
            draft.profile.authority = answers.with_default(
                Field::new("Cloud: ", "--cloud").explained(&CLOUDS_EXPLAINED),
                None,
                "",
                cloud,
            )?;
        }
        answers.complete()?;
        Ok(draft)
    }

    /// Name, tenant and client id.
    fn identity(&self, answers: &mut Answers) -> Result<Profile, Error> {
        let known = saved::load()?;
        let name = answers.required(
            Field::new("Profile name: ", "--profile").explained(&NAME_EXPLAINED),
            self.profile.as_deref().or(self.name.as_deref()),
            |text| {
                let name = fields::name(text)?;
                match known.find(&name) {
                    Some(_) if self.existing() == Existing::Keep => Err(already_exists(&name)),
                    _ => Ok(name),
                }
            },
        )?;
        let tenant = self.fields.tenant_id.as_deref();
        let client = self.fields.client_id.as_deref();
        let method = self.fields.method();
        let is_managed = method == Some(AuthMethod::ManagedIdentity)
            || (method.is_none() && self.flow() == Some(Flow::ManagedIdentity));
        let (tenant_id, client_id) = if is_managed {
            // The platform knows the tenant; a client id says which of several identities is meant.
            (
                tenant.map(fields::tenant).transpose()?,
                client.map(fields::client_id).transpose()?,
            )
        } else {
            let tenant_id = match (tenant, &self.fields.authority) {
                // A custom authority has none.
                (None, Some(_)) if !answers.asks_everything() => None,
                (tenant, _) => {
                    let field =
                        Field::new("Tenant ID: ", "--tenant-id").explained(&TENANT_EXPLAINED);
                    answers.required(field, tenant, fields::tenant)?
                }
            };
            let field = Field::new("Client ID: ", "--client-id").explained(&CLIENT_EXPLAINED);
            (
                tenant_id,
                answers.required(field, client, fields::client_id)?,
            )
        };
        Ok(Profile {
            tenant_id: tenant_id.unwrap_or_default(),
            client_id: client_id.unwrap_or_default(),
            ..Profile::named(&name.unwrap_or_default())
        })
    }

    fn settings(&self, profile: &mut Profile) -> Result<(), Error> {
        if let Some(text) = &self.fields.authority {
            profile.authority = field_options::authority(text)?;
        }
        if let Some(text) = &self.fields.redirect_uri {
            profile.redirect_uri = field_options::redirect_uri(text)?;
        }
        profile.login_hint = self
            .fields
            .login_hint
            .as_deref()
            .and_then(field_options::login_hint);
        profile.send_certificate_chain = self.fields.send_certificate_chain;
        if let Some(text) = &self.fields.identity {
            profile.identity = field_options::identity(text)?;
        }
        Ok(())
    }

    /// The method that was named, or the one that the other flags call for, or the answer.
    fn method(&self, answers: &mut Answers) -> Result<Option<AuthMethod>, Error> {
        let has_variable = has_secret_variable();
        let implied = self.fields.method().or(match self.flow() {
            Some(Flow::ManagedIdentity) => Some(AuthMethod::ManagedIdentity),
            Some(flow) if flow.needs_person() => Some(AuthMethod::None),
            Some(_) | None if has_variable && !answers.asks_everything() => {
                Some(AuthMethod::ClientSecret)
            }
            Some(_) | None => None,
        });
        answers.named(
            Field::new(
                "Authentication method: ",
                "--client-secret or --auth-method",
            ),
            implied,
            AuthMethod::ClientSecret,
        )
    }

    /// What the method needs besides its name.
    fn prove(
        &self,
        method: AuthMethod,
        draft: &mut Draft,
        answers: &mut Answers,
        output: &Output,
    ) -> Result<(), Error> {
        let is_certificate = match method {
            AuthMethod::ClientSecret => {
                draft.client_secret = self.client_secret(answers, output)?;
                return Ok(());
            }
            AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => true,
            AuthMethod::None | AuthMethod::ManagedIdentity | AuthMethod::FederatedToken => false,
        };
        if self.fields.client_secret.is_some()
            || (self.fields.names_certificate() && !is_certificate)
        {
            return Err(Error::bad_arguments(
                format!("authentication method {method} does not go with the credential given"),
                "leave one of them out",
            ));
        }
        if is_certificate {
            self.certificate(method, draft, answers, output)?;
        }
        Ok(())
    }

    fn client_secret(
        &self,
        answers: &mut Answers,
        output: &Output,
    ) -> Result<Option<Secret>, Error> {
        if let Some(secret) = self.fields.client_secret(output)? {
            return Ok(Some(secret));
        }
        answers.secret(
            Field::new("Client secret: ", "--client-secret"),
            secret_need(),
        )
    }

    fn certificate(
        &self,
        method: AuthMethod,
        draft: &mut Draft,
        answers: &mut Answers,
        output: &Output,
    ) -> Result<(), Error> {
        let path = self.fields.certificate_path.as_deref();
        let field = Field::new("Certificate path: ", "--certificate-path");
        // Sign-in by a person needs no certificate, and documents use this method for that too.
        let is_for_person = self.flow().is_some_and(Flow::needs_person);
        let is_needed = method == AuthMethod::Certificate || !is_for_person;
        draft.profile.certificate_path = if is_needed {
            answers.required(field, path, |text| Ok(field_options::path(text)))?
        } else {
            path.map(field_options::path)
        };
        let key = self.fields.private_key_path.as_deref();
        draft.profile.private_key_path = key.map(field_options::path);
        if answers.asks_everything() && !self.force {
            usable_files(&mut draft.profile, answers, output)?;
        }
        draft.certificate_password = match self.fields.certificate_password(output)? {
            Some(password) => Some(password),
            None => self.certificate_password(method, &draft.profile, answers, output)?,
        };
        if draft.certificate_password.is_some() {
            named::name(AuthMethod::Certificate).clone_into(&mut draft.profile.auth_method);
            draft.profile.cache_certificate_password = true;
        }
        Ok(())
    }

    /// Asked for where the file needs one; a file that cannot be looked at now may.
    fn certificate_password(
        &self,
        method: AuthMethod,
        profile: &Profile,
        answers: &mut Answers,
        output: &Output,
    ) -> Result<Option<Secret>, Error> {
        let field = Field::new("Certificate password: ", "--certificate-password");
        if self.fields.cache_cert_password {
            return answers.secret(field, Need::Needed);
        }
        if answers.asks_nothing() {
            return Ok(None);
        }
        match certificate_check::look(profile, None) {
            Ok(look) if look.lacks_password() => certificate_check::ask_password(profile, output),
            Err(_) if method == AuthMethod::Certificate => answers.secret(field, Need::Optional),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

/// Asks until certificate and key fit each other: what cannot be used later is found out now.
fn usable_files(
    profile: &mut Profile,
    answers: &mut Answers,
    output: &Output,
) -> Result<(), Error> {
    let path = Field::new("Certificate path: ", "--certificate-path");
    let key = Field::new("Private key path: ", "--private-key-path");
    let key_path = |text: &str| Ok((!text.is_empty()).then(|| field_options::path(text)));
    while let Err(error) = certificate_check::look(profile, None) {
        output.instruction(&error.message);
        if certificate_check::lacks_key(profile) {
            let key = key.explained(&MISSING_KEY_EXPLAINED);
            profile.private_key_path = answers.with_default(key, None, "", key_path)?;
            if profile.private_key_path.is_some() {
                continue;
            }
        }
        if let Some(known) = profile.certificate_path.take() {
            output.instruction(&format!("Enter = {known}"));
            let chosen = |text: &str| Ok(field_options::path(text));
            profile.certificate_path = Some(answers.with_default(path, None, &known, chosen)?);
        }
        let key = key.explained(&KEY_EXPLAINED);
        profile.private_key_path = answers.with_default(key, None, "", key_path)?;
    }
    Ok(())
}

fn wants_to_try_again() -> Result<bool, Error> {
    let question = "Try again with the same answers? [Y/n] ";
    let answer = prompt::ask(question, Echo::Shown)?;
    Ok(!matches!(answer.trim().to_lowercase().as_str(), "n" | "no"))
}

/// What to run next.
fn next_command(profile: &Profile) -> String {
    let assertion = match profile.flow().ok() {
        Some(Flow::OnBehalfOf) => " --assertion @FILE",
        _ => "",
    };
    format!("entra-auth-cli get-token -p {}{assertion}", profile.name)
}

/// A cloud by name or an authority by address; nothing stands for the worldwide cloud.
fn cloud(answer: &str) -> Result<Option<String>, BadValue> {
    match named::fold(answer).as_str() {
        "" | "global" | "public" | "worldwide" => Ok(None),
        _ => field_options::authority(answer).map_err(BadValue::from),
    }
}

const NAME_EXPLAINED: [&str; 1] = ["A name of your choice, such as my-api-client"];

const TENANT_EXPLAINED: [&str; 1] =
    ["The app registration's Directory (tenant) ID, or a domain such as contoso.onmicrosoft.com"];

const CLIENT_EXPLAINED: [&str; 1] = ["The app registration's Application (client) ID"];

const SCOPES_EXPLAINED: [&str; 2] = [
    "What the token is for, such as api://your-api-id/.default; several with blanks between them",
    "Enter = https://graph.microsoft.com/.default (Microsoft Graph)",
];

const KEY_EXPLAINED: [&str; 1] = ["Enter = none: the certificate file has the key"];

const MISSING_KEY_EXPLAINED: [&str; 1] = ["Enter = another certificate file"];

const CLOUDS_EXPLAINED: [&str; 2] = [
    "usgovernment, china, or the address of an authority",
    "Enter = Microsoft's worldwide cloud",
];

fn secret_need() -> Need {
    match has_secret_variable() {
        true => Need::Optional,
        false => Need::Needed,
    }
}

/// The environment stands in for a secret that is not stored.
fn has_secret_variable() -> bool {
    variable("AZURE_CLIENT_SECRET").is_some()
}
