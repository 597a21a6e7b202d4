//! A request, checked and understood: everything that can be refused before anything is read or sent.

use std::cell::{Cell, OnceCell, RefCell};
use std::time::Duration;

use http::Response;
use protocol::authority::Authority;
use protocol::authority::metadata::Metadata;
use protocol::exchange::server_time::clock_offset;
use protocol::grant::managed_identity::ManagedIdentityRequest;
use protocol::grant::managed_identity::assignment::ManagedIdentity;
use protocol::grant::managed_identity::source::{Environment, Source};
use protocol::refusal::advice::Facts;
use protocol::request::challenge;
use protocol::request::claims::Claims;
use protocol::request::client_id::ClientId;
use protocol::request::scope::Scopes;
use protocol::token::account::AccountId;
use protocol::token::cache::{self, CacheEntry, CacheKey, CredentialMark, Decision, Subject};
use protocol::token::named_account::NamedAccount;
use protocol::token::response::TokenResponse;
use protocol::value::clock_offset::ClockOffset;
use protocol::value::known_secrets::KnownSecrets;
use protocol::value::secret::Secret;
use protocol::value::time::Timestamp;

use crate::bindings::exports::entra_auth::core::tokens::{self, Browser, Credential, Identity};
use crate::clock::{self, Deadline};
use crate::credential_mark;
use crate::error::Error;
use crate::notices::Notices;
use crate::secret;

/// What is wanted, from whom and as whom.
pub(crate) struct Order {
    authority: Authority,
    /// The same with its metadata, once that was read.
    discovered: OnceCell<Authority>,
    pub(crate) client_id: ClientId,
    pub(crate) credential: Credential,
    pub(crate) grant: Grant,
    pub(crate) claims: Option<Claims>,
    /// Whose account is meant, if several people use the client.
    pub(crate) login_hint: Option<String>,
    /// The scopes as they are sent.
    pub(crate) scopes: Scopes,
    /// The same as text, for advice.
    scope: String,
    /// Whom the name of the person has led to, if it has.
    named: RefCell<Option<NamedAccount>>,
    /// Which credential may have a token from the cache.
    mark: Option<CredentialMark>,
    pub(crate) deadline: Deadline,
    /// What was sent as a proof so far, to be kept out of what is shown.
    pub(crate) secrets: RefCell<KnownSecrets>,
    /// Whether nobody waits for the answer.
    hurried: Cell<bool>,
    /// How far this computer's clock is from the authority's, once it has answered.
    clock: Cell<Option<ClockOffset>>,
}

/// So long a renewal may take that nobody waits for: the token at hand still serves.
const HURRY: Duration = Duration::from_secs(10);

/// Whose token it is and how it is got.
pub(crate) enum Grant {
    /// The application's own.
    ClientCredentials,
    /// That of the identity which the platform gave to this program.
    ManagedIdentity {
        request: ManagedIdentityRequest,
        /// How long to wait for the first sign of a metadata service.
        patience: Option<Duration>,
    },
    /// That of whoever called us.
    OnBehalfOf(Secret),
    /// A person's.
    Person(SignIn),
}

/// How a person signs in.
pub(crate) enum SignIn {
    AuthorizationCode(Browser),
    DeviceCode,
}

impl Order {
    /// Checks the request; nothing has been read or sent yet.
    pub(crate) fn new(request: tokens::Request) -> Result<Self, Error> {
        let texts = request.scopes.iter().map(String::as_str);
        let scopes = Scopes::parse_all(texts)?;
        let grant = Grant::new(request.grant, &scopes)?;
        let scopes = grant.scopes(scopes)?;
        let (authority, client_id) = match &grant {
            Grant::ManagedIdentity { request, .. } => (request.authority(), request.client_id()),
            _ => (
                Authority::parse(&request.authority, &request.tenant)?,
                ClientId::parse(&request.client_id)?,
            ),
        };
        if matches!(grant, Grant::Person(_) | Grant::OnBehalfOf(_)) {
            scopes.check_own(&client_id)?;
        }
        let claims = request
            .claims
            .as_deref()
            .map(challenge::parse)
            .transpose()?
            .map(|claims| claims.with_capability());
        let limit = request
            .time_limit
            .map(|seconds| Duration::from_secs(seconds.into()));
        Ok(Self {
            authority,
            discovered: OnceCell::new(),
            client_id,
            mark: credential_mark::mark(&request.credential),
            credential: request.credential,
            grant,
            claims,
            login_hint: request.login_hint,
            scope: scopes.to_string(),
            scopes,
            named: RefCell::default(),
            deadline: Deadline::after(limit),
            secrets: RefCell::default(),
            hurried: Cell::new(false),
            clock: Cell::new(None),
        })
    }

