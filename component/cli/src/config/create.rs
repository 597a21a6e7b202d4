//! `config create`: by questions, by flags, or by flags and questions for the rest.

use std::io::{IsTerminal, stdin};

use clap::Args;

use super::answers::{Answers, Asking, Field, Need};
use super::draft::{Draft, Existing, already_exists};
use crate::auth_method::AuthMethod;
use crate::bindings::gate;
use crate::choice;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flow::Flow;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile_fields;
use crate::profiles;
use crate::scopes;
use crate::secret::{Secret, SecretArgument};
use crate::selection;
use crate::token_request::COMMAND_LINE_WARNING;

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
  None                a public client: people sign in
Flows:
  ClientCredentials, OnBehalfOf, InteractiveBrowser, AuthorizationCode, DeviceCode

Without a terminal nothing is asked: what is missing is named, and the exit code is 4.
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

    /// Tenant: GUID or domain; common, organizations, consumers
    #[arg(long, value_name = "TENANT")]
    tenant_id: Option<String>,

    /// Application (client) id of the app registration
    #[arg(long, value_name = "GUID")]
    client_id: Option<String>,

    /// How the client proves who it is [default: what was given]
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<AuthMethod>,

    /// Client secret, for the secret store; `-` reads it from stdin
    #[arg(long, value_name = "VALUE|-", allow_hyphen_values = true)]
    client_secret: Option<SecretArgument>,

    /// Scopes, separated by spaces or commas
    #[arg(short, long, alias = "scopes", value_name = "SCOPES")]
    scope: Option<String>,

    /// Default flow [default: what fits the method]
    #[arg(short, long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// Another cloud [default: https://login.microsoftonline.com]
    #[arg(long, alias = "authority-url", value_name = "URL")]
    authority: Option<String>,

    /// Redirect URI of the app registration, on this machine
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,

    /// Certificate file: PFX/PKCS#12 or PEM
    #[arg(long, visible_alias = "certificate", value_name = "FILE")]
    certificate_path: Option<String>,

    /// Private key file (PEM), if the certificate file has none
    #[arg(long, value_name = "FILE")]
    private_key_path: Option<String>,

    /// The client proves itself with a certificate
    #[arg(long)]
    use_certificate: bool,

    /// Keep the certificate's password in the secret store
    #[arg(long)]
    cache_cert_password: bool,

    /// Its password, for the secret store; `-` reads it from stdin
    #[arg(long, value_name = "VALUE|-", allow_hyphen_values = true)]
    certificate_password: Option<SecretArgument>,

    /// Never ask
    #[arg(long, conflicts_with = "interactive")]
    non_interactive: bool,

    /// Ask for everything that no flag gives
    #[arg(long)]
    interactive: bool,

    /// Replace a profile of the same name
    #[arg(long, visible_alias = "overwrite")]
    force: bool,
}

