//! What programs beside may ask for, by the endpoints of Microsoft's Entra sidecar.

use std::collections::BTreeMap;

use crate::edge::configuration::document;
use crate::edge::configuration::fault::Fault;
use crate::edge::configuration::identity::{Attach, Grant, Identity};
use crate::edge::configuration::route::Inbound;
use crate::value::printable::quoted;

/// Enough for one program.
const MOST_APIS: usize = 64;

/// The third door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// What the tokens must bring that programs were given.
    pub inbound: Inbound,
    /// By name, as it stands in the address.
    pub apis: BTreeMap<String, Api>,
    /// Whether nobody else reaches an engine that does not say who calls.
    pub(crate) trusts_engine: bool,
}

/// An API that programs call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The token for it.
    pub attach: Attach,
    /// Whether a program gets one without a token of its own.
    pub is_for_anybody: bool,
}

impl Sidecar {
    pub(super) fn new(
        given: &document::Sidecar,
        inbound: Inbound,
        identities: &BTreeMap<String, Identity>,
    ) -> Result<Self, Fault> {
        if given.api.len() > MOST_APIS {
            return Err(Fault::new(format!("there are more than {MOST_APIS} APIs")));
        }
        let apis = given.api.iter().map(|(name, spanned)| {
            let api = Api::new(name, spanned.get_ref(), identities);
            let fault = |fault: Fault| fault.of("api", name).at(spanned.span());
            Ok((name.clone(), api.map_err(fault)?))
        });
        Ok(Self {
            inbound,
            apis: apis.collect::<Result<_, Fault>>()?,
            trusts_engine: given.engine_on_loopback,
        })
    }
}

impl Api {
    fn new(
        name: &str,
        given: &document::Api,
        identities: &BTreeMap<String, Identity>,
    ) -> Result<Self, Fault> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if !(1..=40).contains(&name.len()) || !name.bytes().all(is_plain) || name.starts_with('.') {
            return Err(
                Fault::new(format!("{} is no name for an API", quoted(name)))
                    .with_hint("use up to 40 letters, digits, hyphens, dots and underscores"),
            );
        }
        let attach = document::Attach {
            identity: given.identity.clone(),
            grant: given.grant.clone(),
            scopes: given.scopes.clone(),
        };
        let attach = Attach::among(identities, &attach)?;
        if given.unauthenticated && attach.grant == Grant::OnBehalfOf {
            return Err(
                Fault::new("without a token there is nobody on whose behalf it could act")
                    .with_hint("leave out `unauthenticated`, or use `client-credentials`"),
            );
        }
        Ok(Self {
            attach,
            is_for_anybody: given.unauthenticated,
        })
    }
}
