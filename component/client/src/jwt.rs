//! `jwt`: a token taken apart.

use protocol::token::jwt::{Jwt, Part, SignedJwt, Viewed};
use protocol::value::time::Timestamp;

use crate::Client;
use crate::bindings::exports::entra_auth::core::jwt::{Decoded, Guest, Kind, Validity};
use crate::clock;
use crate::error::Error;

impl Guest for Client {
    fn decode(token: String) -> Result<Decoded, Error> {
        let Viewed { jwt, remarks } = Jwt::view(&token)?;
        Ok(match jwt {
            Jwt::Signed(jwt) => signed(*jwt, remarks),
            Jwt::Encrypted(header) => unreadable(Kind::Encrypted, Some(header), remarks),
            Jwt::Opaque(_) => unreadable(Kind::Opaque, None, remarks),
        })
    }
}

fn signed(jwt: SignedJwt, mut remarks: Vec<String>) -> Decoded {
    let now = clock::now();
    let times = jwt.shown_times();
    remarks.extend(jwt.remarks_on_times());
    Decoded {
        kind: Kind::Signed,
        signature: Some(jwt.signature().to_owned()),
        issued_at: times.issued_at.map(seconds),
        not_before: times.not_before.map(seconds),
        expires_at: times.expires_at.map(seconds),
        expires_in: times
            .expires_at
            .map(|end| seconds(end).saturating_sub(seconds(now))),
        validity: match jwt.validity_at(now) {
            protocol::token::jwt::Validity::Valid => Validity::Valid,
            protocol::token::jwt::Validity::Expired => Validity::Expired,
            protocol::token::jwt::Validity::NotYetValid => Validity::NotYetValid,
            protocol::token::jwt::Validity::NoExpiry => Validity::Unknown,
            protocol::token::jwt::Validity::Unreadable => Validity::Unreadable,
        },
        remarks,
        header: Some(jwt.header.text),
        claims: Some(jwt.claims.text),
    }
}

fn unreadable(kind: Kind, header: Option<Part>, remarks: Vec<String>) -> Decoded {
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
        remarks,
    }
}

fn seconds(time: Timestamp) -> i64 {
    i64::try_from(time.unix_seconds()).unwrap_or(i64::MAX)
}
