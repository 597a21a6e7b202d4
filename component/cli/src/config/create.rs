//! `config create`: by questions, by flags, or by flags and questions for the rest.

use std::io::{IsTerminal, stdin};

use clap::Args;

use super::answers::{Answers, Asking, Field};
use crate::auth_method::AuthMethod;
use crate::bindings::errors::{Failure, Fault};
use crate::bindings::{gate, secret_writer};
use crate::choice;
use crate::civil_time;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flow::Flow;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile_document::ProfileDocument;
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

Methods: ClientSecret, Certificate, PasswordlessCertificate, None (a public client: people sign in),
ManagedIdentity. Flows: ClientCredentials, InteractiveBrowser, DeviceCode, AuthorizationCode,
ManagedIdentity.

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

/// A profile that is ready to be saved, and its secrets.
struct Draft {
    profile: Profile,
    client_secret: Option<Secret>,
    certificate_password: Option<Secret>,
}

impl Create {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.check_stdin()?;
        let draft = self.draft(output)?;
        let name = draft.profile.name.clone();
        self.save(draft)?;
        output.notice(&format!("✓ Profile '{name}' created"));
        Ok(ExitCode::Done)
    }

    fn check_stdin(&self) -> Result<(), Error> {
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
        let given_name = self.profile.as_deref().or(self.name.as_deref());
        // Before anything is asked: nobody wants to answer six questions for nothing.
        if let Some(name) = given_name {
            self.check_new(&profile_fields::name(name)?, &profiles::load()?)?;
        }
        let mut answers = Answers::new(self.asking(output), output);
        let is_managed = self.auth_method == Some(AuthMethod::ManagedIdentity);
        let name = answers.required(
            Field::new("Profile name: ", "--profile"),
            given_name,
            profile_fields::name,
        )?;
        let mut profile = Profile::named(&name.unwrap_or_default());
        if !profile.name.is_empty() {
            self.check_new(&profile.name, &profiles::load()?)?;
        }
        let tenant = (
            Field::new("Tenant ID: ", "--tenant-id"),
            self.tenant_id.as_deref(),
        );
        let client = (
            Field::new("Client ID: ", "--client-id"),
            self.client_id.as_deref(),
        );
        if is_managed {
            // The platform knows the tenant; a client id says which of several identities is meant.
            profile.tenant_id = answers.optional(tenant.1, profile_fields::tenant)?;
            profile.client_id = answers.optional(client.1, profile_fields::client_id)?;
        } else {
            let answer = answers.required(tenant.0, tenant.1, profile_fields::tenant)?;
            profile.tenant_id = answer.unwrap_or_default();
            let answer = answers.required(client.0, client.1, profile_fields::client_id)?;
            profile.client_id = answer.unwrap_or_default();
        }
        let method = self.method(&mut answers)?;
        let mut draft = Draft {
            profile,
            client_secret: None,
            certificate_password: None,
        };
        if let Some(method) = method {
            choice::name(method).clone_into(&mut draft.profile.auth_method);
            self.prove(method, &mut draft, &mut answers, output)?;
        }
        let scopes = answers.with_default(
            Field::new("Scopes: ", "--scope"),
            self.scope.as_deref(),
            scopes::DEFAULT,
            profile_fields::scopes,
        )?;
        draft.profile.scopes = scopes;
        draft.profile.default_flow = answers
            .choice_or_automatic(Field::new("Default OAuth2 flow: ", "--flow"), self.flow)?
            .map(|flow: Flow| choice::name(flow).to_owned());
        self.settings(&mut draft.profile)?;
        answers.complete()?;
        Ok(draft)
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

    fn check_new(&self, name: &str, document: &ProfileDocument) -> Result<(), Error> {
        if self.force || document.find(name).is_none() {
            Ok(())
        } else {
            Err(already_exists(name))
        }
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
            AuthMethod::None | AuthMethod::ManagedIdentity => false,
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
            !has_secret_variable(),
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
                self.cache_cert_password,
            )?,
            None => None,
        };
        draft.profile.cache_certificate_password = draft.certificate_password.is_some();
        Ok(())
    }

    /// Secrets first: a profile whose secret could not be stored must not exist. And a secret
    /// whose profile could not be saved must not stay.
    fn save(&self, draft: Draft) -> Result<(), Error> {
        let Draft {
            mut profile,
            client_secret,
            certificate_password,
        } = draft;
        let known = profiles::load()?;
        self.check_new(&profile.name, &known)?;
        let replaced = known.find(&profile.name);
        if let Some(replaced) = replaced {
            // The stored secrets go by this spelling.
            profile.name.clone_from(&replaced.name);
        }
        let secrets = [
            (profile.client_secret_name(), client_secret),
            (profile.certificate_password_name(), certificate_password),
        ];
        for (name, secret) in &secrets {
            match secret {
                Some(secret) => secret_writer::write(name, secret.reveal()).map_err(unstored)?,
                None if replaced.is_some() => remove(name),
                None => {}
            }
        }
        let saved = profiles::update(|document| {
            self.check_new(&profile.name, document)?;
            document.put(stamped(&profile, document));
            Ok(())
        });
        if saved.is_err() {
            for (name, secret) in &secrets {
                // Another process that created the same profile meanwhile owns the secret now.
                let is_ours =
                    profiles::load().is_ok_and(|document| document.find(&profile.name).is_none());
                if secret.is_some() && is_ours {
                    remove(name);
                }
            }
        }
        saved
    }
}

/// The environment stands in for a secret that is not stored.
fn has_secret_variable() -> bool {
    selection::variable("AZURE_CLIENT_SECRET").is_some()
}

/// The profile with its times; what is replaced keeps when it was created, and foreign members.
fn stamped(profile: &Profile, document: &ProfileDocument) -> Profile {
    let now = civil_time::rfc3339(civil_time::now());
    let replaced = document.find(&profile.name);
    Profile {
        created_at: replaced
            .and_then(|replaced| replaced.created_at.clone())
            .or_else(|| Some(now.clone())),
        updated_at: Some(now),
        others: replaced
            .map(|replaced| replaced.others.clone())
            .unwrap_or_default(),
        ..profile.clone()
    }
}

fn given(argument: &SecretArgument, what: &str, output: &Output) -> Result<Secret, Error> {
    if argument.is_on_command_line() {
        output.notice(COMMAND_LINE_WARNING);
    }
    argument.read(what)
}

/// Best effort: the failure that led here is the one to report.
fn remove(name: &str) {
    let _ = secret_writer::remove(name);
}

fn unstored(failure: Failure) -> Error {
    let is_absent = failure.fault == Fault::Absent;
    let mut error = Error::from(failure);
    if is_absent {
        error.hint = Some(
            "this host keeps no secrets: set AZURE_CLIENT_SECRET, and leave `--client-secret` out"
                .to_owned(),
        );
    }
    error
}

fn already_exists(name: &str) -> Error {
    Error::bad_arguments(
        format!("profile '{name}' already exists"),
        "choose another name, or add `--force` to replace it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_profile_keeps_its_birthday_and_foreign_members() {
        let text = r#"[{"name":"a","createdAt":"2024-01-01T00:00:00Z","x":1}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        let replaced = stamped(&Profile::named("a"), &document);
        assert_eq!(replaced.created_at.as_deref(), Some("2024-01-01T00:00:00Z"));
        assert_eq!(replaced.others.get("x"), Some(&1.into()));
        let new = stamped(&Profile::named("b"), &document);
        assert_eq!(new.created_at, new.updated_at);
        assert!(new.others.is_empty());
    }
}