    /// Takes from an answer of the authority how far this computer's clock is off; true if that is news.
    pub(crate) fn learn_clock<B>(&self, response: &Response<B>) -> bool {
        let known = self.clock.get().unwrap_or_default();
        let Some(offset) = clock_offset(response, clock::now()) else {
            return false;
        };
        self.clock.set(Some(offset));
        offset.is_notable() && !known.is_notable()
    }

    /// The time by the authority's clock, as far as it is known.
    pub(crate) fn server_now(&self) -> Timestamp {
        self.clock.get().unwrap_or_default().at_server(clock::now())
    }

    /// Tells how far this computer's clock is off.
    pub(crate) fn tell_clock(&self, notices: &mut Notices) {
        if let Some(offset) = self.clock.get().filter(|offset| offset.is_notable()) {
            notices.add(format!("this computer's clock is {offset}"));
        }
    }

    /// Whether the client's proof is made by this computer's clock.
    pub(crate) fn signs(&self) -> bool {
        matches!(self.credential, Credential::Certificate(_))
    }

    /// From now on each request is sent once and soon given up.
    pub(crate) fn make_haste(&self) {
        self.hurried.set(true);
    }

    /// How long a request may take at most, if nobody waits for it.
    pub(crate) fn hurry(&self) -> Option<Duration> {
        self.hurried.get().then_some(HURRY)
    }

    /// Who is asked, with everything that is known about it.
    pub(crate) fn authority(&self) -> &Authority {
        self.discovered.get().unwrap_or(&self.authority)
    }

    /// Adds what the authority said about itself; the first time counts.
    pub(crate) fn discovered(&self, metadata: Metadata) {
        let authority = self.authority.clone().with_metadata(metadata);
        self.discovered.get_or_init(|| authority);
    }

    /// What to do about the token that is stored.
    pub(crate) fn decide(&self, stored: Option<&CacheEntry>) -> Decision {
        match &*self.named.borrow() {
            Some(named) if named.must_sign_in => Decision::Absent,
            Some(_) | None => cache::decide(stored, self.mark.as_ref(), clock::now()),
        }
    }

    /// What is kept of the answer.
    pub(crate) fn entry(&self, response: TokenResponse) -> CacheEntry {
        CacheEntry::from_response(response, &self.scopes, self.mark.clone())
    }

    /// Whether the token is a person's who signs in.
    pub(crate) fn is_for_person(&self) -> bool {
        matches!(self.grant, Grant::Person(_))
    }

    /// What people call whoever is meant; empty where nobody was named.
    pub(crate) fn name(&self) -> &str {
        self.login_hint.as_deref().unwrap_or_default()
    }

    /// Takes over whom the name leads to.
    pub(crate) fn recognise(&self, named: NamedAccount) {
        self.named.replace(Some(named));
    }

    /// Whose tokens they are, if the name has led to somebody.
    pub(crate) fn account(&self) -> Option<AccountId> {
        let named = self.named.borrow();
        named.as_ref().map(|named| named.account.clone())
    }

    /// Where the token is kept.
    pub(crate) fn key(&self) -> CacheKey {
        let account = self.account();
        let subject = match (&self.grant, &account) {
            (Grant::ClientCredentials, _) => Subject::Application,
            (Grant::ManagedIdentity { .. }, _) => Subject::ManagedIdentity,
            (Grant::OnBehalfOf(assertion), _) => Subject::Assertion(assertion),
            (Grant::Person(_), Some(account)) => Subject::User(account),
            (Grant::Person(_), None) => Subject::Named(self.name()),
        };
        self.key_of(subject, &self.scopes, self.claims.as_ref())
    }

