//! Env files and their examples: assignments, the comments above and behind them, headings, and the optional
//! variables that are commented out.
//!
//! More lenient than [`dotenv`]: an example may have blanks round `=`, Jinja round its lines, a
//! placeholder over several lines. What an assignment says is taken; nothing is expanded.

mod comment;
mod line;

use std::path::Path;

use self::comment::Comment;
use self::line::Assignment;
use super::{Source, file_name};
use crate::dotenv;
use crate::generate::Recipe;
use crate::schema::infer::{Place, Sighting, prose};
use crate::schema::placeholder::is_placeholder;
use crate::secret::Secret;

/// Files of lines `NAME=value`, and examples of them.
pub struct EnvFile;

/// What follows the dots of an env file that belongs to another tool.
const NOT_ENV: &[&str] =
    &["js", "ts", "mjs", "cjs", "d", "md", "py", "rb", "go", "rs", "yml", "yaml", "enc", "vault", "keys"];

impl Source for EnvFile {
    fn name(&self) -> &'static str {
        "env file"
    }

    /// `.env`, `.env.example`, `prod.env`, `env.sample`, `.envrc`, and what is hidden in a folder `.envs`.
    fn reads(&self, path: &Path, head: &str) -> bool {
        let name = file_name(path);
        let words: Vec<&str> = name.split(['.', '-', '_']).filter(|word| !word.is_empty()).collect();
        let is_env =
            |word: Option<&&str>| word.is_some_and(|word| matches!(*word, "env" | "dotenv" | "envrc"));
        let is_other = words.last().is_some_and(|last| NOT_ENV.contains(last));
        let named = (is_env(words.first()) || is_env(words.last()) || name.contains(".env.")) && !is_other;
        // `cookiecutter` keeps them as `.envs/.production/.django`.
        let in_folder = path.components().any(|part| part.as_os_str() == ".envs") && name.starts_with('.');
        let is_script = words.last().is_some_and(|last| matches!(*last, "sh" | "bash" | "zsh"));
        (named || in_folder) && looks_like_assignments(head) && (!is_script || is_only_assignments(head))
    }

    fn sightings(&self, file: &Path, text: &str) -> Vec<Sighting> {
        sightings(file, text, [Place::EnvFile, Place::EnvComment])
    }
}

/// Whether the first line that is neither empty nor a comment assigns something; a file without one passes.
fn looks_like_assignments(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| {
        !line.is_empty()
            && !line.starts_with(['#', '{'])
            && !line.starts_with("set ")
            && !line.starts_with("source")
    });
    lines.next().is_none_or(|line| line.contains('=') || dotenv::is_name(line))
}

/// Whether a script does nothing but assign; what else it does is no matter of an env file.
fn is_only_assignments(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.all(|line| {
        let words = line.strip_prefix("export ").unwrap_or(line);
        words.split_once('=').is_some_and(|(name, _)| dotenv::is_name(name))
    })
}

/// The variables of a text; `places` says what an assignment is and what one that is commented out.
pub(super) fn sightings(file: &Path, text: &str, places: [Place; 2]) -> Vec<Sighting> {
    let mut reader = Reader {
        file,
        places,
        found: Vec::new(),
        group: None,
        above: Vec::new(),
        run: 0,
        recipe: None,
        alone: None,
        paragraph: 0,
    };
    let keys = dotenv::key_lines(text.as_bytes());
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        // What looks like a variable there is part of a secret.
        if keys.iter().any(|key| key.contains(&number)) {
            continue;
        }
        match line::read(line) {
            line::Line::Blank | line::Line::Other => reader.blank(),
            line::Line::Comment(comment) => reader.above.push((number, comment)),
            line::Line::Assignment(assignment) => {
                let whole = line::with_continuation(&assignment, || lines.next().map(|(_, line)| line));
                // A heading belongs to a paragraph of more than one variable.
                let followed = lines
                    .peek()
                    .is_some_and(|(_, next)| matches!(line::read(next), line::Line::Assignment(_)));
                reader.assignment(number, whole, followed);
            }
        }
    }
    reader.blank();
    reader.command_alone(false);
    reader.found
}

