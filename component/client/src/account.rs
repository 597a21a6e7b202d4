//! Whose tokens they are: from what people say to the account that it led to.

use protocol::token::account::AccountId;
use protocol::token::cache::{CacheEntry, CacheKey};
use protocol::token::id::{account_id, user_names};
use protocol::token::named_account::NamedAccount;

use crate::bindings::exports::entra_auth::core::tokens::Origin;
use crate::cache::{self, Held};
use crate::clock;
use crate::error::Failure;
use crate::notices::Notices;
use crate::order::Order;

/// Finds out whom the order means, if somebody has signed in by that name before.
pub(crate) fn recognise(order: &Order) -> Result<(), Failure> {
    if order.is_for_person()
        && let Some(named) = cache::named(&order.name_key(order.name()))?
    {
        order.recognise(named);
    }
    Ok(())
}

/// Keeps what came where whoever it is for finds it, by the account and by each name that led there.
pub(crate) fn keep(order: &Order, held: &Held<'_>, entry: &CacheEntry, notices: &mut Notices) {
    if !order.is_for_person() {
        notices.keep(held.write(entry));
        return;
    }
    let known = order.account();
    let said = entry.id_token.as_ref().and_then(account_id);
    // Whoever has signed in just now may be another one than before.
    let account = match notices.origin() {
        Origin::Person => said,
        Origin::Cache | Origin::Server => said.or_else(|| known.clone()),
    };
    match account {
        Some(account) => keep_for(account, order, held, entry, notices),
        None if known.is_none() => drop(notices.keep(held.write(entry))),
        None => {}
    }
}

/// Notes that nobody but the person can go on, so that the next sign-in is one.
pub(crate) fn demand_sign_in(order: &Order) {
    let (Some(account), Some(key)) = (order.account(), order.person_key()) else {
        return;
    };
    // A name that cannot be noted costs a question that `--force` asks too.
    let mut unsaid = Notices::default();
    let entry = cache::read(&key).ok().flatten();
    for name in names(order, entry.as_ref()) {
        let key = order.name_key(&name);
        let noted = cache::named(&key).ok().flatten();
        if noted.is_some_and(|noted| noted.account == account) {
            let demand = NamedAccount {
                account: account.clone(),
                noted_at: clock::now(),
                must_sign_in: true,
            };
            write(order, &key, &mut unsaid, |held| held.write_named(&demand));
        }
    }
}

fn keep_for(
    account: AccountId,
    order: &Order,
    held: &Held<'_>,
    entry: &CacheEntry,
    notices: &mut Notices,
) {
    let named = NamedAccount {
        account,
        noted_at: clock::now(),
        must_sign_in: false,
    };
    order.recognise(named.clone());
    let key = order.key();
    match held.is_of(&key) {
        true => drop(notices.keep(held.write(entry))),
        false => write(order, &key, notices, |held| held.write(entry)),
    }
    // Requests for other APIs find the refresh token there.
    if let (Some(key), true) = (order.person_key(), entry.refresh_token.is_some()) {
        write(order, &key, notices, |held| held.write(entry));
    }
    for name in names(order, Some(entry)) {
        let key = order.name_key(&name);
        let noted = cache::named(&key).ok().flatten();
        let is_current = |noted: &NamedAccount| noted.is_current(&named.account, named.noted_at);
        let is_of_another = |noted: &NamedAccount| noted.account != named.account;
        // Whoever was meant by a name does not become the one who is meant without.
        let is_taken = name.is_empty()
            && !order.name().is_empty()
            && noted.as_ref().is_some_and(is_of_another);
        if !is_taken && !noted.as_ref().is_some_and(is_current) {
            write(order, &key, notices, |held| held.write_named(&named));
        }
    }
}

/// What the person may be called the next time: as now, as the server says, or not at all.
fn names(order: &Order, entry: Option<&CacheEntry>) -> Vec<String> {
    let id_token = entry.and_then(|entry| entry.id_token.as_ref());
    let mut names = id_token.map(user_names).unwrap_or_default();
    names.extend([order.name().to_owned(), String::new()]);
    names
}

fn write(
    order: &Order,
    key: &CacheKey,
    notices: &mut Notices,
    write: impl FnOnce(&Held<'_>) -> Result<(), Failure>,
) {
    if let Some(held) = notices.keep(cache::hold(key, order.deadline.limit())) {
        notices.keep(write(&held));
    }
}