    /// Where the person's refresh token is kept, whichever API it was got for: Entra takes it for any.
    pub(crate) fn person_key(&self) -> Option<CacheKey> {
        let account = self.account()?;
        Some(self.key_of(Subject::User(&account), &Scopes::default(), None))
    }

    /// Where it is noted whom a name leads to.
    pub(crate) fn name_key(&self, name: &str) -> CacheKey {
        self.key_of(Subject::Named(name), &Scopes::default(), None)
    }

    fn key_of(&self, subject: Subject<'_>, scopes: &Scopes, claims: Option<&Claims>) -> CacheKey {
        CacheKey::new(&self.authority, &self.client_id, subject, scopes, claims)
    }

    /// What advice may name.
    pub(crate) fn facts(&self) -> Facts<'_> {
        let redirect_uri = match &self.grant {
            Grant::Person(SignIn::AuthorizationCode(browser)) => Some(
                browser
                    .redirect_uri
                    .as_deref()
                    .unwrap_or("http://localhost"),
            ),
            Grant::Person(SignIn::DeviceCode)
            | Grant::ClientCredentials
            | Grant::ManagedIdentity { .. }
            | Grant::OnBehalfOf(_) => None,
        };
        Facts {
            tenant: Some(self.authority.tenant()).filter(|tenant| !tenant.is_empty()),
            client_id: Some(self.client_id.as_str()),
            scope: Some(&self.scope),
            authority_host: Some(self.authority.host()),
            redirect_uri,
            clock: self.clock.get(),
            handed_in: match &self.grant {
                Grant::ClientCredentials | Grant::ManagedIdentity { .. } => None,
                Grant::OnBehalfOf(_) => Some("incoming token"),
                Grant::Person(_) => Some("code or refresh token"),
            },
            secret_remark: secret::remark(self),
        }
    }
}

impl Grant {
    fn new(grant: tokens::Grant, scopes: &Scopes) -> Result<Self, Error> {
        match grant {
            tokens::Grant::ClientCredentials => Ok(Self::ClientCredentials),
            tokens::Grant::OnBehalfOf(assertion) => Ok(Self::OnBehalfOf(Secret::new(assertion))),
            tokens::Grant::AuthorizationCode(browser) => {
                Ok(Self::Person(SignIn::AuthorizationCode(browser)))
            }
            tokens::Grant::DeviceCode => Ok(Self::Person(SignIn::DeviceCode)),
            tokens::Grant::ManagedIdentity(wanted) => {
                let patience = wanted.patience.map(u64::from).map(Duration::from_secs);
                let request = managed_identity(wanted, scopes)?;
                Ok(Self::ManagedIdentity { request, patience })
            }
        }
    }

    fn scopes(&self, scopes: Scopes) -> Result<Scopes, Error> {
        Ok(match self {
            Self::ClientCredentials => scopes.for_application()?,
            Self::ManagedIdentity { .. } => scopes,
            Self::OnBehalfOf(_) | Self::Person(_) => scopes.for_user()?,
        })
    }
}

/// The request to the endpoint that the environment points at.
fn managed_identity(
    wanted: tokens::ManagedIdentity,
    scopes: &Scopes,
) -> Result<ManagedIdentityRequest, Error> {
    let tokens::ManagedIdentity {
        identity,
        environment,
        patience: _,
    } = wanted;
    let variables = environment.variables.iter();
    let mut place =
        Environment::from_variables(variables.map(|(name, value)| (name.as_str(), value.as_str())));
    if environment.arc_agent {
        place = place.with_arc_agent();
    }
    let identity = match identity {
        Identity::SystemAssigned => ManagedIdentity::SystemAssigned,
        Identity::ClientId(id) => ManagedIdentity::ClientId(id),
        Identity::ObjectId(id) => ManagedIdentity::ObjectId(id),
        Identity::ResourceId(id) => ManagedIdentity::ResourceId(id),
    };
    let request = ManagedIdentityRequest::new(Source::choose(&place)?, identity, scopes)?;
    Ok(request)
}
