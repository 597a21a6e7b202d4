//! The published guide to custom APIs: its scripts as they stand, where the guide is at hand.
//!
//! `docs/custom-apis.md` is ours, and `documents.rs` runs it everywhere.
#![cfg(test)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{CLIENT_ID, Internet, Outcome, SECRET, Terminal, User, foreign_program, workspace};

/// The guide, in a folder `shared` beside the workspace or above it.
fn guide() -> Option<String> {
    let mut folders = workspace().ancestors();
    let path: PathBuf = folders.find_map(|folder| {
        Some(folder.join("shared/seed/custom-apis.md")).filter(|path| path.is_file())
    })?;
    Some(fs::read_to_string(path).unwrap())
}

/// The shell block behind a heading.
fn block(guide: &str, heading: &str) -> String {
    let section = guide.split(&format!("# {heading}\n")).nth(1);
    let section = section.unwrap_or_else(|| panic!("no section {heading}"));
    let block = section.split("```bash").nth(1).unwrap();
    let (_, text) = block.split_once('\n').unwrap();
    text.split("```").next().unwrap().to_owned()
}

struct Reader {
    guide: String,
    internet: Internet,
    user: User,
}

impl Reader {
    fn new() -> Option<Self> {
        foreign_program("jq")?;
        foreign_program("curl")?;
        let guide = guide()?;
        let internet = Internet::start()?;
        let user = internet.user();
        Some(Self {
            guide,
            internet,
            user,
        })
    }

    /// Runs the block behind a heading, after `before`.
    fn run(&self, before: &str, heading: &str) -> Outcome {
        let script = format!("{before}\n{}", block(&self.guide, heading));
        let mut shell = self.user.foreign_command(Path::new("bash"));
        Outcome::of(shell.args(["-c", &script]).output().unwrap())
    }

    /// The same, with a person who answers what `config create` asks.
    fn create(&self, heading: &str, name: &str) -> String {
        let mut shell = self.user.foreign_command(Path::new("bash"));
        shell.args(["-c", &block(&self.guide, heading)]);
        let mut terminal = Terminal::start(&shell);
        for (question, answer) in [
            ("Profile name: ", name),
            ("Tenant ID: ", "contoso.onmicrosoft.com"),
            ("Client ID: ", CLIENT_ID),
            ("uthentication method: ", "ClientSecret"),
            ("Client secret: ", SECRET),
            ("Scopes: ", "api://your-api-id/.default"),
            ("Default OAuth2 flow: ", ""),
            ("Cloud: ", ""),
        ] {
            terminal.answer(question, answer);
        }
        let (shown, code) = terminal.finish();
        assert_eq!(code, 0, "{heading}: {shown}");
        shown
    }
}

#[test]
fn the_scripts_of_the_published_guide_run_as_they_stand() {
    let Some(reader) = Reader::new() else { return };
    let health = reader.run("", "Basic Health Check").quiet_success();
    assert!(health.starts_with("✓ API is healthy\n{"), "{health}");
    let suite = reader.run("", "Integration Test Suite").quiet_success();
    assert_eq!(suite.matches('✓').count(), 3, "{suite}");
    assert!(!suite.contains('✗'), "{suite}");
    assert!(suite.ends_with("All tests completed\n"), "{suite}");
    for (heading, answers) in [
        ("Get Token and Call API", 1),
        ("RESTful API", 4),
        ("GraphQL API", 1),
        ("Multiple APIs", 2),
    ] {
        let answered = reader.run("set -e", heading).success();
        assert_eq!(
            answered.matches("\"caller\": \"99999999").count(),
            answers,
            "{heading}: {answered}"
        );
    }
}

#[test]
fn a_person_gets_tokens_as_the_published_guide_writes() {
    let Some(reader) = Reader::new() else { return };
    // The guide calls this profile a person's; its scopes are for people.
    reader
        .user
        .run("config delete -p my-api --force")
        .quiet_success();
    let line = "config create --non-interactive --name my-api --auth-method Public --tenant-id contoso.onmicrosoft.com \
                --client-id 88888888-7777-6666-5555-444444444444 --scope api://your-api-id/.default";
    reader.user.run(line).quiet_success();
    for heading in ["Default Scope", "Specific Scopes"] {
        let token = reader.run("set -e", heading).success();
        let claims = reader
            .user
            .run_with("inspect - --claims", &token)
            .quiet_success();
        // Entra puts every scope into the token that was granted, asked for or not.
        assert!(claims.contains("read write\""), "{heading}: {claims}");
    }
    // The guide prints the token instead of keeping it.
    let before = "TOKEN=$(entra-auth-cli get-token -p my-api-user)";
    let answered = reader.run(before, "Get Token with User Context").success();
    assert!(
        answered.contains("\"caller\": \"alice@contoso.onmicrosoft.com\""),
        "{answered}"
    );
}

#[test]
fn profiles_are_created_by_answering_as_the_published_guide_shows() {
    let Some(reader) = Reader::new() else { return };
    for (heading, name) in [
        ("Development Environment", "dev"),
        ("Staging Environment", "staging"),
        ("Production Environment", "prod"),
    ] {
        let name = format!("myapi-{name}");
        reader
            .user
            .run(&format!("config delete -p {name} --force"))
            .quiet_success();
        let shown = reader.create(heading, &name);
        assert!(
            shown.contains("\"caller\": \"99999999"),
            "{heading}: {shown}"
        );
    }
}

#[test]
fn exposed_scopes_are_found_as_the_published_guide_shows() {
    let Some(mut reader) = Reader::new() else {
        return;
    };
    // Off a terminal somebody has to vouch.
    reader.user.set("AZURE_TENANT_ID", "your-tenant-id");
    reader.user.set("AZURE_CLIENT_ID", CLIENT_ID);
    reader.user.set("AZURE_CLIENT_SECRET", SECRET);
    let found = reader.run("set -e", "Scope Not Found").quiet_success();
    assert!(found.contains("access_as_user, read, write"), "{found}");
    drop(reader.internet);
}
