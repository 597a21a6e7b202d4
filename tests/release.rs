//! What `release/build` made, as people take it: from archives and packages, on machines that have nothing else.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{blocks_of, built, foreign_program, workspace};
use tempfile::TempDir;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What archives are for. The first is in every release, even in a trial.
const SYSTEMS: [&str; 3] = ["x86_64-linux", "aarch64-linux", "x86_64-windows"];

/// The folder of the release. Without one there is nothing to try.
fn release() -> Option<PathBuf> {
    let sums = built("target/dist/SHA256SUMS", "release/build")?;
    Some(sums.parent().unwrap().to_owned())
}

/// Runs a command that has to succeed, and returns what it printed.
fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The files below a folder, seen from there.
fn files(folder: &Path) -> Vec<String> {
    let listed = output_of(
        Command::new("find")
            .arg(folder)
            .args(["-type", "f", "-printf", "%P\\n"]),
    );
    let mut files: Vec<String> = listed.lines().map(str::to_owned).collect();
    files.sort();
    files
}

/// Digest and file, line by line.
fn digests(release: &Path) -> Vec<(String, String)> {
    let sums = fs::read_to_string(release.join("SHA256SUMS")).unwrap();
    let lines = sums.lines().map(|line| line.split_once("  ").unwrap());
    lines
        .map(|(digest, file)| (digest.to_owned(), file.to_owned()))
        .collect()
}

#[test]
fn every_file_has_its_digest_in_the_list() {
    let Some(release) = release() else { return };
    let check = ["--check", "--strict", "--quiet", "SHA256SUMS"];
    output_of(Command::new("sha256sum").args(check).current_dir(&release));
    let listed: Vec<String> = digests(&release)
        .into_iter()
        .map(|(_, file)| file)
        .collect();
    let mut there = files(&release);
    there.retain(|file| file != "SHA256SUMS");
    assert_eq!(listed, there);
}

