//! The recipes: what their shells run, as it stands there, and what their containers hold.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use ring::digest::{SHA256, digest};
use support::{
    CLIENT_ID, Emulator, Internet, Outcome, PROGRAM, SECRET, User, block_scalars, workspace,
};

fn recipe(name: &str) -> String {
    fs::read_to_string(workspace().join("recipes").join(name)).unwrap()
}

/// An archive as releases have it, and its digest.
fn release(user: &User) -> (String, String) {
    let folder = user.home().join("entra-auth-cli-linux");
    fs::create_dir(&folder).unwrap();
    fs::copy(PROGRAM, folder.join("entra-auth-cli")).unwrap();
    let archive = user.home().join("archive");
    let mut tar = Command::new("tar");
    tar.args(["--create", "--use-compress-program", "gzip -1", "--file"]);
    tar.arg(&archive).arg("--directory").arg(user.home());
    assert!(tar.arg("entra-auth-cli-linux").status().unwrap().success());
    fs::remove_dir_all(folder).unwrap();
    let digest = digest(&SHA256, &fs::read(&archive).unwrap());
    let digest = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    (format!("file://{}", archive.display()), digest.collect())
}

/// The user of a pipeline: nothing of a person's machine, and where the program is.
fn pipeline(internet: &Internet) -> User {
    let mut user = internet.user();
    fs::remove_file(user.profiles()).unwrap();
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    // The one file is got as the recipe says.
    user.set("PATH", &std::env::var("PATH").unwrap());
    let (url, sha256) = release(&user);
    for (name, value) in [
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", CLIENT_ID),
        ("ENTRA_AUTH_CLI_URL", &url),
        ("ENTRA_AUTH_CLI_SHA256", &sha256),
        ("URL", &url),
        ("SHA256", &sha256),
    ] {
        user.set(name, value);
    }
    user
}

fn set_github_job(user: &mut User, internet: &Internet) {
    let url = format!(
        "{}/token?api-version=2.0",
        internet.platform("github-actions")
    );
    user.set("ACTIONS_ID_TOKEN_REQUEST_URL", &url);
    user.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "github-request-token");
}

/// As runners start a script.
fn shell(user: &User, script: &str) -> Outcome {
    let mut shell = user.foreign_command(Path::new("bash"));
    Outcome::of(
        shell
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .output()
            .unwrap(),
    )
}

/// The access token in `text`, behind `mark` in one of its lines.
fn token_behind<'a>(text: &'a str, mark: &str) -> &'a str {
    let token = text.lines().find_map(|line| line.strip_prefix(mark));
    let token = token.unwrap_or_else(|| panic!("no `{mark}`: {text}"));
    assert!(token.starts_with("eyJ"), "{token}");
    token
}

#[test]
fn the_action_gets_a_token_and_masks_it() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let scripts = block_scalars(&recipe("github-actions/action.yml"));
    let [get_program, get_token] = &scripts[..] else {
        panic!("{scripts:?}")
    };
    for secret in ["", SECRET] {
        let mut user = pipeline(&internet);
        let output = user.home().join("output");
        let folder = user.home().to_str().unwrap().to_owned();
        for (name, value) in [
            ("RUNNER_TEMP", folder.as_str()),
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
            ("SCOPE", "api://your-api-id/.default"),
            ("AZURE_CLIENT_SECRET", secret),
            ("AZURE_AUTHORITY_HOST", ""),
        ] {
            user.set(name, value);
        }
        if secret.is_empty() {
            set_github_job(&mut user, &internet);
        }
        shell(&user, get_program).quiet_success();
        let log = shell(&user, get_token).quiet_success();
        let token = token_behind(&log, "::add-mask::");
        assert_eq!(log, format!("::add-mask::{token}\n"));
        assert_eq!(
            fs::read_to_string(&output).unwrap(),
            format!("token={token}\n")
        );
    }
}

