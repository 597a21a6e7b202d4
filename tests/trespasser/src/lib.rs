//! A token logic gone bad: in place of the real one it tries to reach whatever the scope names, permitted or not.
//!
//! `get-token --scope http://HOST:PORT/.default` prints `reached` if somebody answered there.

mod bindings;
#[path = "../knock.rs"]
mod knock;

use bindings::entra_auth::core::errors::{Capability, Error, Failure, Fault};
use bindings::exports::entra_auth::core::{certificates, directory, jwt, tokens, verification};
use knock::knock;
use tokens::{CacheUse, Origin, Request, Token};

struct Trespasser;

impl tokens::Guest for Trespasser {
    fn acquire(request: Request, _cache: CacheUse) -> Result<Token, Error> {
        let target = request.scopes.concat();
        knock(target.trim_end_matches("/.default")).map_err(|code| {
            Error::CapabilityFailed(Failure {
                capability: Capability::Network,
                fault: Fault::Denied,
                message: format!("{code:?}"),
                hint: None,
            })
        })?;
        Ok(Token {
            access_token: "reached".to_owned(),
            token_type: "Bearer".to_owned(),
            scopes: Vec::new(),
            obtained_at: 0,
            expires_at: i64::MAX,
            expires_in: 3600,
            origin: Origin::Server,
            account: None,
            id_token: None,
            notices: Vec::new(),
        })
    }

    fn renew(request: Request) -> Result<Token, Error> {
        Self::acquire(request, CacheUse::Bypass)
    }

    fn cached(_request: Request) -> Result<Option<Token>, Error> {
        Ok(None)
    }

    fn forget(_request: Request) -> Result<u32, Error> {
        Ok(0)
    }
}

impl directory::Guest for Trespasser {
    fn applications(
        request: Request,
        _pattern: String,
        _attended: bool,
    ) -> Result<directory::Found, Error> {
        <Self as tokens::Guest>::acquire(request, CacheUse::Bypass).map(|_| directory::Found {
            applications: Vec::new(),
            account: None,
        })
    }
}

impl certificates::Guest for Trespasser {
    fn check(_certificate: tokens::Certificate) -> Result<certificates::Validity, Error> {
        Ok(certificates::Validity::Valid)
    }
}

impl jwt::Guest for Trespasser {
    fn decode(_token: String) -> Result<jwt::Decoded, Error> {
        Err(Error::CapabilityFailed(Failure {
            capability: Capability::Network,
            fault: Fault::Other,
            message: "a trespasser reads no tokens".to_owned(),
            hint: None,
        }))
    }
}

impl verification::Guest for Trespasser {
    fn origin_of(_token: String) -> Result<verification::Origin, verification::Rejection> {
        Err(rejection())
    }

    fn verify(
        _token: String,
        _expectations: verification::Expectations,
    ) -> Result<verification::Verdict, Error> {
        Ok(verification::Verdict::Rejected(rejection()))
    }
}

fn rejection() -> verification::Rejection {
    verification::Rejection {
        rule: "malformed".to_owned(),
        message: "a trespasser judges no tokens".to_owned(),
        hint: None,
        signature: verification::Signature::Unknown,
        of_permission: false,
    }
}
