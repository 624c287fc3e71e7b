//! JavaScript and TypeScript: `process.env`, `import.meta.env`, Deno, Bun, and the schemas of zod, envalid, t3-env, Joi.

mod environment;
mod schema;

use super::lexer::{Grammar, Quote};
use super::tokens::Tokens;
use super::{Language, Reads};

/// JavaScript and TypeScript, also inside of components.
pub static JAVASCRIPT: Language = Language {
    name: "JavaScript",
    extensions: &["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro"],
    grammar: Grammar {
        quotes: &[
            Quote::plain("\""),
            Quote::plain("'"),
            Quote { expression: Some("${"), ..Quote::long("`") },
        ],
        regex: true,
        optional_chaining: true,
        ..Grammar::C
    },
    read,
};

fn read(tokens: &Tokens<'_>, reads: &mut Reads) {
    schema::read(tokens, reads);
    environment::read(tokens, reads);
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn each_way_to_read_the_environment_is_found() {
        let code = r#"
const a = process.env.A_KEY;
const b = process.env["B_KEY"] ?? "b";
const c = process.env.C_KEY || 'c';
const { D_KEY, E_KEY: e = "e", ...rest } = process.env;
const f = import.meta.env.VITE_F;
const g = Deno.env.get("G_KEY");
const h = Bun.env.H_KEY!;
const i = parseInt(process.env.I_KEY || "5", 10);
const j = process.env.J_KEY === "true";
const k = `x${process.env.K_KEY}y`;
if (!process.env.L_KEY) { throw new Error("L_KEY is missing"); }
const m = process.env?.M_KEY?.split(",");
const env = process.env;
const n = env.N_KEY ?? 3;
const o = configService.get<string>("O_KEY", "o");
const p = configService.getOrThrow('P_KEY');
process.env.Q_KEY ??= "q";
"#;
        assert_eq!(
            found(&JAVASCRIPT, code),
            [
                "2 A_KEY",
                "3 B_KEY = b",
                "4 C_KEY = c",
                "5 D_KEY",
                "5 E_KEY = e",
                "6 VITE_F",
                "7 G_KEY",
                "8 H_KEY (required)",
                "9 I_KEY = 5 (int)",
                "10 J_KEY (bool)",
                "11 K_KEY",
                "12 L_KEY (required)",
                "13 M_KEY (list)",
                "15 N_KEY = 3",
                "16 O_KEY = o",
                "17 P_KEY (required)",
                "18 Q_KEY = q",
            ]
        );
    }

    #[test]
    fn what_is_written_mentioned_or_built_in_is_not_read() {
        let code = r#"
// process.env.A
/* process.env.B */
const c = "process.env.C";
process.env.D = "1";
delete process.env.E;
process.env.hasOwnProperty("f");
import.meta.env.MODE; import.meta.env.DEV;
process.env.npm_package_version; process.env.NODE_ENV;
const r = /process.env.G['"]/;
other.process_env.H;
process.env[name];
"#;
        assert_eq!(found(&JAVASCRIPT, code), [""; 0]);
    }

    #[test]
    fn a_schema_of_zod_has_types() {
        let code = r#"
export const env = createEnv({
  server: {
    DATABASE_URL: z.string().url(),
    PORT: z.coerce.number().int().default(3000),
    LEVEL: z.enum(["debug", "info"]).default("info"),
    MAIL_TO: z.string().email().optional(),
    TOKEN: z.string().min(1).describe("From the console"),
    DEBUG: z.boolean().default(false),
    MODE: ZMode.optional(),
    STAGE: z.string().prefault("live"),
    CACHE_URL: process.env.CI === "1" ? z.string().optional() : z.url("it is needed, always"),
  },
  runtimeEnv: { DATABASE_URL: process.env.DATABASE_URL, TOKEN: process.env.TOKEN },
});
"#;
        assert_eq!(
            found(&JAVASCRIPT, code),
            [
                "4 DATABASE_URL (required, url)",
                "5 PORT = 3000 (int)",
                "6 LEVEL = info (enum debug info)",
                "7 MAIL_TO (optional, email)",
                "8 TOKEN (required)",
                "9 DEBUG = false (bool)",
                "10 MODE (optional)",
                "11 STAGE = live",
                "12 CACHE_URL (required, url)",
                "14 DATABASE_URL",
                "14 TOKEN",
            ]
        );
        assert_eq!(found(&JAVASCRIPT, "const form = z.object({ NAME: z.string() });"), [""; 0]);
    }

    #[test]
    fn envalid_and_joi_are_known() {
        let code = r#"
const env = cleanEnv(process.env, {
  PORT: port({ default: 3000, desc: "Where it listens" }),
  LEVEL: str({ choices: ["debug", "info"] }),
  API: url(),
  DEBUG: bool({ default: false }),
});
export default Joi.object({
  MODE: Joi.string().valid("a", "b").default("a"),
  SECRET: Joi.string().required(),
  SIZE: Joi.number(),
});
"#;
        assert_eq!(
            found(&JAVASCRIPT, code),
            [
                "3 PORT = 3000 (port)",
                "4 LEVEL (required, enum debug info)",
                "5 API (required, url)",
                "6 DEBUG = false (bool)",
                "9 MODE = a (enum a b)",
                "10 SECRET (required)",
                "11 SIZE (optional, float)",
            ]
        );
    }

    #[test]
    fn imports_of_a_framework_are_reads() {
        let code = r#"
import { API_KEY, OTHER as o } from "$env/static/private";
import { env } from '$env/dynamic/public';
env.PUBLIC_URL;
"#;
        assert_eq!(found(&JAVASCRIPT, code), ["2 API_KEY (required)", "2 OTHER (required)", "4 PUBLIC_URL"]);
    }
}
