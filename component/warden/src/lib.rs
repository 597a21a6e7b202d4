//! What opens the gates of a proxy, as a component: it reads the configuration and permits what that names.
//!
//! The proxy itself, which sees every byte that callers send, is wired to neither switch. So it reaches what the configuration names and
//! nothing else, whatever becomes of it.

mod bindings;
mod reach;

use std::cell::OnceCell;

use protocol::authority::DEFAULT_INSTANCE;
use protocol::edge::configuration::LONGEST;

use bindings::entra_auth::core::errors::Problem;
use bindings::entra_auth::core::gate::{self, Environment};
use bindings::entra_auth::core::{files, upstreams};
use bindings::exports::entra_auth::core::fences::Guest;
use bindings::wasi::cli::environment;
use reach::Reach;

/// The whole text, for engines that hand over variables and no files.
const VARIABLE: &str = "ENTRA_AUTH_PROXY_CONFIG";

/// Where it is otherwise: in a preopened folder.
const FILE: &str = "/config/proxy.toml";

struct Warden;

thread_local! {
    /// As long as the instance lives.
    static TEXT: OnceCell<Result<String, Problem>> = const { OnceCell::new() };
    static OPENED: OnceCell<Result<(), Problem>> = const { OnceCell::new() };
}

impl Guest for Warden {
    fn read() -> Result<String, Problem> {
        TEXT.with(|text| text.get_or_init(text_of_configuration).clone())
    }

    fn open() -> Result<(), Problem> {
        OPENED.with(|opened| opened.get_or_init(open).clone())
    }
}

fn open() -> Result<(), Problem> {
    let reach = Reach::parse(&Warden::read()?);
    reach.upstreams().try_for_each(upstreams::permit)?;
    let mut authorities = reach.authorities();
    authorities.try_for_each(|own| gate::permit(own.unwrap_or(DEFAULT_INSTANCE)))?;
    if reach.has_managed_identity() {
        gate::permit_platform(&Environment {
            variables: environment::get_environment(),
            arc_agent: false,
        })?;
    }
    Ok(())
}

fn text_of_configuration() -> Result<String, Problem> {
    let variables = environment::get_environment();
    if let Some((_, text)) = variables.into_iter().find(|(name, _)| name == VARIABLE) {
        return Ok(text);
    }
    let limit = u32::try_from(LONGEST).unwrap_or(u32::MAX);
    let bytes = files::read(FILE, limit).map_err(|failure| Problem {
        message: failure.message,
        hint: Some(format!(
            "preopen the folder of the configuration as `/config`, or set `{VARIABLE}` to its text"
        )),
    })?;
    let text = ::text::decode(&bytes).map_err(|fault| Problem {
        message: format!("`{FILE}` {fault}"),
        hint: Some("save it as UTF-8".to_owned()),
    })?;
    Ok(text.to_string())
}
