//! What this instance works by: the configuration, read once, and the proofs that it names.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use protocol::edge::configuration::Configuration;

use crate::bindings::entra_auth::core::errors::Problem;
use crate::bindings::entra_auth::core::fences;
use crate::credential::Source;

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
        let configuration = Configuration::parse(&fences::read()?)?;
        fences::open()?;
        let identities = configuration.identities.iter();
        let sources = identities.map(|(name, identity)| Ok((name.clone(), Source::of(identity)?)));
        let sources = sources.collect::<Result<_, Problem>>()?;
        Ok(Self {
            configuration,
            sources,
        })
    }
}
