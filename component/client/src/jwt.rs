//! `jwt`: a token taken apart.

use protocol::token::jwt::{Jwt, Part, SignedJwt};
use protocol::value::time::Timestamp;

use crate::Client;
use crate::bindings::exports::entra_auth::core::jwt::{Decoded, Guest, Kind, Validity};
use crate::clock;
use crate::error::Error;

impl Guest for Client {
    fn decode(token: String) -> Result<Decoded, Error> {
        Ok(match Jwt::decode_unverified(&token)? {
            Jwt::Signed(jwt) => signed(*jwt),
            Jwt::Encrypted(header) => unreadable(Kind::Encrypted, Some(header)),
            Jwt::Opaque(_) => unreadable(Kind::Opaque, None),
        })
    }
}

fn signed(jwt: SignedJwt) -> Decoded {
    let now = clock::now();
    Decoded {
        kind: Kind::Signed,
        signature: Some(jwt.signature().to_owned()),
        issued_at: jwt.issued_at().map(seconds),
        not_before: jwt.not_before().map(seconds),
        expires_at: jwt.expires_at().map(seconds),
        expires_in: jwt
            .expires_at()
            .map(|end| seconds(end).saturating_sub(seconds(now))),
        validity: match jwt.validity_at(now) {
            protocol::token::jwt::Validity::Valid => Validity::Valid,
            protocol::token::jwt::Validity::Expired => Validity::Expired,
            protocol::token::jwt::Validity::NotYetValid => Validity::NotYetValid,
            protocol::token::jwt::Validity::NoExpiry => Validity::Unknown,
        },
        header: Some(jwt.header.text),
        claims: Some(jwt.claims.text),
    }
}

fn unreadable(kind: Kind, header: Option<Part>) -> Decoded {
    Decoded {
        kind,
        header: header.map(|part| part.text),
        claims: None,
        signature: None,
        issued_at: None,
        not_before: None,
        expires_at: None,
        expires_in: None,
        validity: Validity::Unknown,
    }
}

fn seconds(time: Timestamp) -> i64 {
    i64::try_from(time.unix_seconds()).unwrap_or(i64::MAX)
}
