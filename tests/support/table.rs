//! Tables of cases.

use std::thread;

/// Checks all cases at the same time, where most of it is waiting.
pub(crate) fn at_once<Case: Send>(
    cases: impl IntoIterator<Item = Case>,
    check: impl Fn(Case) + Sync,
) {
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}

/// The columns of a table's rows, which are lines of text.
pub(crate) fn rows<const COLUMNS: usize>(table: &str) -> Vec<[&str; COLUMNS]> {
    let columns = |line| str::split(line, '|').map(str::trim).collect::<Vec<_>>();
    let lines = table.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            columns(line)
                .try_into()
                .expect("as many columns as in the head")
        })
        .collect()
}
