//! The parts of a Markdown text: fences, tables, and what is between them.

/// A part of a text.
pub(super) enum Block<'a> {
    /// What stands between two fences.
    Fence(Fence<'a>),
    /// The rows of a table with their lines, the heading first, without the rule below it.
    Table(Vec<(u32, Vec<&'a str>)>),
    /// A paragraph, a heading or an item of a list.
    Text {
        /// The line of each part, and the part.
        lines: Vec<(u32, &'a str)>,
        /// The headings above it, the outermost first.
        headings: Vec<&'a str>,
    },
}

/// What stands between two fences.
pub(super) struct Fence<'a> {
    /// The language, in lower case; empty if none is given.
    pub language: String,
    /// The line of the first line inside.
    pub first: u32,
    /// The lines inside, without the indentation of the fence.
    pub lines: Vec<&'a str>,
}

/// The parts of a text, in their order.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    // The headings that hold, with their levels.
    let mut headings: Vec<(usize, &str)> = Vec::new();
    let mut open: Vec<(u32, &str)> = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let trimmed = line.trim();
        if let Some(marker) = fence_marker(trimmed) {
            close(&mut open, &headings, &mut blocks);
            let (fence, end) = fence(&lines, index, marker);
            blocks.push(Block::Fence(fence));
            index = end;
            continue;
        }
        if is_row(trimmed) && lines.get(index + 1).is_some_and(|next| is_rule(next.trim())) {
            close(&mut open, &headings, &mut blocks);
            let mut rows = vec![(number(index), cells(trimmed))];
            index += 2;
            while index < lines.len() && is_row(lines[index].trim()) {
                rows.push((number(index), cells(lines[index].trim())));
                index += 1;
            }
            blocks.push(Block::Table(rows));
            continue;
        }
        let begins = trimmed.is_empty() || trimmed.starts_with('#') || is_item(trimmed);
        if begins {
            close(&mut open, &headings, &mut blocks);
        }
        if trimmed.starts_with('#') && trimmed.trim_start_matches('#').starts_with(' ') {
            let level = trimmed.len() - trimmed.trim_start_matches('#').len();
            headings.retain(|(above, _)| *above < level);
            headings.push((level, trimmed.trim_matches(['#', ' ', '*'])));
        }
        if !trimmed.is_empty() {
            open.push((number(index), trimmed));
        }
        index += 1;
    }
    close(&mut open, &headings, &mut blocks);
    blocks
}

fn close<'a>(open: &mut Vec<(u32, &'a str)>, headings: &[(usize, &'a str)], blocks: &mut Vec<Block<'a>>) {
    if !open.is_empty() {
        let headings = headings.iter().map(|(_, heading)| *heading).collect();
        blocks.push(Block::Text { lines: std::mem::take(open), headings });
    }
}

/// The line that an index stands for.
fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// The signs that open a fence.
fn fence_marker(line: &str) -> Option<&str> {
    let sign = line.chars().next().filter(|first| matches!(first, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(sign).len();
    let marker = &line[..length];
    (length >= 3 && !line[length..].contains('`')).then_some(marker)
}

/// The fence that opens at an index, and the index behind it. One that is never closed goes to the end.
fn fence<'a>(lines: &[&'a str], index: usize, marker: &str) -> (Fence<'a>, usize) {
    let opening = lines[index];
    let indentation = opening.len() - opening.trim_start().len();
    let information = opening.trim()[marker.len()..].trim();
    let language = information
        .split([' ', '{', ',', ':'])
        .next()
        .unwrap_or_default()
        .trim_start_matches('.')
        .to_lowercase();
    let is_end = |line: &&str| {
        line.trim().starts_with(marker) && line.trim().chars().all(|each| marker.starts_with(each))
    };
    let length = lines[index + 1..].iter().position(is_end).unwrap_or(lines.len() - index - 1);
    let inside = lines[index + 1..index + 1 + length].iter().map(|line| {
        let own = line.len() - line.trim_start_matches([' ', '\t']).len();
        &line[own.min(indentation)..]
    });
    (
        Fence { language, first: number(index + 1), lines: inside.collect() },
        (index + length + 2).min(lines.len()),
    )
}

/// Whether a line is a row of a table.
fn is_row(line: &str) -> bool {
    line.contains('|') && (line.starts_with('|') || line.matches('|').count() >= 2 || line.contains(" | "))
}

/// Whether a line is the rule below the heading of a table.
fn is_rule(line: &str) -> bool {
    line.contains('-') && line.contains('|') && line.chars().all(|each| "|-: ".contains(each))
}

/// The cells of a row. A bar in code or behind a backslash is none between cells.
fn cells(line: &str) -> Vec<&str> {
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let mut cells = Vec::new();
    let (mut start, mut in_code, mut before) = (0, false, ' ');
    for (at, each) in line.char_indices() {
        if each == '`' {
            in_code = !in_code;
        } else if each == '|' && !in_code && before != '\\' {
            cells.push(line[start..at].trim());
            start = at + 1;
        }
        before = each;
    }
    cells.push(line[start..].trim());
    cells
}

/// Whether a line begins an item of a list.
fn is_item(line: &str) -> bool {
    line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("+ ")
        || line.split_once(['.', ')']).is_some_and(|(digits, rest)| {
            !digits.is_empty()
                && digits.len() <= 3
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && rest.starts_with(' ')
        })
}
