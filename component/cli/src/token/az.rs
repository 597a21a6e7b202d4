//! A token as `az account get-access-token` prints it, for programs that read that.
//!
//! Source: <https://learn.microsoft.com/cli/azure/account#az-account-get-access-token>. There is no
//! `subscription`: Azure CLI leaves it out too for a token of a tenant.

use serde_json::{Map, Value, json};

use crate::bindings::tokens::Token;
use crate::bindings::{jwt, local_time};
use crate::output::civil_time;
use crate::output::error::Error;

/// The document. `tenant` is the profile's; a token that names its own tenant knows the GUID.
pub(crate) fn document(token: &Token, tenant: &str) -> Result<Value, Error> {
    let offset = local_time::offset(token.expires_at)?;
    let own = tenant_of(token);
    Ok(described(token, own.as_deref().unwrap_or(tenant), offset))
}

/// Members in alphabetical order, as Azure CLI sorts them.
fn described(token: &Token, tenant: &str, offset: i32) -> Value {
    json!({
        "accessToken": token.access_token,
        // Local time, with microseconds and without a zone: a `datetime` of Python as text.
        "expiresOn": format!("{}.000000", civil_time::on_the_wall(token.expires_at, offset)),
        "expires_on": token.expires_at,
        "tenant": tenant,
        "tokenType": token.token_type,
    })
}

fn tenant_of(token: &Token) -> Option<String> {
    let claims = jwt::decode(&token.access_token).ok()?.claims?;
    let claims: Map<String, Value> = serde_json::from_str(&claims).ok()?;
    claims.get("tid")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::tokens::Origin;

    #[test]
    fn members_are_those_of_azure_cli_in_its_order() {
        let token = Token {
            access_token: "abc".to_owned(),
            token_type: "Bearer".to_owned(),
            scopes: Vec::new(),
            obtained_at: 0,
            expires_at: 1_766_935_800,
            expires_in: 3_599,
            origin: Origin::Server,
            account: None,
            id_token: None,
            notices: Vec::new(),
        };
        assert_eq!(
            format!("{:#}", described(&token, "t", 3_600)),
            "{\n  \"accessToken\": \"abc\",\n  \"expiresOn\": \"2025-12-28 16:30:00.000000\",\n  \
             \"expires_on\": 1766935800,\n  \"tenant\": \"t\",\n  \"tokenType\": \"Bearer\"\n}"
        );
    }
}
