//! Tables for people, as wide as the terminal at most. `comfy-table` draws them too, for 80 KiB more in the component.

use crate::output::Output;

/// What stands between two columns.
const GAP: usize = 2;

/// Fewer characters tell nobody anything; then the column is left out.
const NARROWEST: usize = 12;

/// A column and what becomes of it where the terminal is narrow.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    heading: &'static str,
    may_be_cut: bool,
    /// The highest goes first; nothing for a column that always stays.
    spare: Option<u8>,
}

impl Column {
    /// For what tells one row from another: never cut, never left out.
    pub(crate) const fn key(heading: &'static str) -> Self {
        Self {
            heading,
            may_be_cut: false,
            spare: None,
        }
    }

    /// For texts whose beginning is enough to know them by.
    pub(crate) const fn cut(heading: &'static str, spare: u8) -> Self {
        Self {
            heading,
            may_be_cut: true,
            spare: Some(spare),
        }
    }

    /// For what is of no use in part.
    pub(crate) const fn whole(heading: &'static str, spare: u8) -> Self {
        Self {
            heading,
            may_be_cut: false,
            spare: Some(spare),
        }
    }
}

/// A heading and one line a row, in lines of `limit` characters where the width is known. What does not fit at all is told
/// in several lines a row.
pub(crate) fn table<const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [String; N]>,
    limit: Option<usize>,
    output: &Output,
) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let longest = longest(columns, &rows);
    let Some(widths) = widths(columns, longest, limit.unwrap_or(usize::MAX)) else {
        return stacked(columns, &rows, output);
    };
    let line = |cells: [&str; N]| {
        let shown = cells.iter().zip(widths);
        let shown = shown.filter_map(|(cell, width)| Some(fitted(cell, width?)));
        let cells: Vec<String> = shown.collect();
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

/// The first cell of a row on a line, and below it the others that say something.
fn stacked<const N: usize>(columns: &[Column; N], rows: &[[String; N]], output: &Output) -> String {
    let mut lines = Vec::new();
    for row in rows {
        let mut cells = row.iter().zip(columns);
        lines.extend(cells.next().map(|(cell, _)| output.heading(cell)));
        let told = cells.filter(|(cell, _)| !cell.is_empty());
        lines.extend(told.map(|(cell, column)| format!("  {}: {cell}", column.heading)));
    }
    lines.join("\n")
}

fn longest<const N: usize>(columns: &[Column; N], rows: &[[String; N]]) -> [usize; N] {
    let mut longest = columns.map(|column| length(column.heading));
    for row in rows {
        for (width, cell) in longest.iter_mut().zip(row) {
            *width = length(cell).max(*width);
        }
    }
    longest
}

/// As wide as the longest cell. While that is too much, the column that is missed least is cut, or left out where that does
/// not do. Nothing where no table fits.
fn widths<const N: usize>(
    columns: &[Column; N],
    longest: [usize; N],
    limit: usize,
) -> Option<[Option<usize>; N]> {
    let mut widths = longest.map(Some);
    loop {
        let excess = total(widths.iter().flatten().copied()).saturating_sub(limit);
        if excess == 0 {
            return Some(widths);
        }
        let shown = widths.iter_mut().zip(columns);
        let spare = shown.filter(|(width, column)| width.is_some() && column.spare.is_some());
        let (width, column) = spare.max_by_key(|(_, column)| column.spare)?;
        *width = width
            .map(|width| width.saturating_sub(excess))
            .filter(|rest| column.may_be_cut && *rest >= NARROWEST);
    }
}

/// With the gaps.
fn total(widths: impl Iterator<Item = usize>) -> usize {
    let (count, sum) = widths.fold((0, 0), |(count, sum), width| (count + 1, sum + width));
    sum + GAP * usize::saturating_sub(count, 1)
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
    use crate::output::Verbosity;

    const COLUMNS: [Column; 4] = [
        Column::key("Name"),
        Column::cut("Description", 1),
        Column::key("Id"),
        Column::whole("Date", 2),
    ];

    fn rows() -> Vec<[String; 4]> {
        vec![
            ["a", "short", "0123456789", "2025-12-28"].map(str::to_owned),
            [
                "a long enough name",
                "a description that goes on and on",
                "0123456789",
                "2025-12-28",
            ]
            .map(str::to_owned),
        ]
    }

    #[test]
    fn columns_are_as_wide_as_they_can_be() {
        let (name, id, date) = (Some(18), Some(10), Some(10));
        for (limit, expected) in [
            (200, Some([name, Some(33), id, date])),
            (77, Some([name, Some(33), id, date])),
            (76, Some([name, Some(33), id, None])),
            (65, Some([name, Some(33), id, None])),
            (52, Some([name, Some(20), id, None])),
            (44, Some([name, Some(12), id, None])),
            (43, Some([name, None, id, None])),
            (30, Some([name, None, id, None])),
            (29, None),
        ] {
            let longest = longest(&COLUMNS, &rows());
            assert_eq!(widths(&COLUMNS, longest, limit), expected, "{limit}");
        }
    }

    #[test]
    fn what_tells_rows_apart_is_there_at_every_width() {
        let output = Output::new(Verbosity::Normal, true);
        for limit in [1, 20, 29, 30, 45, 60, 80, 120] {
            let text = table(&COLUMNS, rows().into_iter(), Some(limit), &output);
            assert!(text.contains("a long enough name"), "{limit}: {text}");
            assert_eq!(text.matches("0123456789").count(), 2, "{limit}: {text}");
            let longest = text.lines().map(length).max().unwrap_or_default();
            assert!(limit < 30 || longest <= limit, "{limit}: {text}");
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
