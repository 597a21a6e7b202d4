//! What an application can prove itself with, and what of it is missing here.

/// How each proof is given.
pub(crate) const HOW_TO_GIVE: &str = "set AZURE_TENANT_ID, AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE; in GitHub Actions the job may have `permissions: id-token: write` instead, in Azure Pipelines the step `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`; or use a profile with a proof of its own";

const IDENTITY: [&str; 2] = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"];

/// Where the platform could prove it.
const PLATFORMS: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"];

const PROOFS: [&str; 3] = [
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
];

/// How a profile comes to a proof, or does without one.
pub(crate) fn how_to_give_to(profile: &str) -> String {
    format!(
        "`-f DeviceCode` signs in at another device; or give the profile a proof: `entra-auth-cli config edit -p {}` with `--client-secret -`, `--certificate-path FILE` or `--auth-method FederatedToken`",
        profile
    )
}

/// Whether the environment says anything about an application of its own.
pub(crate) fn are_named(variable: impl Fn(&str) -> Option<String>) -> bool {
    let names = IDENTITY.iter().chain(&PROOFS).chain(&PLATFORMS);
    names.into_iter().any(|name| variable(name).is_some())
}

/// What is not there, in a sentence's second half.
pub(crate) fn missing(variable: impl Fn(&str) -> Option<String>) -> String {
    let given = |names: &[&'static str]| -> Vec<&'static str> {
        names
            .iter()
            .copied()
            .filter(|name| variable(name).is_some())
            .collect()
    };
    let absent: Vec<&str> = IDENTITY
        .into_iter()
        .filter(|name| variable(name).is_none())
        .collect();
    let is_github = variable("GITHUB_ACTIONS").is_some();
    let has_github = variable("ACTIONS_ID_TOKEN_REQUEST_URL").is_some();
    let is_azure = variable("TF_BUILD").is_some();
    let has_azure =
        variable("SYSTEM_OIDCREQUESTURI").is_some() && variable("SYSTEM_ACCESSTOKEN").is_some();
    let mut parts = Vec::new();
    match given(&PROOFS).as_slice() {
        [] if !has_github && !has_azure => parts.push(format!(
            "none of {} is set, or they are empty",
            PROOFS.join(", ")
        )),
        [] => {}
        proofs => parts.push(format!("{} is there", proofs.join(", "))),
    }
    if !absent.is_empty() {
        let verb = if absent.len() == 1 { "is" } else { "are" };
        parts.push(format!("{} {verb} not set, or empty", absent.join(" and ")));
    }
    if is_github && !has_github {
        parts.push("the job has no `permissions: id-token: write`".to_owned());
    }
    if is_azure && !has_azure {
        parts.push("the step has no SYSTEM_ACCESSTOKEN".to_owned());
    }
    if parts.is_empty() {
        parts.push("the profile in use has no proof of its own".to_owned());
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let rows: [(&[&str], &[&str], &[&str]); 5] = [
            (
                &[],
                &[
                    "none of AZURE_CLIENT_SECRET",
                    "AZURE_TENANT_ID and AZURE_CLIENT_ID are not set",
                ],
                &["id-token"],
            ),
            (
                &["AZURE_TENANT_ID", "AZURE_CLIENT_ID"],
                &["none of AZURE_CLIENT_SECRET"],
                &["AZURE_TENANT_ID", "id-token"],
            ),
            (
                &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "GITHUB_ACTIONS"],
                &["id-token: write"],
                &["SYSTEM_ACCESSTOKEN"],
            ),
            (
                &["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "TF_BUILD"],
                &["no SYSTEM_ACCESSTOKEN"],
                &["id-token"],
            ),
            (
                &["AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"],
                &["AZURE_CLIENT_SECRET is there", "AZURE_CLIENT_ID is not set"],
                &["none of"],
            ),
        ];
        assert!(!are_named(|name| (name == "CI").then(|| "true".to_owned())));
        for (set, named, unnamed) in rows {
            let variable = |name: &str| set.contains(&name).then(|| "x".to_owned());
            assert_eq!(are_named(variable), !set.is_empty(), "{set:?}");
            let told = missing(variable);
            for part in named {
                assert!(told.contains(part), "{set:?}: {told}");
            }
            for part in unnamed {
                assert!(!told.contains(part), "{set:?}: {told}");
            }
        }
    }
}
