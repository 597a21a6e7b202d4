//! `verification`: whether an API may take a token.

use std::cell::{LazyCell, RefCell};
use std::mem;
use std::rc::Rc;
use std::time::Duration;

use protocol::authority::Authority;
use protocol::authority::discovery::MetadataRequest;
use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::refusal::advice::Facts;
use protocol::token::verification::claims::AccessClaims;
use protocol::token::verification::expectations::{self, Permissions};
use protocol::token::verification::key_set::{KeySet, KeySetRequest};
use protocol::token::verification::presented::PresentedToken;
use protocol::token::verification::rejection::{self, SignatureState};
use protocol::token::verification::verifier::{Step, Verifier};

use crate::bindings::exports::entra_auth::core::verification::{
    Caller, Expectations, Guest, Origin, Rejection, Signature, Verdict,
};
use crate::clock::{self, Deadline};
use crate::error::{Error, of_protocol, unavailable};
use crate::exchange::{Exchange, Fault, Peer, Sender, exchange_up_to};
use crate::{Client, cache, randomness};

thread_local! {
    /// As long as the instance lives.
    static VERIFIER: RefCell<Verifier> = RefCell::default();

    /// What was expected before, with what came of it: a proxy has a few that it asks for again and again.
    static CHECKED: RefCell<Vec<(Expectations, Rc<expectations::Expectations>)>> = RefCell::default();
}

/// As many as a proxy has routes.
const MOST_CHECKED: usize = 64;

impl Guest for Client {
    fn origin_of(token: String) -> Result<Origin, Rejection> {
        let token = PresentedToken::parse(&token)?;
        let claims = token.claims_unverified();
        Ok(Origin {
            authority: claims.named_instance(),
            tenant_id: claims.tenant_id().to_owned(),
            audience: claims.audience().to_owned(),
        })
    }

    fn verify(token: String, expected: Expectations) -> Result<Verdict, Error> {
        let limit = expected.time_limit;
        // Most tokens are known, and nothing is waited for.
        let deadline =
            LazyCell::new(|| Deadline::after(limit.map(u64::from).map(Duration::from_secs)));
        let keeps_keys = expected.keeps_keys;
        let mut may_be_kept = keeps_keys;
        let expectations = checked(expected, &deadline)?;
        let mut failure = None;
        loop {
            // Not borrowed while keys are fetched.
            let step = VERIFIER
                .with_borrow_mut(|verifier| verifier.judge(&token, &expectations, clock::now()));
            match step {
                Step::Judged(Ok(claims)) => return Ok(Verdict::Accepted(caller(&claims))),
                Step::Judged(Err(rejection)) => return Ok(Verdict::Rejected(rejection.into())),
                Step::Unavailable(pause) => {
                    return Err(failure.unwrap_or_else(|| unavailable("the tenant's keys", pause)));
                }
                Step::NeedsKeys(request) if mem::take(&mut may_be_kept) => find(&request),
                Step::NeedsKeys(request) => {
                    failure = fetch(&request, &deadline, keeps_keys);
                }
            }
        }
    }
}

/// Takes over keys that another instance has kept. A cache that fails is as good as an empty one.
fn find(request: &KeySetRequest) {
    let kept = cache::read_keys(&request.cache_key());
    if let Some((keys, fetched_at)) = kept.and_then(|kept| KeySet::from_kept(&kept)) {
        VERIFIER.with_borrow_mut(|verifier| verifier.found(request, keys, fetched_at));
    }
}

/// Fetches keys and keeps them; returns why there are none.
fn fetch(request: &KeySetRequest, deadline: &Deadline, keeps_keys: bool) -> Option<Error> {
    let correlation_id = randomness::correlation_id();
    let outcome = exchange_up_to(
        MAX_BODY_SIZE,
        Sender::Anybody(deadline),
        Exchange::repeatable(Peer::Authority),
        || Ok(request.to_http(correlation_id)?),
        |response, now| {
            Ok((
                KeySet::from_http(response, now)?,
                KeySet::to_kept(response, now),
            ))
        },
    );
    let now = clock::now();
    VERIFIER.with_borrow_mut(|verifier| match outcome {
        Ok((keys, (kept, keep_until))) => {
            verifier.fetched(request, keys, now);
            if keeps_keys {
                cache::write_keys(&request.cache_key(), &kept, keep_until);
            }
            None
        }
        Err(fault) => {
            verifier.failed(request, now);
            Some(into_error(fault, None))
        }
    })
}

