//! The project's own pages, as somebody reads them who types what they say.

use std::fs;
use std::process::Command;

use super::workspace;

/// A fenced block of a page.
pub(crate) struct Block {
    pub(crate) language: String,
    /// Where its first line stands.
    pub(crate) line: usize,
    /// The heading above it, without its marks.
    pub(crate) heading: String,
    pub(crate) text: String,
}

impl Block {
    pub(crate) fn is_shell(&self) -> bool {
        self.language == "bash"
    }

    /// What is typed before a shell runs something: one line, or as many as belong together.
    pub(crate) fn commands(&self) -> Vec<String> {
        let mut commands = Vec::new();
        let mut open = String::new();
        for line in self.text.lines() {
            open.push_str(line);
            if is_complete(&open) {
                commands.push(std::mem::take(&mut open));
            } else {
                open.push('\n');
            }
        }
        assert!(open.is_empty(), "line {}: {open}", self.line);
        commands.retain(|command| !command.trim().is_empty());
        commands
    }
}

/// The blocks of a page, such as `docs/flows.md`, in their order.
pub(crate) fn blocks_of(page: &str) -> Vec<Block> {
    blocks(&fs::read_to_string(workspace().join(page)).unwrap())
}

/// The blocks of a text.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut open: Option<Block> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    language: language
                        .split_whitespace()
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                    line: number + 2,
                    heading: heading.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text.extend([line, "\n"]),
            (None, None) if line.starts_with('#') => heading = line.trim_start_matches(['#', ' ']),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The literal blocks of a pipeline's definition, which are its scripts.
pub(crate) fn block_scalars(yaml: &str) -> Vec<String> {
    let depth = |line: &str| {
        // An item's members stand behind its hyphen.
        let marks: &[char] = if line.trim() == "- |" {
            &[' ']
        } else {
            &[' ', '-']
        };
        line.len() - line.trim_start_matches(marks).len()
    };
    let lines: Vec<&str> = yaml.lines().collect();
    let mut scripts = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if line.ends_with('|') {
            let body = lines.iter().skip(number + 1);
            let body =
                body.take_while(|inner| inner.trim().is_empty() || depth(inner) > depth(line));
            scripts.push(
                body.map(|inner| format!("{}\n", inner.trim_start()))
                    .collect(),
            );
        }
    }
    scripts
}

/// Whether bash would run it rather than wait for another line.
fn is_complete(text: &str) -> bool {
    let checked = Command::new("bash").args(["-n", "-c", text]).output();
    !text.ends_with('\\') && checked.unwrap().status.success()
}
