//! Plain tables: columns padded with blanks, no borders, so that they can be read aloud and cut by scripts.

use anstyle::Style;

use super::escape;

/// Rows of cells under a header.
pub struct Table {
    header: Vec<&'static str>,
    rows: Vec<Row>,
}

struct Row {
    cells: Vec<String>,
    /// A column, and how its cell is shown.
    styled: Option<(usize, Style)>,
}

impl Table {
    /// A table with these column headers.
    pub fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; its cells are escaped. Missing cells are empty.
    pub fn row<I: IntoIterator<Item = S>, S: AsRef<str>>(&mut self, cells: I) {
        self.push(cells, None);
    }

    /// Adds a row like [`Table::row`], and shows the cell of one column in a style.
    pub fn styled_row<I: IntoIterator<Item = S>, S: AsRef<str>>(
        &mut self,
        cells: I,
        column: usize,
        style: Style,
    ) {
        self.push(cells, Some((column, style)));
    }

    fn push<I: IntoIterator<Item = S>, S: AsRef<str>>(&mut self, cells: I, styled: Option<(usize, Style)>) {
        let cells = cells.into_iter().map(|cell| escape(cell.as_ref()).into_owned()).collect();
        self.rows.push(Row { cells, styled });
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text, one line a row, no trailing blanks.
    pub fn render(&self) -> String {
        let cells = self.header.iter().map(|&cell| cell.to_owned()).collect();
        let header = Row { cells, styled: None };
        let lines: Vec<&Row> = std::iter::once(&header).chain(&self.rows).collect();
        let widths: Vec<usize> = (0..self.header.len())
            .map(|column| {
                lines.iter().filter_map(|line| line.cells.get(column)).map(|cell| cell.chars().count()).max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        let mut text = String::new();
        for line in lines {
            let cells = line.cells.iter().zip(&widths).enumerate();
            let cells = cells.map(|(column, (cell, &width))| match line.styled {
                Some((styled, style)) if styled == column => {
                    format!("{style}{cell}{style:#}{:1$}", "", width - cell.chars().count())
                }
                _ => format!("{cell:<width$}"),
            });
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_blanks() {
        let mut table = Table::new(&["NAME", "STATE"]);
        table.row(["DB_PASSWORD", "sealed"]);
        table.row(["A", ""]);
        assert_eq!(table.render(), "NAME         STATE\nDB_PASSWORD  sealed\nA\n");
    }

    #[test]
    fn a_style_takes_no_room() {
        let mut table = Table::new(&["STATE", "NAME"]);
        table.styled_row(["late", "A"], 0, Style::new().bold());
        assert_eq!(table.render(), "STATE  NAME\n\u{1b}[1mlate\u{1b}[0m   A\n");
    }
}
