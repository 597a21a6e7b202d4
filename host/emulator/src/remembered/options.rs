//! Behaviour that tests can switch.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::value::cloud::Cloud;

/// What differs from an ordinary tenant; the defaults differ in nothing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    /// Refuse a client assertion whose `jti` was used before.
    pub(crate) refuse_replayed_assertions: bool,
    /// Seconds that a device should wait between two polls.
    pub(crate) device_interval: i64,
    /// Answer `slow_down` to a device that does not wait so long.
    pub(crate) slow_down: bool,
    /// Revoke a refresh token when it is used, as some other servers do.
    pub(crate) single_use_refresh_tokens: bool,
    /// Who signs in and consents without being asked, as a user principal name.
    pub(crate) sign_in_as: Option<String>,
    /// Whether the machine has a system-assigned managed identity.
    pub(crate) has_system_identity: bool,
    /// Answer with the system-assigned identity whatever a request selects.
    pub(crate) ignore_identity_selector: bool,
    /// The file that the agent of Azure Arc names in its challenge.
    pub(crate) arc_key_file: String,
    /// What stands in that file.
    pub(crate) arc_key: String,
    /// More applications in Graph, for tests of paging.
    pub(crate) extra_applications: usize,
    /// The origin of Graph's links to the next page, instead of its own.
    pub(crate) foreign_next_link: Option<String>,
    /// Break the lines of error descriptions, as Entra ID did until 2023.
    pub(crate) line_feeds: bool,
    /// Another cloud than the emulator was started for.
    pub(crate) cloud: Option<Cloud>,
    /// The shape of the v2.0 issuer.
    pub(crate) issuer: IssuerShape,
}

/// How a tenant's v2.0 issuer is spelled.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IssuerShape {
    /// Azure AD B2C: with a slash at the end.
    B2c,
    /// External ID: another host than the endpoints'.
    Ciam,
    #[default]
    Workforce,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            refuse_replayed_assertions: false,
            device_interval: 5,
            slow_down: false,
            single_use_refresh_tokens: false,
            sign_in_as: None,
            has_system_identity: true,
            ignore_identity_selector: false,
            arc_key_file: "/var/opt/azcmagent/tokens/emulator.key".to_owned(),
            arc_key: "emulator-arc-key".to_owned(),
            extra_applications: 0,
            foreign_next_link: None,
            line_feeds: false,
            cloud: None,
            issuer: IssuerShape::default(),
        }
    }
}

impl Options {
    /// Replaces the members that are named and tells the result.
    pub(crate) fn change(&mut self, changes: Map<String, Value>) -> Result<Value, String> {
        let mut options = json!(self);
        if let Some(members) = options.as_object_mut() {
            members.extend(changes);
        }
        *self = serde_json::from_value(options).map_err(|error| error.to_string())?;
        Ok(json!(self))
    }
}