struct Reader<'a> {
    file: &'a Path,
    places: [Place; 2],
    found: Vec<Sighting>,
    group: Option<String>,
    /// The comments directly above, with their lines.
    above: Vec<(u32, Comment)>,
    /// How many assignments stand above without a blank line between them.
    run: usize,
    /// The recipe of a comment that speaks of several values, until the paragraph ends.
    recipe: Option<Recipe>,
    /// The recipe of a comment with no variable below it.
    alone: Option<Recipe>,
    /// Where the variables of the last paragraph begin.
    paragraph: usize,
}

impl Reader<'_> {
    /// Comments that end at a blank line speak of what follows as a whole.
    fn blank(&mut self) {
        let above = std::mem::take(&mut self.above);
        let heading = comment::heading(&above.iter().map(|(_, comment)| comment).collect::<Vec<_>>(), true);
        if heading.is_some() {
            self.group = heading;
        }
        self.commented_out(&above);
        self.run = 0;
        self.recipe = None;
        if above.iter().all(|(_, comment)| !matches!(comment, Comment::Assignment { .. })) {
            let comments: Vec<&Comment> = above.iter().map(|(_, comment)| comment).collect();
            let text = comment::prose(&comments, self.group.as_deref());
            self.alone = text.and_then(|text| prose::recipe(&text)).or(self.alone.take());
        }
    }

    fn assignment(&mut self, line: u32, assignment: Assignment, followed: bool) {
        let above = std::mem::take(&mut self.above);
        let (kept, heading) = {
            let comments: Vec<&Comment> = above.iter().map(|(_, comment)| comment).collect();
            let heading = if self.run == 0 {
                comment::heading(&comments, followed)
            } else {
                comment::banner(&comments)
            };
            (comment::prose(&comments, heading.as_deref()), heading)
        };
        if heading.is_some() {
            self.group = heading;
        }
        self.commented_out(&above);
        if self.run == 0 {
            self.command_alone(above.is_empty());
            self.paragraph = self.found.len();
        }
        let mut sighting = self.sighting(line, assignment, self.places[0]);
        let says_nothing_above = kept.is_none();
        describe(&mut sighting, kept);
        if sighting.recipe.is_some() {
            self.recipe = sighting.recipe.clone().filter(|_| speaks_of_several(&sighting));
        } else if says_nothing_above {
            sighting.recipe.clone_from(&self.recipe);
        }
        self.found.push(sighting);
        self.run += 1;
    }

    /// A command in a comment with blank lines round it is for what follows, if nothing else is said of that; else for
    /// what the paragraph above leaves open.
    fn command_alone(&mut self, is_for_next: bool) {
        let Some(recipe) = self.alone.take() else { return };
        if is_for_next {
            self.recipe = Some(recipe);
            return;
        }
        for sighting in &mut self.found[self.paragraph..] {
            let value = sighting.value.as_ref().map_or("", Secret::expose);
            let is_open = value.is_empty() || is_placeholder(value);
            if is_open && sighting.recipe.is_none() && sighting.place == self.places[0] {
                sighting.recipe = Some(recipe.clone());
            }
        }
    }

    /// The variables that are commented out in a block of comments; each is described by what stands above it.
    fn commented_out(&mut self, block: &[(u32, Comment)]) {
        let mut prose: Vec<&Comment> = Vec::new();
        let mut in_example = false;
        for (line, comment) in block {
            let Comment::Assignment { assignment, .. } = comment else {
                prose.push(comment);
                continue;
            };
            let text = comment::prose(&prose, self.group.as_deref());
            // "For example, instead of: … you can use: …" says that no variable follows.
            in_example = comment::announces_example(&prose) || in_example && comment::ends_with_colon(&prose);
            if in_example {
                continue;
            }
            let mut sighting = self.sighting(*line, assignment.clone(), self.places[1]);
            sighting.required = Some(false);
            describe(&mut sighting, text);
            self.found.push(sighting);
            prose.clear();
        }
    }

    fn sighting(&self, line: u32, assignment: Assignment, place: Place) -> Sighting {
        let mut sighting = Sighting::new(assignment.name, self.file, line, place);
        sighting.value = assignment.value;
        let value = sighting.value.as_ref().map_or("", Secret::expose);
        // A shell would run it; the person who copies the line runs it too.
        sighting.recipe = value.starts_with("$(").then(|| prose::recipe(value)).flatten();
        sighting.description = assignment.behind;
        sighting.group.clone_from(&self.group);
        // A heading may say that everything below it is optional.
        let heading = self.group.as_deref().and_then(prose::required);
        // So may a placeholder: `<optional>`.
        let placeholder = Some(value).filter(|value| value.starts_with(['<', '('])).and_then(prose::required);
        sighting.required = placeholder.or(heading.filter(|required| !required));
        sighting
    }
}

