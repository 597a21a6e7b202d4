//! What this instance works by: the configuration, read once, with everything that it names permitted.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use protocol::edge::configuration::identity::Identity;
use protocol::edge::configuration::{Configuration, LONGEST};

use crate::bindings::entra_auth::core::errors::Problem;
use crate::bindings::entra_auth::core::{files, gate, upstreams};
use crate::bindings::wasi::cli::environment;
use crate::credential::Source;

/// The whole text, for engines that hand over variables and no files.
const TEXT: &str = "ENTRA_AUTH_PROXY_CONFIG";

/// Where it is otherwise: in a preopened folder.
const FILE: &str = "/config/proxy.toml";

/// The configuration and what came of it.
pub(crate) struct Setup {
    pub(crate) configuration: Configuration,
    /// By the name of the identity.
    pub(crate) sources: BTreeMap<String, Source>,
}

thread_local! {
    static SETUP: OnceCell<Result<Rc<Setup>, Problem>> = const { OnceCell::new() };
}

impl Setup {
    /// Made at the first request. One that cannot be made lets nothing through.
    pub(crate) fn get() -> Result<Rc<Self>, Problem> {
        SETUP.with(|setup| setup.get_or_init(|| Self::read().map(Rc::new)).clone())
    }

    fn read() -> Result<Self, Problem> {
        let configuration = Configuration::parse(&text()?)?;
        for route in &configuration.routes {
            upstreams::permit(&route.upstream)?;
            if let Some(inbound) = &route.inbound {
                gate::permit(&inbound.authority)?;
            }
        }
        let mut sources = BTreeMap::new();
        for (name, identity) in &configuration.identities {
            let source = Source::of(identity)?;
            match identity {
                Identity::Client { authority, .. } => gate::permit(authority)?,
                Identity::Managed(_) => gate::permit_platform(&source.environment())?,
            }
            sources.insert(name.clone(), source);
        }
        Ok(Self {
            configuration,
            sources,
        })
    }
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
