//! `tokens`: from the cache if it will do, else from the server.

use protocol::token::cache::{CacheEntry, CacheKey, Decision, EXPIRY_MARGIN};
use protocol::token::id::account_name;
use protocol::token::response::{BEARER, TokenResponse};
use protocol::value::time::Timestamp;

use crate::bindings::entra_auth::core::progress;
use crate::bindings::exports::entra_auth::core::tokens::{CacheUse, Guest, Origin, Request, Token};
use crate::cache::Held;
use crate::error::{Error, Fault};
use crate::notices::Notices;
use crate::order::{Grant, Order};
use crate::{
    Client, account, cache, client_credentials, clock, managed_identity, metadata, on_behalf_of,
    person,
};

impl Guest for Client {
    fn acquire(request: Request, cache: CacheUse) -> Result<Token, Error> {
        let order = Order::new(request)?;
        match cache {
            CacheUse::Prefer => prefer_cached(&order, from_server),
            CacheUse::Replace => replace_cached(&order, from_server),
            CacheUse::Bypass => bypass_cache(&order),
        }
    }

    fn renew(request: Request) -> Result<Token, Error> {
        let order = Order::new(request)?;
        let renewed = replace_cached(&order, without_person);
        if let Err(Error::InteractionRequired(_)) = &renewed {
            account::demand_sign_in(&order);
        }
        renewed
    }

    fn cached(request: Request) -> Result<Option<Token>, Error> {
        let order = Order::new(request)?;
        account::recognise(&order)?;
        let entry = cache::read(&order.key())?;
        Ok(entry.map(|entry| token(entry, Origin::Cache, Notices::default())))
    }

    fn forget(request: Request) -> Result<u32, Error> {
        Ok(cache::remove(&Order::new(request)?.key())?)
    }
}

/// How a new token is got, given what is stored.
pub(crate) type Source =
    fn(&Order, Option<&CacheEntry>, &mut Notices) -> Result<TokenResponse, Error>;

/// The stored token if it is fresh, else one from `source`.
pub(crate) fn prefer_cached(order: &Order, source: Source) -> Result<Token, Error> {
    let mut notices = Notices::default();
    notices.keep(account::recognise(order));
    let stored = notices.keep(cache::read(&order.key())).flatten();
    let decision = order.decide(stored.as_ref());
    tell(decision, stored.as_ref());
    if let (Decision::Fresh, Some(entry)) = (decision, &stored) {
        return Ok(token(entry.clone(), Origin::Cache, notices));
    }
    let key = order.key();
    let held = hold(order, &key, &mut notices)?;
    // Whoever had the lock before may have got the token meanwhile.
    let stored = match &held {
        Some(held) => read_held(order, held, &mut notices),
        None => stored,
    };
    let decision = order.decide(stored.as_ref());
    if let (Decision::Fresh, Some(entry)) = (decision, &stored) {
        return Ok(token(entry.clone(), Origin::Cache, notices));
    }
    let source = match decision {
        // Nobody is asked to sign in while there is a token that serves.
        Decision::Renew => {
            order.make_haste();
            without_person
        }
        Decision::Fresh | Decision::Absent => source,
    };
    match get_and_store(order, source, stored.as_ref(), held.as_ref(), &mut notices) {
        Ok(entry) => Ok(token(entry, notices.origin(), notices)),
        Err(error) => match (decision, stored) {
            // It still serves, and the next call tries again.
            (Decision::Renew, Some(entry)) => Ok(token(entry, Origin::Cache, notices)),
            _ => Err(error),
        },
    }
}

/// The entry with its lock, which costs the call if another process has it for as long as the call may take.
fn hold<'a>(
    order: &Order,
    key: &'a CacheKey,
    notices: &mut Notices,
) -> Result<Option<Held<'a>>, Error> {
    let limit = order.deadline.limit();
    match cache::hold(key, limit) {
        Err(failure) if failure.fault == Fault::TimedOut && limit.is_some() => Err(failure.into()),
        outcome => Ok(notices.keep(outcome)),
    }
}

