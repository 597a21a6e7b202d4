//! The same sources give the same components, in whichever folder they are built.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{metadata, workspace};
use tempfile::TempDir;

type Components = BTreeMap<String, Vec<u8>>;

/// One test, because a clean build takes a minute; what follows it takes moments.
#[test]
fn components_depend_on_their_sources_alone() {
    let here = components(workspace());
    let copy = Copy::of_the_workspace();
    if revision(&here).is_none() {
        // The workspace was not as committed when it was built.
        copy.add("wit/draft.txt");
    }
    assert_same(&here, &copy.build(), "in another folder");

    copy.add("wit/draft.txt");
    let commit = copy.commit();
    let committed = copy.build();
    assert_eq!(revision(&committed), Some(commit));

    copy.add("docs/draft.md");
    copy.commit();
    assert_same(
        &committed,
        &copy.build(),
        "after a commit of something else",
    );

    copy.add("wit/second_draft.txt");
    assert_eq!(revision(&copy.build()), None, "of what nobody committed");

    fs::rename(copy.sources().join(".git"), copy.folder.path().join("git")).unwrap();
    assert_eq!(revision(&copy.build()), None, "of an unpacked archive");
}

/// A copy of the workspace's sources, with a registry of another name.
struct Copy {
    folder: TempDir,
}

impl Copy {
    fn of_the_workspace() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(cargo_home(), folder.path().join("cargo")).unwrap();
        let copy = Self { folder };
        let here = workspace();
        git(
            here,
            &["clone", "--quiet", ".", copy.sources().to_str().unwrap()],
        );
        let listed = [
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        for file in git(here, &listed).split_terminator('\0') {
            copy.take(file);
        }
        copy
    }

    /// Takes over a file that may have changed since the last commit.
    fn take(&self, file: &str) {
        let there = self.sources().join(file);
        fs::create_dir_all(there.parent().unwrap()).unwrap();
        match fs::read(workspace().join(file)) {
            Ok(content) => fs::write(there, content).unwrap(),
            Err(_) => fs::remove_file(there).unwrap(),
        }
    }

    fn sources(&self) -> PathBuf {
        self.folder.path().join("sources")
    }

    /// Adds a file that nothing is made of.
    fn add(&self, file: &str) {
        fs::write(self.sources().join(file), "draft\n").unwrap();
    }

    /// Commits what there is, and says which commit that is.
    fn commit(&self) -> String {
        let sources = self.sources();
        git(&sources, &["add", "--all"]);
        let author = [
            "-c",
            "user.name=Alice",
            "-c",
            "user.email=alice@contoso.com",
            "-c",
            "commit.gpgsign=false",
        ];
        let commit = ["commit", "--quiet", "--allow-empty", "--message", "draft"];
        git(&sources, &[&author[..], &commit].concat());
        git(&sources, &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Builds by the script that built the workspace's components, started as cargo starts it.
    fn build(&self) -> Components {
        let status = Command::new(build_script())
            .env("CARGO_HOME", self.folder.path().join("cargo"))
            .env(
                "CARGO_MANIFEST_DIR",
                self.sources().join("component/composed"),
            )
            .env("OUT_DIR", self.folder.path())
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        components(&self.sources())
    }
}

/// The newest build script of `composed`; others are of earlier builds.
fn build_script() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folders = fs::read_dir(program.ancestors().nth(2).unwrap().join("build")).unwrap();
    let scripts = folders
        .map(|folder| folder.unwrap())
        .filter(|folder| {
            folder
                .file_name()
                .to_str()
                .unwrap()
                .starts_with("composed-")
        })
        .map(|folder| folder.path().join("build-script-build"));
    scripts
        .filter(|script| script.is_file())
        .max_by_key(|script| script.metadata().unwrap().modified().unwrap())
        .unwrap()
}

fn cargo_home() -> PathBuf {
    std::env::var_os("CARGO_HOME").map_or_else(
        || std::env::home_dir().unwrap().join(".cargo"),
        PathBuf::from,
    )
}

fn components(workspace: &Path) -> Components {
    let files = fs::read_dir(workspace.join("target/components")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

/// The commit that every component names; `None` where none does.
fn revision(components: &Components) -> Option<String> {
    let mut revisions: Vec<_> = components
        .values()
        .map(|component| metadata(component).remove("revision"))
        .collect();
    revisions.dedup();
    assert_eq!(revisions.len(), 1, "{revisions:?}");
    revisions.remove(0)
}

fn assert_same(some: &Components, others: &Components, when: &str) {
    assert!(some.len() > 5);
    assert!(some.keys().eq(others.keys()), "{when}");
    for (name, bytes) in some {
        assert!(bytes == &others[name], "{name} is another {when}");
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