#[test]
fn the_action_runs_nothing_with_another_digest() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let scripts = block_scalars(&recipe("github-actions/action.yml"));
    let mut user = pipeline(&internet);
    let folder = user.home().to_str().unwrap().to_owned();
    user.set("RUNNER_TEMP", &folder);
    user.set("SHA256", &"0".repeat(64));
    let outcome = shell(&user, &scripts[0]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome.stdout.starts_with("::error title=entra-auth-cli::"),
        "{outcome:?}"
    );
    assert!(!user.home().join("entra-auth-cli").exists());
}

/// What a step sees of an input is what the action declares, and nothing is declared in vain.
#[test]
fn the_inputs_of_the_action_are_those_that_its_steps_use() {
    let action = recipe("github-actions/action.yml");
    let (inputs, rest) = action.split_once("\noutputs:\n").unwrap();
    let (_, inputs) = inputs.split_once("\ninputs:\n").unwrap();
    let declared = inputs
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let mut declared: Vec<&str> = declared.map(|line| line.trim_matches([' ', ':'])).collect();
    let used = rest
        .split("${{ inputs.")
        .skip(1)
        .map(|text| text.split_once(" }}").unwrap().0);
    let mut used: Vec<&str> = used.collect();
    declared.sort_unstable();
    used.sort_unstable();
    assert_eq!(declared, used);
    let workflow = recipe("github-actions/workflow.yml");
    let (_, with) = workflow.split_once("with:\n").unwrap();
    let given = with
        .lines()
        .take_while(|line| line.starts_with("          "));
    for line in given {
        let (name, _) = line.trim().split_once(": ").unwrap();
        assert!(declared.contains(&name), "{name}");
    }
}

#[test]
fn azure_pipelines_hand_the_token_on_as_a_secret() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let scripts = block_scalars(&recipe("azure-pipelines.yml"));
    let [get_token, call] = &scripts[..] else {
        panic!("{scripts:?}")
    };
    let mut user = pipeline(&internet);
    let folder = user.home().to_str().unwrap().to_owned();
    user.set("AGENT_TEMPDIRECTORY", &folder);
    for (name, value) in [
        (
            "SYSTEM_OIDCREQUESTURI",
            format!("{}/oidctoken", internet.platform("azure-pipelines")),
        ),
        ("SYSTEM_ACCESSTOKEN", "pipelines-access-token".to_owned()),
        (
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            "33333333-0000-4000-8000-000000000001".to_owned(),
        ),
    ] {
        user.set(name, &value);
    }
    let log = shell(&user, get_token).quiet_success();
    let token = token_behind(
        &log,
        "##vso[task.setvariable variable=ACCESS_TOKEN;issecret=true]",
    );
    assert_eq!(log.lines().count(), 1, "{log}");
    user.set("TOKEN", token);
    shell(&user, call).quiet_success();
}

#[test]
fn gitlab_gives_the_job_a_token_that_entra_trusts() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let mut user = pipeline(&internet);
    user.set("GITLAB_TOKEN_FOR_ENTRA", &external_token(&internet, &user));
    user.set("AZURE_FEDERATED_TOKEN_FILE", "federated-token");
    for script in block_scalars(&recipe("gitlab-ci.yml")) {
        assert!(!shell(&user, &script).quiet_success().contains("eyJ"));
    }
    let file = user.home().join("federated-token");
    assert_eq!(
        fs::metadata(file).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn jenkins_keeps_secret_and_token_out_of_its_log() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let text = recipe("Jenkinsfile");
    let script = text.split("'''").nth(1).unwrap();
    let mut user = pipeline(&internet);
    user.set("AZURE_CLIENT_SECRET", SECRET);
    let log = shell(&user, script).quiet_success();
    assert!(!log.contains("eyJ"), "{log}");
}

