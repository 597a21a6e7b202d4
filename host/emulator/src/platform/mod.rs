//! What stands around a tenant and hands out tokens to programs: machines in Azure and outside, and the
//! issuers of pipelines and other workloads.

pub(crate) mod app_service;
pub(crate) mod arc;
pub(crate) mod azure_pipelines;
pub(crate) mod cloud_shell;
pub(crate) mod external_token;
pub(crate) mod github_actions;
pub(crate) mod imds;
pub(crate) mod managed_identity;
