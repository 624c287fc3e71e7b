use super::*;
use crate::generate::{Recipe, hex};
use crate::secret::Secret;

fn read(text: &str) -> Vec<Sighting> {
    Guide.sightings(Path::new("guide.md"), text)
}

#[track_caller]
fn names(text: &str, expected: &[&str]) {
    let found = read(text);
    let mut names: Vec<&str> = found.iter().map(|sighting| sighting.name.as_str()).collect();
    names.dedup();
    assert_eq!(names, expected, "{text}");
}

fn hex_bytes(bytes: usize) -> Recipe {
    Recipe::Hex(hex::Options { bytes })
}

#[test]
fn env_blocks_are_told_from_scripts_and_configuration() {
    names("```env\nA_KEY=1\n# B_KEY=2\n...\n```\n", &["A_KEY", "B_KEY"]);
    names("   ```\n   A=1\n   ...\n   ```\n", &[]);
    names("   ```\n   AB=1\n   ...\n   ```\n", &["AB"]);
    names("~~~bash\nexport AB=1\nCD=2\n~~~\n", &["AB", "CD"]);
    names("```bash\nAB=1\n./run $AB\n```\n", &[]);
    names("```bash\ncp a .env\nAB=<your-key>\n```\n", &["AB"]);
    names("```bash\nVERSION=1 BRANCH=b bash <(curl https://x)\n```\n", &[]);
    names("```bash\ncat > .env << EOF\nAB=1\nEOF\n```\n", &["AB"]);
    names("```ini\n[x]\nname=1\n```\n", &[]);
    names("```python\nMAX_SIZE = 1\n```\n", &[]);
    names("```bash\nAB=$(openssl rand -hex 16)\nCD=1\n```\n", &["AB", "CD"]);
    assert_eq!(read("```bash\nAB=$(openssl rand -hex 16)\n```\n")[0].recipe, Some(hex_bytes(16)));
}

#[test]
fn commands_give_containers_and_platforms_their_variables() {
    names("```sh\ndocker run -e AB=1 --env CD \\\n  -e \"EF=x y\" image\n```\n", &["AB", "CD", "EF"]);
    names("```sh\ndocker exec -e AB=1 c sh\n```\n", &[]);
    names(
        "```sh\nfly secrets set API_KEY=x OTHER_KEY=y\nheroku config:set MODE=z\n```\n",
        &["API_KEY", "OTHER_KEY", "MODE"],
    );
    names("```sh\nkubectl create secret generic s \\\n  --from-literal=API_KEY=x\n```\n", &["API_KEY"]);
    names("```sh\nDATE=$(date)\npg_dump -h $DB_HOST > $DATE.sql\necho $HOME '$NOT_ME'\n```\n", &["DB_HOST"]);
}

#[test]
fn tables_have_a_column_for_each_answer() {
    let found = read(
        "| Name | Description | Default | Required |\n|---|---|---|---|\n| `AB_C` | The x | `5` | No |\n| `DE_F` | y | - | ✅ |\n",
    );
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].description.as_deref(), Some("The x"));
    assert_eq!(found[0].default.as_ref().map(Secret::expose), Some("5"));
    assert_eq!((found[0].required, found[1].required), (Some(false), Some(true)));
    assert!(found[1].default.is_none());
    names("| Command | Meaning |\n|---|---|\n| GET | reads |\n", &[]);
}

#[test]
fn cells_hold_values_or_say_in_words_where_to_get_one() {
    let found = read(
        "| Variable | Value | Required |\n|---|---|---|\n| `AB_C` | Your own URL | If it is used |\n| `DE_F` | `x y` | only there |\n\
         | `GH=1` | Generate with `openssl rand -hex 16` | Yes |\n| `IJ_K` | the level (default: `info`) | no |\n| `LM_N` | Set to: `HS256` | Yes |\n",
    );
    let value = |sighting: &Sighting| {
        sighting.value.as_ref().or(sighting.default.as_ref()).map_or("-", Secret::expose).to_owned()
    };
    let rows: Vec<_> =
        found.iter().map(|sighting| (sighting.name.as_str(), value(sighting), sighting.required)).collect();
    assert_eq!(
        rows,
        [
            ("AB_C", "-".to_owned(), Some(false)),
            ("DE_F", "x y".to_owned(), Some(false)),
            ("GH", "-".to_owned(), Some(true)),
            ("IJ_K", "info".to_owned(), Some(false)),
            ("LM_N", "HS256".to_owned(), Some(true)),
        ]
    );
    assert_eq!(found[2].recipe, Some(hex_bytes(16)));
}

#[test]
fn what_is_echoed_into_an_env_file_is_a_variable() {
    let text = "```sh\necho \"AB_C=$(openssl rand -hex 16 | tr -d '\\n')\" >> .env\necho \"DE_F=true\" >> .env\n\
                echo GH_I=$(openssl rand -hex 20)\necho \"JK_L=done\"\n```\n";
    names(text, &["AB_C", "DE_F", "GH_I"]);
    let found = read(text);
    assert_eq!(found[0].recipe, Some(hex_bytes(16)));
    assert_eq!(found[1].value.as_ref().map(Secret::expose), Some("true"));
}

