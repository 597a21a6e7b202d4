//! The options that give a profile's fields, the same for `config create` and `config edit`.

use text::word;

use crate::bindings::{files, gate};
use crate::clap::{self, Args};
use crate::input::named;
use crate::input::secret::{self, Secret, SecretArgument};
use crate::output::Output;
use crate::output::error::{BadValue, Error};
use crate::profile::auth_method::AuthMethod;
use crate::profile::fields;
use crate::profile::flow::Flow;
use crate::request::managed_identity;

/// One option a field.
#[derive(Args)]
pub(super) struct Fields {
    /// Tenant: GUID or domain; common, organizations, consumers
    #[arg(long, value_name = "TENANT")]
    pub(super) tenant_id: Option<String>,

    /// Application (client) id of the app registration
    #[arg(long, value_name = "GUID")]
    pub(super) client_id: Option<String>,

    /// How the client proves who it is [default: what was given]
    #[arg(long, value_name = "METHOD")]
    pub(super) auth_method: Option<AuthMethod>,

    /// Client secret, for the secret store; `-` reads it from stdin
    #[arg(long, value_name = "VALUE|-", allow_hyphen_values = true)]
    pub(super) client_secret: Option<SecretArgument>,

    /// Scopes, separated by spaces or commas
    #[arg(short, long, alias = "scopes", value_name = "SCOPES")]
    pub(super) scope: Option<String>,

    /// Default flow; `automatic` is what fits the method
    #[arg(short, long, value_name = "FLOW")]
    pub(super) flow: Option<DefaultFlow>,

    /// Another cloud by name (usgovernment, china) or authority by URL
    #[arg(
        long,
        visible_alias = "cloud",
        alias = "authority-url",
        value_name = "URL|CLOUD"
    )]
    pub(super) authority: Option<String>,

    /// Redirect URI of the app registration, on this machine
    #[arg(long, value_name = "URI")]
    pub(super) redirect_uri: Option<String>,

    /// Certificate file: PFX/PKCS#12 or PEM
    #[arg(long, visible_alias = "certificate", value_name = "FILE")]
    pub(super) certificate_path: Option<String>,

    /// Private key file (PEM), if the certificate file has none
    #[arg(long, value_name = "FILE")]
    pub(super) private_key_path: Option<String>,

    /// The client proves itself with a certificate
    #[arg(long)]
    pub(super) use_certificate: bool,

    /// Keep the certificate's password in the secret store
    #[arg(long)]
    pub(super) cache_cert_password: bool,

    /// Its password, for the secret store; `-` reads it from stdin
    #[arg(long, value_name = "VALUE|-", allow_hyphen_values = true)]
    pub(super) certificate_password: Option<SecretArgument>,

    /// Send the certificate's chain too: subject name and issuer
    #[arg(long)]
    pub(super) send_certificate_chain: bool,

    /// Managed identity: `system`, client id, `object:ID`, resource id
    #[arg(long, value_name = "ID")]
    pub(super) identity: Option<String>,

    /// Whose account, if several people sign in: alice@contoso.com
    #[arg(long, value_name = "ACCOUNT")]
    pub(super) login_hint: Option<String>,
}

/// The value of `--flow`: `automatic` stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DefaultFlow(pub(super) Option<Flow>);

impl std::str::FromStr for DefaultFlow {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        match named::fold(text).as_str() {
            "automatic" | "auto" => Ok(Self(None)),
            _ => text.parse().map(|flow| Self(Some(flow))),
        }
    }
}

impl Fields {
    /// Whether one was given that says which client is meant, as a script or a command copied from
    /// a document does.
    pub(super) fn identify(&self) -> bool {
        self.tenant_id.is_some()
            || self.client_id.is_some()
            || self.auth_method.is_some()
            || self.client_secret.is_some()
            || self.scope.is_some()
            || self.identity.is_some()
            || self.names_certificate()
    }

    /// Whether any of them was given.
    pub(super) fn are_given(&self) -> bool {
        self.identify()
            || self.flow.is_some()
            || self.authority.is_some()
            || self.redirect_uri.is_some()
            || self.login_hint.is_some()
    }

    pub(super) fn names_certificate(&self) -> bool {
        self.use_certificate
            || self.certificate_path.is_some()
            || self.private_key_path.is_some()
            || self.certificate_password.is_some()
            || self.cache_cert_password
            || self.send_certificate_chain
    }

    /// Refuse credentials of which only one can be meant.
    pub(super) fn check_credentials(&self) -> Result<(), Error> {
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

    /// The method that was named, or the one that the credentials given call for.
    pub(super) fn method(&self) -> Option<AuthMethod> {
        if self.auth_method.is_some() {
            self.auth_method
        } else if self.identity.is_some() {
            Some(AuthMethod::ManagedIdentity)
        } else if self.names_certificate() {
            let has_password = self.certificate_password.is_some() || self.cache_cert_password;
            Some(match has_password {
                true => AuthMethod::Certificate,
                false => AuthMethod::PasswordlessCertificate,
            })
        } else {
            self.client_secret
                .is_some()
                .then_some(AuthMethod::ClientSecret)
        }
    }

    pub(super) fn client_secret(&self, output: &Output) -> Result<Option<Secret>, Error> {
        secret::given(
            self.client_secret.as_ref(),
            "client secret",
            output,
            Output::notice_for_scripts,
        )
    }

    pub(super) fn certificate_password(&self, output: &Output) -> Result<Option<Secret>, Error> {
        secret::given(
            self.certificate_password.as_ref(),
            "certificate password",
            output,
            Output::notice_for_scripts,
        )
    }
}

/// The address of a cloud that may be asked; an empty text stands for the public one.
pub(super) fn authority(text: &str) -> Result<Option<String>, Error> {
    let text = word(text).trim_end_matches('/');
    if text.is_empty() {
        return Ok(None);
    }
    gate::permit(text)?;
    Ok(Some(text.to_owned()))
}

/// A file, by a path that means the same from every folder; a host that does not know its folder takes it as it is.
pub(super) fn path(text: &str) -> String {
    let path = word(text);
    files::locate(path).unwrap_or_else(|_| path.to_owned())
}

/// A managed identity that is named in a known way.
pub(super) fn identity(text: &str) -> Result<Option<String>, BadValue> {
    managed_identity::parse(text).map(|_| Some(text.to_owned()))
}

/// The name of an account; an empty text stands for none.
pub(super) fn login_hint(text: &str) -> Option<String> {
    let name = word(text);
    (!name.is_empty()).then(|| name.to_owned())
}

/// A redirect URI; an empty text stands for none.
pub(super) fn redirect_uri(text: &str) -> Result<Option<String>, BadValue> {
    match text {
        "" => Ok(None),
        text => fields::redirect_uri(text).map(Some),
    }
}
