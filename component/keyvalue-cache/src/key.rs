//! What the host says about the store: its name, and the key that seals. The key never comes from the store.

use sealing::cache_key::{VARIABLE, from_text};
use sealing::sealed::Key;
use text::word;
use zeroize::Zeroizing;

use crate::bindings::wasi::cli::environment::get_environment;
use crate::state::Problem;

/// Names the store, for whom the usual name is taken, or who changes the key.
const STORE: &str = "ENTRA_AUTH_PROXY_STORE";

const USUAL_STORE: &str = "entra-auth-tokens";

pub(crate) fn store_name() -> String {
    let value = variable(STORE).unwrap_or_default();
    match word(&value) {
        "" => USUAL_STORE,
        name => name,
    }
    .to_owned()
}

pub(crate) fn given() -> Result<Key, Problem> {
    let value = variable(VARIABLE).unwrap_or_default();
    let text = word(&value);
    from_text(text).ok_or_else(|| {
        let what = if text.is_empty() {
            "is not set"
        } else {
            "is not 32 bytes in base64"
        };
        Problem::lasting(
            format!("`{VARIABLE}` {what}, so no token goes into the store"),
            "`entra-auth-cli cache-key` prints a key; give the same one to each host",
        )
    })
}

fn variable(name: &str) -> Option<Zeroizing<String>> {
    let variables = get_environment().into_iter();
    let mut values = variables.map(|(name, value)| (name, Zeroizing::new(value)));
    values
        .find(|(other, _)| other == name)
        .map(|(_, value)| value)
}
