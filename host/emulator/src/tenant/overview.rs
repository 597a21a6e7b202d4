//! What a tenant offers whoever wants to try something: identifiers and credentials, none of them
//! worth hiding.

use crate::tenant::registration::{Api, Client, ClientKind, ManagedIdentity, Tenant, User};

/// One thing of the tenant.
pub struct Entry {
    /// Such as `client`.
    pub kind: &'static str,
    /// What a command or a sign-in page takes.
    pub name: String,
    /// What it is called, and its password, secret or permissions.
    pub note: String,
}

impl Tenant {
    /// Everything that was registered here, Microsoft's own applications left out.
    pub fn overview(&self) -> Vec<Entry> {
        let mut entries = vec![Entry {
            kind: "tenant",
            name: self.aliases.first().unwrap_or(&self.id).clone(),
            note: self.id.clone(),
        }];
        entries.extend(self.users.iter().map(person));
        let clients = self.clients.iter().filter(|client| !client.is_first_party);
        entries.extend(clients.map(|client| application(client, self)));
        let apis = self.apis.iter().filter(|api| !api.is_first_party);
        entries.extend(apis.map(protected));
        entries.extend(self.managed_identities.iter().map(managed));
        entries
    }
}

/// The entries in two lines each, for a terminal.
pub fn text(entries: &[Entry]) -> String {
    let lines = entries.iter().map(|entry| {
        let Entry { kind, name, note } = entry;
        format!("  {kind:<10}{name}\n            {note}\n")
    });
    lines.collect()
}

fn person(user: &User) -> Entry {
    Entry {
        kind: "person",
        name: user.user_principal_name.clone(),
        note: format!("{}, password {}", user.name, user.password),
    }
}

fn application(client: &Client, tenant: &Tenant) -> Entry {
    let mut note = vec![client.name.clone()];
    note.extend(client.app_roles.iter().filter_map(|role| {
        let api = tenant.api(&role.api)?;
        (!api.is_first_party).then(|| format!("may {}", role.value))
    }));
    match &client.kind {
        ClientKind::Public => note.push("public: people sign in".to_owned()),
        ClientKind::Confidential(credentials) => {
            let secrets = credentials.secrets.iter();
            let lasting = secrets.filter(|secret| secret.ends.is_none());
            note.extend(lasting.map(|secret| format!("secret {}", secret.value)));
            if !credentials.certificates.is_empty() {
                note.push("certificate".to_owned());
            }
        }
    }
    let calls = client.admin_consents.iter().filter_map(|permission| {
        let api = tenant.api(&permission.api)?;
        (!api.is_first_party).then(|| format!("calls {}", api.name))
    });
    note.extend(calls);
    Entry {
        kind: "client",
        name: client.id.clone(),
        note: note.join(", "),
    }
}

fn protected(api: &Api) -> Entry {
    let mut note = format!("{}, scopes {}", api.name, api.scopes.join(" "));
    if !api.app_roles.is_empty() {
        note.push_str(&format!(", app roles {}", api.app_roles.join(" ")));
    }
    Entry {
        kind: "API",
        name: api.app_id_uri.clone(),
        note,
    }
}

fn managed(identity: &ManagedIdentity) -> Entry {
    let assigned = match identity.resource_id {
        None => "managed identity of the system",
        Some(_) => "managed identity assigned by a user",
    };
    Entry {
        kind: "identity",
        name: identity.client_id.clone(),
        note: assigned.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::contoso::contoso;

    #[test]
    fn the_entries_say_how_to_get_in() {
        let text = text(&contoso().overview());
        for part in [
            "alice@contoso.onmicrosoft.com",
            "password alice",
            "may Data.Read, secret S3cr3t~+/=&% é",
            "secret your-api-secret, certificate, calls DownstreamAPI",
            "public: people sign in",
            "api://downstream-api",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("ended-secret"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() < 80, "{line}");
        }
    }

    #[test]
    fn the_readme_has_the_same_table() {
        let readme = include_str!("../../../../README.md");
        for Entry { kind, name, note } in contoso().overview() {
            let row = format!("| {kind} | `{name}` | {note} |");
            assert!(readme.contains(&row), "missing in the README: {row}");
        }
    }
}