#[test]
fn package_managers_are_told_the_digests_of_what_they_fetch() {
    let Some(release) = release() else { return };
    if is_left_out(&release, "x86_64-windows") {
        return;
    }
    let digests = digests(&release);
    let mut count = 0;
    for file in files(&release.join("manifests")) {
        let text = fs::read_to_string(release.join("manifests").join(&file)).unwrap();
        assert!(!text.contains("@version@"), "{file}");
        if file.ends_with(".json") {
            serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
        // A digest stands behind the address that it is for.
        let mut words = text.split(|c: char| c.is_whitespace() || "\",".contains(c));
        while let Some(address) =
            words.find(|word| word.starts_with("https://") && word.contains("/download/"))
        {
            let name = address.rsplit('/').next().unwrap();
            let digest = words.find(|word| word.len() == 64).unwrap().to_lowercase();
            assert!(
                digests.contains(&(digest, name.to_owned())),
                "{file}: {name}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 4);
}

#[test]
fn archives_hold_all_there_is_and_no_trace_of_who_packed_them() {
    let Some(release) = release() else { return };
    for system in SYSTEMS {
        let Some(unpacked) = unpacked(&release, system) else {
            continue;
        };
        let ending = if system.ends_with("windows") {
            ".exe"
        } else {
            ""
        };
        let files = files(&unpacked.folder());
        for file in [
            &format!("entra-auth-cli{ending}"),
            &format!("entra-emulator{ending}"),
            "README.md",
            "LICENSE-MIT",
            "completions/entra-auth-cli.bash",
            "completions/_entra-auth-cli",
            "completions/entra-auth-cli.fish",
            "completions/entra-auth-cli.ps1",
            "man/entra-auth-cli.1",
            "man/entra-auth-cli-get-token.1",
            "man/entra-auth-cli-config-create.1",
        ] {
            assert!(files.iter().any(|there| there == file), "{system}: {file}");
        }
        if system.ends_with("windows") {
            // What unpacks these here forgets their times.
            continue;
        }
        let times = output_of(
            Command::new("find")
                .arg(unpacked.folder())
                .args(["-type", "f", "-printf", "%Ts\n"]),
        );
        let mut times: Vec<&str> = times.lines().collect();
        times.dedup();
        assert_eq!(times.len(), 1, "{system}");
    }
    let names = ["--list", "--verbose", "--numeric-owner", "--file"];
    let archive = release.join(format!("entra-auth-cli-{VERSION}-x86_64-linux.tar.gz"));
    for line in output_of(Command::new("tar").args(names).arg(archive)).lines() {
        assert!(line.contains(" 0/0 "), "{line}");
    }
}

#[test]
fn no_program_names_a_path_of_the_machine_that_built_it() {
    let Some(release) = release() else { return };
    // Folders in it, such as cargo's.
    let home = std::env::var("HOME").unwrap() + "/.";
    for system in SYSTEMS {
        let Some(unpacked) = unpacked(&release, system) else {
            continue;
        };
        for file in files(&unpacked.folder()) {
            let content = fs::read(unpacked.folder().join(&file)).unwrap();
            for path in [home.as_str(), workspace().to_str().unwrap()] {
                let mut parts = content.windows(path.len());
                assert!(!parts.any(|part| part == path.as_bytes()), "{file}: {path}");
            }
        }
    }
}

#[test]
fn the_program_runs_in_a_folder_that_holds_nothing_else() {
    let Some(release) = release() else { return };
    let Some(unshare) = foreign_program("unshare") else {
        return;
    };
    let unpacked = unpacked(&release, "x86_64-linux").unwrap();
    let root = tempfile::tempdir().unwrap();
    fs::copy(
        unpacked.folder().join("entra-auth-cli"),
        root.path().join("entra-auth-cli"),
    )
    .unwrap();
    let mut command = Command::new(unshare);
    command
        .arg("--map-root-user")
        .arg("--root")
        .arg(root.path());
    command
        .args(["/entra-auth-cli", "get-token", "-p", "demo"])
        .env_clear();
    assert_is_token(&output_of(&mut command));
}

#[test]
fn the_first_minute_of_the_readme_takes_what_is_there() {
    let Some(release) = release() else { return };
    let blocks = blocks_of("README.md");
    let block = blocks.iter().find(|block| block.heading == "First minute");
    // The network is this folder.
    let curl = r#"curl() { for word; do case $word in https://*) cp "$RELEASE/${word##*/}" . ;; esac; done; }"#;
    let script = format!("{curl}\n{}", block.unwrap().text);
    let home = tempfile::tempdir().unwrap();
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", &script]);
    shell.current_dir(home.path()).env("RELEASE", &release);
    let printed = output_of(&mut shell);
    let (checked, token) = printed.split_once('\n').unwrap();
    assert!(checked.ends_with(".tar.gz: OK"), "{printed}");
    assert_is_token(token);
}

#[test]
fn the_program_for_aarch64_gets_a_token() {
    let Some(release) = release() else { return };
    let Some(unpacked) = unpacked(&release, "aarch64-linux") else {
        return;
    };
    let Some(qemu) = foreign_program("qemu-aarch64-static") else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(qemu);
    command
        .arg(unpacked.folder().join("entra-auth-cli"))
        .args(["get-token", "-p", "demo"]);
    command.env_clear().env("HOME", home.path());
    assert_is_token(&output_of(&mut command));
}

#[test]
fn the_debian_package_is_installed_replaced_and_removed_without_remains() {
    let Some(release) = release() else { return };
    for (architecture, system) in [("amd64", "x86_64-linux"), ("arm64", "aarch64-linux")] {
        if is_left_out(&release, system) {
            continue;
        }
        let package = release.join(format!("entra-auth-cli_{VERSION}_{architecture}.deb"));
        let machine = Machine::new();
        let before = files(machine.root());
        machine.dpkg("--install", &machine.older(&package));
        assert!(
            machine
                .root()
                .join("usr/share/doc/entra-auth-cli/older")
                .is_file()
        );
        machine.dpkg("--install", &package);
        assert!(
            !machine
                .root()
                .join("usr/share/doc/entra-auth-cli/older")
                .exists()
        );
        assert_eq!(machine.version(), VERSION);
        for file in [
            "usr/bin/entra-emulator",
            "usr/share/bash-completion/completions/entra-auth-cli",
            "usr/share/doc/entra-auth-cli/copyright",
            "usr/share/man/man1/entra-auth-cli-config-create.1.gz",
        ] {
            assert!(machine.root().join(file).is_file(), "{file}");
        }
        if architecture == "amd64" {
            let program = machine.root().join("usr/bin/entra-auth-cli");
            let mut command = Command::new(program);
            command
                .args(["get-token", "-p", "demo"])
                .env_clear()
                .env("HOME", machine.root());
            assert_is_token(&output_of(&mut command));
        }
        let verify = machine.dpkg("--verify", Path::new("entra-auth-cli"));
        assert_eq!(verify, "");
        machine.dpkg("--purge", Path::new("entra-auth-cli"));
        assert_eq!(files(machine.root()), before);
        assert!(!machine.root().join("usr").exists());
    }
}

#[test]
fn the_bill_of_materials_names_what_the_programs_and_the_components_are_made_of() {
    let Some(release) = release() else { return };
    let text = fs::read_to_string(release.join("entra-auth-cli.cdx.json")).unwrap();
    let bill: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(bill["bomFormat"], "CycloneDX");
    let components = bill["components"].as_array().unwrap();
    // One of the host, one of a guest, one of both, and one of the emulator.
    for name in ["wasmtime", "rsa", "base64", "rcgen"] {
        let found = components
            .iter()
            .find(|component| component["name"] == name)
            .unwrap();
        assert!(
            found["licenses"].is_array() && found["version"].is_string(),
            "{found}"
        );
    }
    let whole = workspace().to_str().unwrap();
    assert!(!text.contains(whole), "it names the folder of who made it");
}

fn assert_is_token(printed: &str) {
    assert_eq!(printed.split('.').count(), 3, "{printed}");
    assert!(printed.starts_with("eyJ"), "{printed}");
}

/// An archive's files, for as long as this is kept.
struct Unpacked {
    place: TempDir,
    name: String,
}

impl Unpacked {
    fn folder(&self) -> PathBuf {
        self.place.path().join(&self.name)
    }
}

/// The content of the archive for a system. `None` where the release leaves it out.
fn unpacked(release: &Path, system: &str) -> Option<Unpacked> {
    let name = format!("entra-auth-cli-{VERSION}-{system}");
    let place = tempfile::tempdir().unwrap();
    let mut command = if system.ends_with("windows") {
        let mut python = Command::new("python3");
        python.args(["-m", "zipfile", "--extract"]);
        python.arg(release.join(format!("{name}.zip")));
        python.arg(place.path());
        python
    } else {
        let mut tar = Command::new("tar");
        tar.arg("--directory").arg(place.path());
        tar.arg("--extract").arg("--file");
        tar.arg(release.join(format!("{name}.tar.gz")));
        tar
    };
    if is_left_out(release, system) {
        return None;
    }
    output_of(&mut command);
    Some(Unpacked { place, name })
}

/// One with the lists for package managers is for all.
fn is_left_out(release: &Path, system: &str) -> bool {
    system != SYSTEMS[0] && !release.join("manifests").is_dir()
}

/// The root folder of a Debian machine on which nothing is installed.
struct Machine {
    root: TempDir,
    /// Packages that were made for it.
    packages: TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let database = root.path().join("var/lib/dpkg");
        for folder in ["info", "updates", "triggers"] {
            fs::create_dir_all(database.join(folder)).unwrap();
        }
        for file in [
            "status",
            "status-old",
            "available",
            "lock",
            "lock-frontend",
            "triggers/Lock",
            "triggers/Unincorp",
            "info/format",
        ] {
            fs::write(
                database.join(file),
                if file.ends_with("format") { "1\n" } else { "" },
            )
            .unwrap();
        }
        Self {
            root,
            packages: tempfile::tempdir().unwrap(),
        }
    }

    fn root(&self) -> &Path {
        self.root.path()
    }

    fn dpkg(&self, action: &str, package: &Path) -> String {
        let mut command = Command::new("dpkg");
        command.arg("--root").arg(self.root());
        command.args([
            "--force-architecture",
            "--force-not-root",
            "--log=/dev/null",
            action,
        ]);
        let printed = output_of(command.arg(package));
        if action == "--verify" {
            printed
        } else {
            String::new()
        }
    }

    fn version(&self) -> String {
        let database = self.root().join("var/lib/dpkg");
        let mut query = Command::new("dpkg-query");
        query.arg("--admindir").arg(database).args([
            "--show",
            "--showformat=${Version}",
            "entra-auth-cli",
        ]);
        output_of(&mut query)
    }

    /// The package as an older version would be: with a file that the newer one no longer has.
    fn older(&self, package: &Path) -> PathBuf {
        let folder = self.packages.path().join("older");
        output_of(
            Command::new("dpkg-deb")
                .arg("--raw-extract")
                .arg(package)
                .arg(&folder),
        );
        let control = folder.join("DEBIAN/control");
        let text = fs::read_to_string(&control).unwrap();
        fs::write(
            &control,
            text.replace(&format!("Version: {VERSION}"), "Version: 0.0.1"),
        )
        .unwrap();
        fs::write(folder.join("usr/share/doc/entra-auth-cli/older"), "older\n").unwrap();
        let file = self.packages.path().join("older.deb");
        output_of(
            Command::new("dpkg-deb")
                .args(["-Zgzip", "-z1", "--build"])
                .arg(folder)
                .arg(&file),
        );
        file
    }
}
