//! What an application proves itself with.

pub mod azure_pipelines_oidc;
pub mod certificate;
pub mod client_assertion;
pub mod client_authentication;
pub mod client_secret;
pub mod federated_assertion;
pub mod github_oidc;
pub mod stored_secret;