/// Whether the comment that names a command speaks of more values than the next.
fn speaks_of_several(sighting: &Sighting) -> bool {
    let text = sighting.description.as_deref().unwrap_or_default().to_lowercase();
    let mut words = text.split(|each: char| !each.is_alphanumeric());
    words.any(|word| {
        matches!(
            word,
            "secrets" | "keys" | "passwords" | "values" | "strings" | "tokens" | "these" | "each" | "both"
        )
    })
}

/// Takes what the comment above says into the sighting, before what stands behind the value.
fn describe(sighting: &mut Sighting, above: Option<String>) {
    let parts: Vec<String> = above.into_iter().chain(sighting.description.take()).collect();
    if parts.is_empty() {
        return;
    }
    let text = parts.join(" ");
    sighting.link = prose::link(&text);
    sighting.recipe = sighting.recipe.take().or_else(|| prose::recipe(&text));
    sighting.required = prose::required(&text).or(sighting.required);
    sighting.default = prose::default(&text).map(Secret::new);
    sighting.description = Some(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, line, value, description and group of each.
    fn read(text: &str) -> Vec<(String, u32, String, String, String)> {
        let found = EnvFile.sightings(Path::new(".env.example"), text);
        found
            .into_iter()
            .map(|sighting| {
                let value = sighting.value.as_ref().map_or("-", Secret::expose).to_owned();
                let mark = if sighting.place == Place::EnvComment { "#" } else { "" };
                (
                    format!("{mark}{}", sighting.name),
                    sighting.line,
                    value,
                    sighting.description.unwrap_or_default(),
                    sighting.group.unwrap_or_default(),
                )
            })
            .collect()
    }

    fn row(
        name: &str,
        line: u32,
        value: &str,
        description: &str,
        group: &str,
    ) -> (String, u32, String, String, String) {
        (name.to_owned(), line, value.to_owned(), description.to_owned(), group.to_owned())
    }

    fn names(text: &str) -> Vec<String> {
        read(text).into_iter().map(|(name, ..)| name).collect()
    }

    #[test]
    fn comments_above_and_behind_describe_a_variable() {
        let text = "# The port.\n# Defaults to 3000.\nPORT=3000\n\nexport KEY = 'a # b' # from the console\nBARE=x#y # z\n";
        assert_eq!(
            read(text),
            [
                row("PORT", 3, "3000", "The port. Defaults to 3000.", ""),
                row("KEY", 5, "a # b", "from the console", ""),
                row("BARE", 6, "x#y", "z", ""),
            ]
        );
    }

    #[test]
    fn headings_come_in_every_style() {
        for heading in [
            "# === Database ===",
            "#=============#\n# Database    #\n#=============#",
            "# ---------\n# Database\n# ---------",
            "####################\n# Database\n####################",
            "# [[DATABASE]]",
            "#-------Database------#",
            "# Database\n# -----------",
            "## Database ##",
            "# ------------------------------\n# Database",
            "# DATABASE",
            "# Database\n",
        ] {
            let found = read(&format!("{heading}\nDB_HOST=a\nDB_PORT=1\n"));
            let groups: Vec<_> = found.iter().map(|row| row.4.to_lowercase()).collect();
            assert_eq!(groups, ["database", "database"], "{heading}");
            assert_eq!(found[0].3, "", "{heading}");
        }
    }

    #[test]
    fn what_is_commented_out_is_a_variable_unless_it_is_prose() {
        let text = "\
# Set DEBUG=true to see more.
# A=1
#B=\"two words\"
# C=
# NODE_ENV=production will make it quiet and fast
# For example:
# EXAMPLE=1

# export D=/tmp/d # a path
# UPPER=is a sentence that goes on.
# lower=1
E=1
";
        assert_eq!(names(text), ["#A", "#B", "#C", "#D", "E"]);
    }

    #[test]
    fn a_value_may_span_lines_and_hold_what_looks_like_a_variable() {
        let text = "KEY=\"-----BEGIN X-----\nNOT_ME=1\n-----END X-----\"\nNEXT='1'\n";
        assert_eq!(names(text), ["KEY", "NEXT"]);
        assert_eq!(names("OPEN=\"never closed\nNEXT=1\n"), ["OPEN", "NEXT"]);
    }

    #[test]
    fn what_a_comment_names_is_kept_apart() {
        let text = "# Optional. Make it with: openssl rand -hex 16, see https://docs.acme.io/key\nKEY=\n";
        let found = EnvFile.sightings(Path::new(".env"), text);
        assert_eq!(found[0].required, Some(false));
        assert!(found[0].recipe.is_some());
        assert_eq!(found[0].link.as_deref(), Some("https://docs.acme.io/key"));
    }

    #[test]
    fn a_command_makes_what_it_is_said_for() {
        let recipes = |text: &str| {
            let found = EnvFile.sightings(Path::new(".env"), text);
            let made = found.into_iter().filter(|sighting| sighting.recipe.is_some());
            made.map(|sighting| sighting.name).collect::<Vec<_>>()
        };
        let ruled =
            "# Secrets\n# -------\n# Make them with `rake secret` for all secrets\n# -------\nA=\nB=\n";
        assert_eq!(recipes(ruled), ["A", "B"]);
        assert_eq!(recipes("# For each of these: openssl rand -hex 32\nA=\nB=x # a salt\n"), ["A", "B"]);
        assert_eq!(recipes("# openssl rand -hex 32\n\nA=\n"), ["A"]);
        let behind =
            "# Keys\nA=<random>\nB=1\n\n# Make strong ones:\n# openssl rand -hex 32\n\n# Other\nC=\n";
        assert_eq!(recipes(behind), ["A"]);
    }

    #[test]
    fn a_heading_or_a_placeholder_may_say_what_is_optional() {
        let text = "# === Mail (optional) ===\nA=<x>\n# === Other ===\nB=<x>\nC=<optional>\n";
        let found = EnvFile.sightings(Path::new(".env"), text);
        let required: Vec<_> = found.iter().map(|sighting| sighting.required).collect();
        assert_eq!(required, [Some(false), None, Some(false)]);
    }

    #[test]
    fn an_example_may_show_two_ways() {
        let text = "# For example, instead of:\n#   KEY=x\n# you can use:\n#   KEY_FILE=/x\n\n# C=1\nA=1\n";
        assert_eq!(names(text), ["#C", "A"]);
    }

    #[test]
    fn only_env_files_are_read() {
        for name in [
            ".env",
            ".env.example",
            ".env.production.sample",
            "env.example",
            "sample.env",
            ".env-example",
            "example.env",
            ".envrc",
            ".env.local.dist",
            "docker.env",
            ".envs/.production/.django",
            "env.sample",
            ".env_example",
            "dotenv.example",
            ".env.template",
        ] {
            assert!(EnvFile.reads(Path::new(name), "# x\nA=1\n"), "{name}");
        }
        for name in [
            "env.ts",
            "env.d.ts",
            "environment.yml",
            "README.md",
            "env.mjs",
            "events.log",
            ".env.vault",
            "prod.enc.env.yaml",
            "env_vars.rs",
        ] {
            assert!(!EnvFile.reads(Path::new(name), "A=1\n"), "{name}");
        }
        assert!(EnvFile.reads(Path::new("env.sh"), "#!/bin/sh\nexport A=1\nB=2\n"));
        assert!(!EnvFile.reads(Path::new("env.sh"), "#!/bin/sh\nA=1\necho $A\n"));
        assert!(!EnvFile.reads(Path::new("env.sample"), "{{- range }}\nkind: Secret\n"));
    }
}
