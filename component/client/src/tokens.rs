//! `tokens`: from the cache if it will do, else from the server.

use protocol::cache::{CacheEntry, Decision, decide};
use protocol::token_response::{BEARER, MAX_BODY_SIZE, TokenResponse};

use crate::bindings::exports::entra_auth::core::tokens::{CacheUse, Guest, Origin, Request, Token};
use crate::cache::Held;
use crate::clock::{self, Deadline};
use crate::error::{Error, Failure, of_protocol};
use crate::order::Order;
use crate::{Client, cache, network};

impl Guest for Client {
    fn acquire(request: Request, cache: CacheUse) -> Result<Token, Error> {
        let order = Order::new(request)?;
        match cache {
            CacheUse::Prefer => prefer_cached(&order),
            CacheUse::Replace => replace_cached(&order),
            CacheUse::Bypass => Ok(token(
                from_server(&order)?,
                Origin::Server,
                Notices::default(),
            )),
        }
    }

    fn renew(request: Request) -> Result<Token, Error> {
        replace_cached(&Order::new(request)?)
    }

    fn cached(request: Request) -> Result<Option<Token>, Error> {
        let entry = cache::read(&Order::new(request)?.key)?;
        Ok(entry.map(|entry| token(entry, Origin::Cache, Notices::default())))
    }

    fn forget(request: Request) -> Result<u32, Error> {
        Ok(cache::remove(&Order::new(request)?.key)?)
    }
}

fn prefer_cached(order: &Order) -> Result<Token, Error> {
    let mut notices = Notices::default();
    let stored = notices.keep(cache::read(&order.key)).flatten();
    if let (Decision::Fresh, Some(entry)) = (decide(stored.as_ref(), clock::now()), &stored) {
        return Ok(token(entry.clone(), Origin::Cache, notices));
    }
    let held = notices.keep(cache::hold(&order.key, order.time_limit));
    // Whoever had the lock before may have got the token meanwhile.
    let stored = match &held {
        Some(held) => notices.keep(held.read()).flatten(),
        None => stored,
    };
    match (decide(stored.as_ref(), clock::now()), stored) {
        (Decision::Fresh, Some(entry)) => Ok(token(entry, Origin::Cache, notices)),
        (Decision::Renew, Some(entry)) => match get_and_store(order, held.as_ref(), &mut notices) {
            Ok(renewed) => Ok(token(renewed, Origin::Server, notices)),
            // The cached token still serves; the next call tries again.
            Err(_) => Ok(token(entry, Origin::Cache, notices)),
        },
        _ => {
            let entry = get_and_store(order, held.as_ref(), &mut notices)?;
            Ok(token(entry, Origin::Server, notices))
        }
    }
}

fn replace_cached(order: &Order) -> Result<Token, Error> {
    let mut notices = Notices::default();
    let held = notices.keep(cache::hold(&order.key, order.time_limit));
    let entry = get_and_store(order, held.as_ref(), &mut notices)?;
    Ok(token(entry, Origin::Server, notices))
}

fn get_and_store(
    order: &Order,
    held: Option<&Held<'_>>,
    notices: &mut Notices,
) -> Result<CacheEntry, Error> {
    let entry = from_server(order)?;
    if let Some(held) = held {
        notices.keep(held.write(&entry));
    }
    Ok(entry)
}

fn from_server(order: &Order) -> Result<CacheEntry, Error> {
    let request = order.to_http()?;
    let deadline = Deadline::after(order.time_limit);
    let response = network::exchange(&request, MAX_BODY_SIZE, &deadline)?;
    let response = TokenResponse::from_http(&response, clock::now())
        .map_err(|error| of_protocol(error, &order.facts()))?;
    Ok(CacheEntry::from_response(response, &order.scopes))
}

/// What went wrong with the cache. It costs a request, not the token.
#[derive(Default)]
struct Notices(Vec<String>);

impl Notices {
    fn keep<T>(&mut self, outcome: Result<T, Failure>) -> Option<T> {
        outcome
            .inspect_err(|failure| {
                let notice = format!("tokens are not cached: {}", failure.message);
                if !self.0.contains(&notice) {
                    self.0.push(notice);
                }
            })
            .ok()
    }
}

fn token(entry: CacheEntry, origin: Origin, notices: Notices) -> Token {
    let seconds =
        |time: protocol::time::Timestamp| i64::try_from(time.unix_seconds()).unwrap_or(i64::MAX);
    Token {
        access_token: entry.access_token.expose().to_owned(),
        token_type: BEARER.to_owned(),
        scopes: entry.scopes.iter().map(ToString::to_string).collect(),
        obtained_at: seconds(entry.obtained_at),
        expires_at: seconds(entry.expires_at),
        expires_in: entry.expires_at.saturating_since(clock::now()).as_secs(),
        origin,
        notices: notices.0,
    }
}
