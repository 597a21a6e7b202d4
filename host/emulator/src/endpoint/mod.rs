//! What answers at the paths of the tenant and of Microsoft Graph.

pub(crate) mod authorize;
pub(crate) mod bearer;
pub(crate) mod device_authorization;
pub(crate) mod device_page;
pub(crate) mod error_page;
pub(crate) mod graph;
pub(crate) mod instance_discovery;
pub(crate) mod key_set;
pub(crate) mod logout;
pub(crate) mod metadata;
pub(crate) mod route;
pub(crate) mod start_page;
pub(crate) mod token;
pub(crate) mod your_api;
