//! A behaviour: a file of `tests/commands`, whose name says what it shows.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Outcome, User, workspace};

/// A file of command lines and what they have to do.
pub(crate) struct Behaviour {
    pub(crate) name: String,
    /// The lines that are about the file, without their hash.
    remarks: Vec<String>,
    steps: Vec<Step>,
}

/// A command line and what it has to do.
#[derive(Default)]
struct Step {
    command: String,
    stdout: Vec<String>,
    stderr: Vec<String>,
    code: i32,
}

impl Behaviour {
    /// All of them, by name.
    pub(crate) fn all() -> Vec<Self> {
        let files = fs::read_dir(workspace().join("tests/commands")).unwrap();
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap();
        let remarks = text.lines().filter_map(|line| line.strip_prefix("# "));
        Self {
            name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
            remarks: remarks.map(str::to_owned).collect(),
            steps: steps(&text),
        }
    }

    /// What stands behind `mark` in each remark that begins with it.
    pub(crate) fn remarks(&self, mark: &str) -> Vec<&str> {
        let remarks = self.remarks.iter();
        remarks
            .filter_map(|remark| remark.strip_prefix(mark))
            .collect()
    }

    /// What went otherwise than the file says, if anything did.
    pub(crate) fn failure(&self, user: &User) -> Option<String> {
        self.steps.iter().find_map(|step| {
            let mut shell = user.foreign_command(Path::new("bash"));
            let outcome = Outcome::of(shell.args(["-c", &step.command]).output().unwrap());
            let is_right = outcome.code == step.code
                && all_fit(&step.stdout, &outcome.stdout)
                && all_fit(&step.stderr, &outcome.stderr);
            (!is_right).then(|| format!("{}\n$ {}\n{outcome:#?}", self.name, step.command))
        })
    }
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            steps.push(Step {
                command,
                ..Step::default()
            });
            continue;
        }
        let step = steps.last_mut().expect("a command comes first");
        if let Some(code) = line.strip_prefix("? ") {
            step.code = code.parse().unwrap();
        } else if let Some(line) = line.strip_prefix("! ") {
            step.stderr.push(line.to_owned());
        } else {
            step.stdout.push(line.to_owned());
        }
    }
    steps
}

/// Whether a line is as it was expected, `[..]` being any text.
pub(crate) fn fits(pattern: &str, line: &str) -> bool {
    let Some((beginning, rest)) = pattern.split_once("[..]") else {
        return pattern == line;
    };
    let Some(line) = line.strip_prefix(beginning) else {
        return false;
    };
    let mut ends = (0..=line.len()).filter(|end| line.is_char_boundary(*end));
    ends.any(|end| fits(rest, &line[end..]))
}

fn all_fit(patterns: &[String], text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.len() == patterns.len()
        && patterns
            .iter()
            .zip(lines)
            .all(|(pattern, line)| fits(pattern, line))
}