impl Create {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.check_credentials()?;
        let draft = self.draft(output)?;
        let name = draft.profile.name.clone();
        draft.save(self.existing())?;
        output.notice(&format!("✓ Profile '{name}' created"));
        Ok(ExitCode::Done)
    }

    fn existing(&self) -> Existing {
        match self.force {
            true => Existing::Replace,
            false => Existing::Keep,
        }
    }

    fn check_credentials(&self) -> Result<(), Error> {
        match (&self.client_secret, &self.certificate_password) {
            (Some(_), Some(_)) => Err(Error::bad_arguments(
                "a client secret and a certificate password are both given",
                "give the one that belongs to the authentication method",
            )),
            (Some(_), None) if self.names_certificate() => Err(Error::bad_arguments(
                "a client secret and a certificate are both given",
                "give the one that the app registration has",
            )),
            _ => Ok(()),
        }
    }

    /// How much is asked. Flags mean a script or a command copied from a document: then only what
    /// is needed and missing is asked, and without a terminal nothing.
    fn asking(&self, output: &Output) -> Asking {
        let is_terminal = stdin().is_terminal() && output.stdout_is_terminal();
        if self.non_interactive {
            Asking::Nothing
        } else if self.interactive || !self.identifies() {
            Asking::Everything
        } else if is_terminal {
            Asking::WhatIsNeeded
        } else {
            Asking::Nothing
        }
    }

    fn identifies(&self) -> bool {
        self.profile.is_some()
            || self.name.is_some()
            || self.tenant_id.is_some()
            || self.client_id.is_some()
            || self.client_secret.is_some()
            || self.scope.is_some()
            || self.auth_method.is_some()
            || self.names_certificate()
    }

    fn names_certificate(&self) -> bool {
        self.use_certificate
            || self.certificate_path.is_some()
            || self.private_key_path.is_some()
            || self.certificate_password.is_some()
            || self.cache_cert_password
    }

    fn draft(&self, output: &Output) -> Result<Draft, Error> {
        let mut answers = Answers::new(self.asking(output), output);
        let mut draft = Draft::of(self.identity(&mut answers)?);
        if let Some(method) = self.method(&mut answers)? {
            choice::name(method).clone_into(&mut draft.profile.auth_method);
            self.prove(method, &mut draft, &mut answers, output)?;
        }
        draft.profile.scopes = answers.with_default(
            Field::new("Scopes: ", "--scope"),
            self.scope.as_deref(),
            scopes::DEFAULT,
            profile_fields::scopes,
        )?;
        draft.profile.default_flow = answers
            .choice_or_automatic(Field::new("Default OAuth2 flow: ", "--flow"), self.flow)?
            .map(|flow: Flow| choice::name(flow).to_owned());
        self.settings(&mut draft.profile)?;
        answers.complete()?;
        Ok(draft)
    }

    /// Name, tenant and client id.
    fn identity(&self, answers: &mut Answers) -> Result<Profile, Error> {
        let known = profiles::load()?;
        let name = answers.required(
            Field::new("Profile name: ", "--profile"),
            self.profile.as_deref().or(self.name.as_deref()),
            |text| {
                let name = profile_fields::name(text)?;
                match known.find(&name) {
                    Some(_) if self.existing() == Existing::Keep => Err(already_exists(&name)),
                    _ => Ok(name),
                }
            },
        )?;
        let tenant = self.tenant_id.as_deref();
        let client = self.client_id.as_deref();
        let (tenant_id, client_id) = if self.auth_method == Some(AuthMethod::ManagedIdentity) {
            // The platform knows the tenant; a client id says which of several identities is meant.
            (
                tenant.map(profile_fields::tenant).transpose()?,
                client.map(profile_fields::client_id).transpose()?,
            )
        } else {
            let field = Field::new("Tenant ID: ", "--tenant-id");
            let tenant_id = answers.required(field, tenant, profile_fields::tenant)?;
            let field = Field::new("Client ID: ", "--client-id");
            (
                tenant_id,
                answers.required(field, client, profile_fields::client_id)?,
            )
        };
        Ok(Profile {
            tenant_id: tenant_id.unwrap_or_default(),
            client_id: client_id.unwrap_or_default(),
            ..Profile::named(&name.unwrap_or_default())
        })
    }

    fn settings(&self, profile: &mut Profile) -> Result<(), Error> {
        if let Some(authority) = &self.authority {
            gate::permit(authority)?;
            profile.authority = Some(authority.trim_end_matches('/').to_owned());
        }
        profile.redirect_uri = self
            .redirect_uri
            .as_deref()
            .map(profile_fields::redirect_uri)
            .transpose()?;
        profile.private_key_path.clone_from(&self.private_key_path);
        Ok(())
    }

    /// The method that was named, or the one that the other flags call for, or the answer.
    fn method(&self, answers: &mut Answers) -> Result<Option<AuthMethod>, Error> {
        let has_variable = has_secret_variable();
        let implied = if self.auth_method.is_some() {
            self.auth_method
        } else if self.names_certificate() {
            let has_password = self.certificate_password.is_some() || self.cache_cert_password;
            Some(match has_password {
                true => AuthMethod::Certificate,
                false => AuthMethod::PasswordlessCertificate,
            })
        } else if self.client_secret.is_some() {
            Some(AuthMethod::ClientSecret)
        } else {
            match self.flow {
                Some(Flow::ManagedIdentity) => Some(AuthMethod::ManagedIdentity),
                Some(flow) if flow.needs_person() => Some(AuthMethod::None),
                Some(_) | None if has_variable && !answers.asks_everything() => {
                    Some(AuthMethod::ClientSecret)
                }
                Some(_) | None => None,
            }
        };
        answers.choice(
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
        if self.client_secret.is_some() || (self.names_certificate() && !is_certificate) {
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
        if let Some(argument) = &self.client_secret {
            return given(argument, "client secret", output).map(Some);
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
        let path = self.certificate_path.as_deref();
        let field = Field::new("Certificate path: ", "--certificate-path");
        // Sign-in by a person needs no certificate, and documents use this method for that too.
        let is_for_person = self.flow.is_some_and(Flow::needs_person);
        let is_needed = method == AuthMethod::Certificate || !is_for_person;
        draft.profile.certificate_path = if is_needed {
            answers.required(field, path, |text| Ok(text.to_owned()))?
        } else {
            path.map(str::to_owned)
        };
        if method == AuthMethod::PasswordlessCertificate {
            return Ok(());
        }
        draft.certificate_password = match &self.certificate_password {
            Some(argument) => Some(given(argument, "certificate password", output)?),
            None if self.cache_cert_password || answers.asks_everything() => answers.secret(
                Field::new("Certificate password: ", "--certificate-password"),
                match self.cache_cert_password {
                    true => Need::Needed,
                    false => Need::Optional,
                },
            )?,
            None => None,
        };
        draft.profile.cache_certificate_password = draft.certificate_password.is_some();
        Ok(())
    }
}

fn secret_need() -> Need {
    match has_secret_variable() {
        true => Need::Optional,
        false => Need::Needed,
    }
}

/// The environment stands in for a secret that is not stored.
fn has_secret_variable() -> bool {
    selection::variable("AZURE_CLIENT_SECRET").is_some()
}

fn given(argument: &SecretArgument, what: &str, output: &Output) -> Result<Secret, Error> {
    if argument.is_on_command_line() {
        output.notice(COMMAND_LINE_WARNING);
    }
    argument.read(what)
}
