//! Settings that the native program honours and a plain engine does not: people bring them along.

/// What leads out of a network there.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Whom to trust there.
const AUTHORITIES: [&str; 3] = ["ENTRA_AUTH_CLI_CA_FILE", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Where secrets are kept there; `none` is what a sandbox has.
const STORE: &str = "ENTRA_AUTH_CLI_SECRET_STORE";

/// One line about all that is set, and nothing where nothing is.
pub(crate) fn warning() -> Option<String> {
    let store = Some(STORE).filter(|name| {
        std::env::var_os(name).is_some_and(|store| !store.is_empty() && store != "none")
    });
    let names: Vec<_> = (set(&PROXIES).chain(set(&AUTHORITIES)))
        .chain(store)
        .collect();
    let have = without_effect(&names)?;
    Some(format!(
        "warning: {have}: the engine makes the connections by settings of its own and keeps nothing; where that is needed, \
         use the native program"
    ))
}

/// Those that should lead out, in words, where one is set.
pub(crate) fn proxies() -> Option<String> {
    without_effect(&set(&PROXIES).collect::<Vec<_>>())
}

/// Those that say whom to trust, in words, where one is set.
pub(crate) fn authorities() -> Option<String> {
    without_effect(&set(&AUTHORITIES).collect::<Vec<_>>())
}

fn set(names: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    names.iter().filter(is_set).copied()
}

fn without_effect(names: &[&str]) -> Option<String> {
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => format!("{last} has no effect in this sandbox"),
        _ => format!(
            "{} and {last} have no effect in this sandbox",
            others.join(", ")
        ),
    })
}
