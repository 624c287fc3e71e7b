//! Python: `os.environ`, `os.getenv`, pydantic's settings, environs, django-environ, decouple, starlette, click.

mod calls;
mod environ;
mod settings;

use super::lexer::{Grammar, Prefixes, Quote};
use super::tokens::Tokens;
use super::{Language, Reads};

/// Python.
pub static PYTHON: Language = Language {
    name: "Python",
    extensions: &["py", "pyi"],
    grammar: Grammar {
        quotes: &[Quote::long("\"\"\""), Quote::long("'''"), Quote::plain("\""), Quote::plain("'")],
        prefixes: Some(Prefixes { letters: "rbfu", raw: 'r', formatted: 'f' }),
        ..Grammar::HASH
    },
    read,
};

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    environ::read(tokens, reads);
    settings::read(tokens, reads);
    calls::read(tokens, reads);
}

/// Whether the file imports a name, from a module that begins so.
fn imports(tokens: &Tokens<'_>, module: &str, name: &str) -> bool {
    (0..tokens.len()).filter(|&at| tokens.is_word(at, "from") && tokens.is_word(at + 1, module)).any(|at| {
        let line = tokens.line(at);
        let import = (at + 2..tokens.len()).find(|&at| tokens.is_word(at, "import"));
        // In brackets the names may go over several lines.
        let names = import.map_or(at..at, |import| import..(import + 60).min(tokens.len()));
        let bracketed = import.is_some_and(|import| tokens.is(import + 1, '('));
        names
            .take_while(|&at| if bracketed { !tokens.is(at, ')') } else { tokens.line(at) == line })
            .any(|at| tokens.is_word(at, name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn each_way_to_read_the_environment_is_found() {
        let code = r#"
import os, json
from os import environ, getenv
A = os.environ["A_KEY"]
B = os.environ.get("B_KEY", "b")
C = os.getenv("C_KEY")
D = getenv("D_KEY", default="d")
E = environ["E_KEY"]
F = int(os.getenv("F_KEY", 5))
G = os.getenv("G_KEY", "false").lower() == "true"
H = os.environ.get("H_KEY", "").split(",")
I = os.getenv("I_KEY") or "i"
os.environ.setdefault("J_KEY", "j")
if "K_KEY" in os.environ: pass
L = json.loads(os.environ["L_KEY"])
M = f"x{os.environ['M_KEY']}y"
N = os.environ.get(
    "N_KEY",
    "n",
)
KEY = "O_KEY"
O = os.environ[KEY]
P = get_bool_from_env("P_KEY", False)
Q = dj_database_url.config(default="sqlite://q")
"#;
        assert_eq!(
            found(&PYTHON, code),
            [
                "4 A_KEY (required)",
                "5 B_KEY = b",
                "6 C_KEY",
                "7 D_KEY = d",
                "8 E_KEY (required)",
                "9 F_KEY = 5 (int)",
                "10 G_KEY = false (bool)",
                "11 H_KEY =  (list)",
                "12 I_KEY = i",
                "13 J_KEY = j",
                "14 K_KEY (optional)",
                "15 L_KEY (required, json)",
                "16 M_KEY (required)",
                "17 N_KEY = n",
                "22 O_KEY (required)",
                "23 P_KEY = False (bool)",
                "24 DATABASE_URL = sqlite://q (url)",
            ]
        );
    }

    #[test]
    fn what_is_written_mentioned_or_of_a_request_is_not_read() {
        let code = r#"
# os.environ["A"]
"""os.environ["B"]"""
os.environ["C"] = "1"
del os.environ["D"]
def app(environ, start_response):
    return environ["REQUEST_METHOD"], request.environ.get("REMOTE_ADDR")
print("os.getenv('E')")
os.environ[f"F_{x}"]
os.putenv("G", "1")
monkeypatch.setenv("H_KEY", "1")
os.environ["PATH"]
"#;
        assert_eq!(found(&PYTHON, code), [""; 0]);
    }

    #[test]
    fn settings_of_pydantic_have_types() {
        let code = r#"
from pydantic import Field, SecretStr, HttpUrl, AliasChoices
from pydantic_settings import BaseSettings, SettingsConfigDict

class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_file=".env")
    debug: bool = False
    port: int = Field(default=8000, ge=1, description="Where it listens")
    secret_key: SecretStr
    base_url: HttpUrl | None = None
    level: Literal["info", "debug"] = "info"
    token: str = Field(..., alias="API_TOKEN")
    other: Optional[str] = Field(None, validation_alias=AliasChoices("OTHER_ONE", "OTHER_TWO"))
    origins: list[str] = []
    _private: int = 1
    kind: ClassVar[str] = "x"

    @property
    def url(self) -> str:
        local: str = "x"
        return local

class Worker(Base):
    queue: str

class Plain(BaseModel):
    name: str
"#;
        assert_eq!(
            found(&PYTHON, code),
            [
                "7 APP_DEBUG = False (bool)",
                "8 APP_PORT = 8000 (int)",
                "9 APP_SECRET_KEY (required, secret)",
                "10 APP_BASE_URL (optional, http-url)",
                "11 APP_LEVEL = info (enum info debug)",
                "12 API_TOKEN (required)",
                "13 OTHER_ONE (optional)",
                "13 OTHER_TWO (optional)",
                "14 APP_ORIGINS (optional, json)",
                "24 APP_QUEUE (required)",
            ]
        );
    }

    #[test]
    fn a_config_class_gives_the_prefix_too() {
        let code = "
class Settings(BaseSettings):
    name: str = 'x'
    size: int = Field(3, env='POOL_SIZE')

    class Config:
        env_prefix = 'my_'
        case: str = 'x'
";
        assert_eq!(found(&PYTHON, code), ["3 MY_NAME = x", "4 POOL_SIZE = 3 (int)"]);
    }

    #[test]
    fn the_libraries_for_it_are_known() {
        let code = r#"
from environs import Env
import environ
from decouple import config, Csv
env = Env()
A = env.int("A_KEY", 5)
B = env("B_KEY")
C = env.list("C_KEY", default=[])
envs = environ.Env(D_KEY=(bool, False))
E = envs.db("E_URL")
F = config("F_KEY", default="f")
G = config("G_KEY", default=True, cast=bool)
H = config("H_KEY", cast=Csv())
@click.option("--token", envvar="I_KEY")
def main(): ...
"#;
        assert_eq!(
            found(&PYTHON, code),
            [
                "6 A_KEY = 5 (int)",
                "7 B_KEY (required)",
                "8 C_KEY (optional, list)",
                "9 D_KEY = False (bool)",
                "10 E_URL (required, url)",
                "11 F_KEY = f",
                "12 G_KEY = True (bool)",
                "13 H_KEY (required, list)",
                "14 I_KEY",
            ]
        );
    }

    #[test]
    fn starlette_says_what_is_secret() {
        let code = r#"
from starlette.config import Config
from starlette.datastructures import Secret, CommaSeparatedStrings
config = Config(".env")
A = config("A_KEY", cast=Secret)
B = config("B_KEY", cast=CommaSeparatedStrings, default="x")
"#;
        assert_eq!(found(&PYTHON, code), ["5 A_KEY (required, secret)", "6 B_KEY = x (list)"]);
        assert_eq!(found(&PYTHON, "A = config('A_KEY')\n"), [""; 0]);
    }
}