#[test]
fn sentences_name_variables_where_they_speak_of_them() {
    names("Set the `API_KEY` environment variable.\n", &["API_KEY"]);
    names("## Environment variables\n\n- `API_KEY`: the key\n", &["API_KEY"]);
    names("The answer is `NOT_FOUND` then.\n", &[]);
    names(
        "The platform has these env vars:\n- `AB_C`\n- `DE_F`\n\nThen `GH_I` is there.\n",
        &["AB_C", "DE_F"],
    );
    names("## Environment variables\n\n- `PORT` - where it listens\n- Use `POST` for that\n", &["PORT"]);
    let found = read("## Environment variables\n\n- `-e AB_C=...` (defaults to \"x1\", which is a driver)\n");
    assert_eq!(found[0].description.as_deref(), Some("defaults to \"x1\", which is a driver"));
    assert_eq!(found[0].default.as_ref().map(Secret::expose), Some("x1"));
    names("Add `AB_C` = `x` there, and `DE_F` too.\n", &["AB_C"]);
    names(
        "## Environment variables\n\n### Server\n\n- **AB_C**, **DE_F**: two words\n- **API**: the routes\n\n## Parts\n\n- **GH_I**: a part\n",
        &["AB_C", "DE_F"],
    );
    names("| Variable | Notes |\n|---|---|\n| `SMTP_*` | mail |\n| `AB_C` | x |\n", &["AB_C"]);
    names("Add `AB_C=true` there; it respects `DE_F=true`.\n", &["AB_C"]);
    names("Run `app --port $PORT` there.\n", &["PORT"]);
    let found = read(
        "## Configuration\n\n- **`API_KEY`** (required): the key of the service, see https://acme.io/keys\n",
    );
    assert_eq!(found[0].description.as_deref(), Some("the key of the service, see https://acme.io/keys"));
    assert_eq!(found[0].link.as_deref(), Some("https://acme.io/keys"));
}

#[test]
fn a_command_makes_what_is_named_for_it() {
    let recipe_of = |text: &str, name: &str| {
        read(text).into_iter().find(|sighting| sighting.name == name).and_then(|sighting| sighting.recipe)
    };
    let block = "```env\nAPP_SECRET=first_random_string\nDB_PASSWORD=x\nMODE=y\n```\n";
    let above = format!("```sh\n# Generate APP_SECRET\nopenssl rand -hex 16\n```\n{block}");
    assert_eq!(
        (recipe_of(&above, "APP_SECRET"), recipe_of(&above, "DB_PASSWORD")),
        (Some(hex_bytes(16)), None)
    );
    let words = format!("```sh\n# Database password\nopenssl rand -hex 24\n```\n{block}");
    assert_eq!(
        (recipe_of(&words, "DB_PASSWORD"), recipe_of(&words, "APP_SECRET")),
        (Some(hex_bytes(24)), None)
    );
    let behind = format!("```sh\nopenssl rand -hex 20  # Passwords (20 bytes)\n```\n{block}");
    assert_eq!(recipe_of(&behind, "DB_PASSWORD"), Some(hex_bytes(20)));
    let beside =
        format!("{block}\nYou can use `openssl rand -hex 36` for the random strings. Also change `MODE`.\n");
    assert_eq!((recipe_of(&beside, "APP_SECRET"), recipe_of(&beside, "MODE")), (Some(hex_bytes(36)), None));
}

#[test]
fn words_above_say_what_is_needed() {
    let table = "| Variable | Example |\n|---|---|\n| `AB_C` | `x` |\n";
    let said = |text: &str| read(text)[0].required;
    assert_eq!(said(&format!("## Required variables\n\n{table}")), Some(true));
    assert_eq!(said(&format!("## Optional variables\n\n{table}")), Some(false));
    assert_eq!(said("## Variables\n\nOptional:\n```env\nAB_C=<x>\n```\n"), Some(false));
    assert_eq!(said("## Optional variables\n\n- `AB_C` - it does x\n"), Some(false));
}

#[test]
fn commands_of_platforms_go_on_over_lines() {
    let text =
        "```sh\nfly secrets set \\\n  AB_C=$(openssl rand -hex 16) \\\n  DE_F=\"x y\"\nGH_I=1 run\n```\n";
    names(text, &["AB_C", "DE_F"]);
    assert_eq!(read(text)[0].recipe, Some(hex_bytes(16)));
}

#[test]
fn lines_are_those_of_the_guide() {
    let found = read(
        "# x\n\n```yaml\nservices:\n  a:\n    image: b:${TAG}\n```\n\n```sh\ncat > .env << EOF\nAB=1\nEOF\n```\n",
    );
    let lines: Vec<_> = found.iter().map(|sighting| (sighting.name.as_str(), sighting.line)).collect();
    assert_eq!(lines, [("TAG", 6), ("AB", 11)]);
}

#[test]
fn broken_markdown_does_no_harm() {
    for text in [
        "```",
        "```env\nAB=1",
        "|",
        "| |\n|-|",
        "```sh\ncat <<\n```",
        "```sh\ncat << 'E\n```\n",
        "`",
        "- ",
        "#",
    ] {
        let _ = read(text);
    }
}