#[test]
fn a_kubernetes_job_hands_the_token_from_one_container_to_the_next() {
    let Some(internet) = Internet::start() else {
        return;
    };
    let text = recipe("kubernetes-job.yaml");
    let mut user = pipeline(&internet);
    let volume = user.home().join("token");
    fs::create_dir(&volume).unwrap();
    let here = |words: &str| words.replace("/token/", &format!("{}/", volume.display()));
    // What the webhook of workload identity adds.
    let file = user.home().join("federated");
    fs::write(&file, external_token(&internet, &user)).unwrap();
    user.set("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap());
    user.set("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/");

    let arguments = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("args: ["));
    let arguments = arguments.unwrap().trim_end_matches(']').replace('"', "");
    let arguments: Vec<String> = arguments.split(", ").map(here).collect();
    let mut command = user.foreign_command(Path::new(PROGRAM));
    Outcome::of(command.args(arguments).output().unwrap()).quiet_success();
    for script in block_scalars(&text) {
        shell(&user, &here(&script)).quiet_success();
    }
}

/// A token of the platform's own, as Entra's exchange takes it.
fn external_token(internet: &Internet, user: &User) -> String {
    let url = format!(
        "{}/token?audience=api://AzureADTokenExchange",
        internet.platform("github-actions")
    );
    let line = format!(
        "curl --silent --fail --header 'authorization: bearer github-request-token' '{url}' | jq -r .value"
    );
    shell(user, &line).quiet_success().trim().to_owned()
}

/// What a container's file says that it holds.
struct Image {
    folder: tempfile::TempDir,
    entry: String,
}

impl Image {
    /// Follows the lines of a recipe, with `program` and `authorities` for the files beside it.
    fn build(recipe_name: &str, program: &Path, authorities: &Path) -> Self {
        let image = Self {
            folder: tempfile::tempdir().unwrap(),
            entry: String::new(),
        };
        recipe(recipe_name).lines().fold(image, |mut image, line| {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["COPY", _, "entra-auth-cli", place] => image.copy(program, place),
                ["COPY", _, "ca-certificates.crt", place] => image.copy(authorities, place),
                ["ENTRYPOINT", entry] => {
                    image.entry = entry.trim_matches(['[', ']', '"']).to_owned()
                }
                ["ARG" | "FROM" | "USER", _] | ["#", ..] => {}
                _ => panic!("{line}"),
            }
            image
        })
    }

    fn copy(&self, file: &Path, place: &str) {
        let place = self.folder.path().join(place.trim_start_matches('/'));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(file, place).unwrap();
    }

    /// Its program, with nothing else of this machine but the network.
    fn run(&self, variables: &[(&str, &str)], line: &str) -> Outcome {
        let mut command = Command::new("sh");
        command
            .args(["-c", CHANGE_ROOT, "sh"])
            .arg(self.folder.path())
            .arg(&self.entry);
        command.args(line.split(' ')).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command.envs(variables.iter().copied());
        Outcome::of(command.output().unwrap())
    }
}

/// Whoever is not root becomes it in a namespace of their own.
const CHANGE_ROOT: &str =
    r#"[ "$(id -u)" = 0 ] || exec unshare --map-root-user chroot "$@"; exec chroot "$@""#;

#[test]
fn the_static_program_needs_nothing_but_certificate_authorities() {
    let program = workspace().join(STATIC_PROGRAM);
    if !program.is_file() {
        // Not by a macro of the standard library: the test harness would hide it.
        writeln!(
            std::io::stderr(),
            "skipped: `{STATIC_PROGRAM}` was not built"
        )
        .unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("ca.pem");
    let emulator = Emulator::start_tls(&authorities);
    let authority = emulator.authority().replace("localhost", "127.0.0.1");
    for name in ["scratch.Dockerfile", "distroless.Dockerfile"] {
        let image = Image::build(name, &program, &authorities);
        if name.starts_with("distroless") {
            // The base has them.
            image.copy(&authorities, "/etc/ssl/certs/ca-certificates.crt");
        }
        let variables = [
            ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
            ("AZURE_CLIENT_ID", CLIENT_ID),
            ("AZURE_CLIENT_SECRET", SECRET),
            ("AZURE_AUTHORITY_HOST", &authority),
        ];
        let line = "get-token --scope api://your-api-id/.default";
        let token = image.run(&variables, line).quiet_success();
        assert!(token.starts_with("eyJ"), "{name}: {token}");
    }
}

/// As `release/build` makes it.
const STATIC_PROGRAM: &str = "target/x86_64-unknown-linux-musl/release/entra-auth-cli";