/// The entry as it is now; whoever had the lock before may have found out whose it is.
fn read_held(order: &Order, held: &Held<'_>, notices: &mut Notices) -> Option<CacheEntry> {
    notices.keep(account::recognise(order));
    let key = order.key();
    let entry = match held.is_of(&key) {
        true => held.read(),
        false => cache::read(&key),
    };
    notices.keep(entry).flatten()
}

/// What the cache had, for whoever watches.
fn tell(decision: Decision, stored: Option<&CacheEntry>) {
    let left = stored.map_or(0, |entry| {
        entry.expires_at.saturating_since(clock::now()).as_secs()
    });
    let verdict = match decision {
        Decision::Fresh => format!(
            "cache: a token is there, valid for {} more minutes",
            left / 60
        ),
        Decision::Renew => format!(
            "cache: a token is there, valid for {left} more seconds: a new one is asked for"
        ),
        Decision::Absent if left > EXPIRY_MARGIN.as_secs() => {
            "cache: the token that is there is not handed out: another proof got it, or it is trusted no more"
                .to_owned()
        }
        Decision::Absent => "cache: no token that can be used".to_owned(),
    };
    drop(progress::step(&verdict));
}

/// A token from `source`, whatever is stored.
pub(crate) fn replace_cached(order: &Order, source: Source) -> Result<Token, Error> {
    drop(progress::step(
        "cache: a new token is asked for, whatever is there",
    ));
    let mut notices = Notices::default();
    notices.keep(account::recognise(order));
    let key = order.key();
    let held = hold(order, &key, &mut notices)?;
    let stored = held
        .as_ref()
        .and_then(|held| read_held(order, held, &mut notices));
    let entry = get_and_store(order, source, stored.as_ref(), held.as_ref(), &mut notices)?;
    Ok(token(entry, notices.origin(), notices))
}

fn bypass_cache(order: &Order) -> Result<Token, Error> {
    drop(progress::step("cache: not used"));
    let mut notices = Notices::default();
    metadata::discover(order)?;
    let response = from_server(order, None, &mut notices)?;
    order.tell_clock(&mut notices);
    let entry = order.entry(response);
    Ok(token(entry, notices.origin(), notices))
}

/// What is stored is on disk before the token is handed out.
fn get_and_store(
    order: &Order,
    source: Source,
    stored: Option<&CacheEntry>,
    held: Option<&Held<'_>>,
    notices: &mut Notices,
) -> Result<CacheEntry, Error> {
    metadata::discover(order)?;
    let response = source(order, stored, notices)?;
    order.tell_clock(notices);
    let entry = order.entry(response);
    if let Some(held) = held
        && entry.lasts()
    {
        account::keep(order, held, &entry, notices);
    }
    Ok(entry)
}

/// With a person, if it takes one.
pub(crate) fn from_server(
    order: &Order,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    match &order.grant {
        Grant::ClientCredentials => client_credentials::token(order, notices),
        Grant::ManagedIdentity { request, patience } => {
            managed_identity::token(order, request, *patience)
        }
        Grant::OnBehalfOf(assertion) => on_behalf_of::token(order, assertion, notices),
        Grant::Person(sign_in) => person::token(order, sign_in, stored, notices),
    }
}

/// Fails where it takes a person.
pub(crate) fn without_person(
    order: &Order,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    match &order.grant {
        Grant::Person(_) => person::renewed(order, stored, notices),
        Grant::ClientCredentials | Grant::ManagedIdentity { .. } | Grant::OnBehalfOf(_) => {
            from_server(order, stored, notices)
        }
    }
}

fn token(entry: CacheEntry, origin: Origin, notices: Notices) -> Token {
    let seconds = |time: Timestamp| i64::try_from(time.unix_seconds()).unwrap_or(i64::MAX);
    Token {
        access_token: entry.access_token.expose().to_owned(),
        token_type: BEARER.to_owned(),
        scopes: entry.scopes.iter().map(ToString::to_string).collect(),
        obtained_at: seconds(entry.obtained_at),
        expires_at: seconds(entry.expires_at),
        expires_in: entry.expires_at.saturating_since(clock::now()).as_secs(),
        origin,
        account: entry.id_token.as_ref().and_then(account_name),
        id_token: entry.id_token.map(|token| token.expose().to_owned()),
        notices: notices.into_sentences(),
    }
}
