//! Tables for people, as wide as the terminal at most. `comfy-table` draws them too, for 80 KiB more in the component.

use crate::output::Output;

/// What stands between two columns.
const GAP: usize = 2;

/// Fewer characters tell nobody anything; then lines wrap.
const NARROWEST: usize = 8;

/// A column and whether its cells may be cut where the terminal is narrow.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    heading: &'static str,
    may_be_cut: bool,
}

impl Column {
    /// For texts whose beginning is enough to know them by.
    pub(crate) const fn cut(heading: &'static str) -> Self {
        Self {
            heading,
            may_be_cut: true,
        }
    }

    /// For identifiers, which are of no use in part.
    pub(crate) const fn whole(heading: &'static str) -> Self {
        Self {
            heading,
            may_be_cut: false,
        }
    }
}

/// A heading and one line a row, in lines of `limit` characters where the width is known.
pub(crate) fn table<const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [String; N]>,
    limit: Option<usize>,
    output: &Output,
) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let widths = widths(columns, &rows, limit);
    let line = |cells: [&str; N]| {
        let cells = cells.iter().zip(widths);
        let cells: Vec<String> = cells.map(|(cell, width)| fitted(cell, width)).collect();
        cells.join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    let heading = output.heading(&line(columns.map(|column| column.heading)));
    let lines = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(heading)
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

/// As wide as the longest cell; while that is too much, the widest column that may gives one character away.
fn widths<const N: usize>(
    columns: &[Column; N],
    rows: &[[String; N]],
    limit: Option<usize>,
) -> [usize; N] {
    let mut widths = columns.map(|column| length(column.heading));
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = length(cell).max(*width);
        }
    }
    let Some(limit) = limit else {
        return widths;
    };
    while widths.iter().sum::<usize>() + GAP * N.saturating_sub(1) > limit {
        let widest = widths
            .iter_mut()
            .zip(columns)
            .filter(|(width, column)| column.may_be_cut && **width > NARROWEST)
            .max_by_key(|(width, _)| **width);
        match widest {
            Some((width, _)) => *width -= 1,
            None => break,
        }
    }
    widths
}

fn fitted(cell: &str, width: usize) -> String {
    if length(cell) <= width {
        return format!("{cell:width$}");
    }
    let beginning: String = cell.chars().take(width.saturating_sub(1)).collect();
    format!("{beginning}…")
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::cut("Name"),
        Column::whole("Id"),
        Column::cut("Description"),
    ];

    fn rows() -> Vec<[String; 3]> {
        vec![
            ["a", "0123456789", "short"].map(str::to_owned),
            [
                "a long enough name",
                "0123456789",
                "a description that goes on and on",
            ]
            .map(str::to_owned),
        ]
    }

    #[test]
    fn columns_are_as_wide_as_they_can_be() {
        for (limit, expected) in [
            (None, [18, 10, 33]),
            (Some(200), [18, 10, 33]),
            (Some(65), [18, 10, 33]),
            (Some(60), [18, 10, 28]),
            (Some(40), [13, 10, 13]),
            (Some(10), [8, 10, 8]),
        ] {
            assert_eq!(widths(&COLUMNS, &rows(), limit), expected, "{limit:?}");
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        for (cell, width, expected) in [
            ("abc", 5, "abc  "),
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("ééééé", 3, "éé…"),
        ] {
            assert_eq!(fitted(cell, width), expected);
        }
    }
}
