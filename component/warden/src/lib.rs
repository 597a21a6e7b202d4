//! What opens the gates of a proxy, as a component: it reads the configuration and permits what that names.
//!
//! The proxy itself, which sees every byte that callers send, is wired to neither switch. So it reaches what the configuration names and
//! nothing else, whatever becomes of it.

mod bindings;

use std::cell::OnceCell;

use protocol::edge::configuration::fault::Fault;
use protocol::edge::configuration::identity::Identity;
use protocol::edge::configuration::{Configuration, LONGEST};

use bindings::entra_auth::core::errors::Problem;
use bindings::entra_auth::core::gate::{self, Environment};
use bindings::entra_auth::core::{files, upstreams};
use bindings::exports::entra_auth::core::fences::Guest;
use bindings::wasi::cli::environment;

/// The whole text, for engines that hand over variables and no files.
const TEXT: &str = "ENTRA_AUTH_PROXY_CONFIG";

/// Where it is otherwise: in a preopened folder.
const FILE: &str = "/config/proxy.toml";

struct Warden;

thread_local! {
    /// As long as the instance lives.
    static OPENED: OnceCell<Result<String, Problem>> = const { OnceCell::new() };
}

impl Guest for Warden {
    fn open() -> Result<String, Problem> {
        OPENED.with(|opened| opened.get_or_init(open).clone())
    }
}

fn open() -> Result<String, Problem> {
    let text = text()?;
    let configuration = Configuration::parse(&text).map_err(problem)?;
    for route in &configuration.routes {
        upstreams::permit(&route.upstream)?;
    }
    for inbound in configuration.inbounds() {
        gate::permit(&inbound.authority)?;
    }
    for identity in configuration.identities.values() {
        match identity {
            Identity::Client { authority, .. } => gate::permit(authority)?,
            Identity::Managed(_) => gate::permit_platform(&Environment {
                variables: environment::get_environment(),
                arc_agent: false,
            })?,
        }
    }
    Ok(text)
}

fn text() -> Result<String, Problem> {
    let variables = environment::get_environment();
    if let Some((_, text)) = variables.into_iter().find(|(name, _)| name == TEXT) {
        return Ok(text);
    }
    let limit = u32::try_from(LONGEST).unwrap_or(u32::MAX);
    let bytes = files::read(FILE, limit).map_err(|failure| Problem {
        message: failure.message,
        hint: Some(format!(
            "preopen the folder of the configuration as `/config`, or set `{TEXT}` to its text"
        )),
    })?;
    String::from_utf8(bytes).map_err(|_| Problem {
        message: format!("`{FILE}` is not UTF-8"),
        hint: Some("save it as UTF-8".to_owned()),
    })
}

fn problem(fault: Fault) -> Problem {
    Problem {
        message: fault.to_string(),
        hint: fault.hint().map(str::to_owned),
    }
}