/// The expectations, checked once for each.
fn checked(
    given: Expectations,
    deadline: &LazyCell<Deadline, impl FnOnce() -> Deadline>,
) -> Result<Rc<expectations::Expectations>, Error> {
    let found = CHECKED.with_borrow(|checked| {
        let known = checked.iter().find(|(known, _)| is_same(known, &given));
        known.map(|(_, expectations)| Rc::clone(expectations))
    });
    if let Some(expectations) = found {
        return Ok(expectations);
    }
    let expectations = Rc::new(expectations(&given, deadline)?);
    CHECKED.with_borrow_mut(|checked| {
        if checked.len() >= MOST_CHECKED {
            checked.clear();
        }
        checked.push((given, Rc::clone(&expectations)));
    });
    Ok(expectations)
}

/// Apart from how keys are got: that is no part of the rules.
fn is_same(one: &Expectations, other: &Expectations) -> bool {
    // By name, so that a rule that is added is not forgotten here.
    let Expectations {
        authority,
        tenants,
        audiences,
        clients,
        scopes,
        roles,
        groups,
        skew,
        time_limit: _,
        keeps_keys: _,
    } = one;
    *authority == other.authority
        && *tenants == other.tenants
        && *audiences == other.audiences
        && *clients == other.clients
        && *scopes == other.scopes
        && *roles == other.roles
        && *groups == other.groups
        && *skew == other.skew
}

fn expectations(
    given: &Expectations,
    deadline: &Deadline,
) -> Result<expectations::Expectations, Error> {
    let tenants = given.tenants.iter();
    let tenants: Vec<String> = tenants
        .map(|tenant| tenant_id(&given.authority, tenant, deadline))
        .collect::<Result<_, Error>>()?;
    let tenant = tenants.first().map(String::as_str).unwrap_or_default();
    let authority = Authority::parse(&given.authority, tenant)?;
    let permissions = Permissions {
        scopes: given.scopes.clone(),
        roles: given.roles.clone(),
    };
    Ok(
        expectations::Expectations::new(authority, &tenants, &given.audiences)?
            .with_clients(&given.clients)?
            .with_groups(&given.groups)?
            .with_skew(Duration::from_secs(given.skew.into()))?
            .with_permissions(permissions),
    )
}

/// The tenant by GUID, asked of the authority if it was named by a domain.
fn tenant_id(authority: &str, tenant: &str, deadline: &Deadline) -> Result<String, Error> {
    let authority = Authority::parse(authority, tenant)?;
    if authority.is_one_tenant_by_id() {
        return Ok(tenant.to_owned());
    }
    let request = MetadataRequest::new(&authority, randomness::correlation_id());
    let metadata = exchange_up_to(
        MAX_BODY_SIZE,
        Sender::Anybody(deadline),
        Exchange::repeatable(Peer::Authority),
        || Ok(request.to_http()?),
        |response, now| request.read(response, now),
    )
    .map_err(|fault| into_error(fault, Some(&authority)))?;
    // Where it names none, the tenant stands as it was given, and is refused as no GUID.
    Ok(metadata.tenant_id().unwrap_or(tenant).to_owned())
}

fn into_error(fault: Fault, authority: Option<&Authority>) -> Error {
    match fault {
        Fault::Answer(error, tries) => {
            let facts = Facts {
                tenant: authority.map(Authority::tenant),
                authority_host: authority.map(Authority::host),
                ..Facts::default()
            };
            tries.told_in(of_protocol(error, &facts))
        }
        Fault::Lost(lost, tries) => tries.told_in(lost.failure.into()),
        Fault::Other(error) => error,
    }
}

fn caller(claims: &AccessClaims) -> Caller {
    Caller {
        claims: claims.json().to_owned(),
        mark: claims.mark().map(str::to_owned),
    }
}

impl From<rejection::Rejection> for Rejection {
    fn from(rejection: rejection::Rejection) -> Self {
        Self {
            rule: rejection.rule.code().to_owned(),
            message: rejection.message().to_owned(),
            hint: rejection.hint().map(str::to_owned),
            signature: match rejection.rule.signature() {
                SignatureState::Good => Signature::Good,
                SignatureState::Bad => Signature::Bad,
                SignatureState::Unknown => Signature::Unknown,
            },
            of_permission: rejection.rule.is_of_permission(),
        }
    }
}
