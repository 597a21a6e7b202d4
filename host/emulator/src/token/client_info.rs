//! Who signed in, told to clients that do not read the ID token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::tenant::registration::User;

/// The person's name across tenants: object id and tenant, as the parameter and the member
/// `client_info`.
pub(crate) fn encoded(user: &User, tenant_id: &str) -> String {
    let info = json!({ "uid": user.object_id, "utid": tenant_id });
    URL_SAFE_NO_PAD.encode(info.to_string())
}
