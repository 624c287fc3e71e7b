//! Names of variables as arguments: what is refused, and how much of it is shown.

use crate::dotenv::is_name;
use crate::error::Error;
use crate::ui::escape;

/// Refuses a name that no env file can hold.
pub fn require(name: &str) -> Result<(), Error> {
    refuse_value(name)?;
    if is_name(name) {
        return Ok(());
    }
    let help = "use letters, digits and _, and do not start with a digit";
    Err(Error::usage_with_help(format!("{:?} is not a name", escape(name)), help))
}

/// Refuses `NAME=VALUE` where a name belongs, without repeating the value.
pub fn refuse_value(argument: &str) -> Result<(), Error> {
    let Some((name, _)) = argument.split_once('=') else { return Ok(()) };
    // Anything else may be the value itself, which ends in `=` as base64 does.
    let name = if is_name(name) { name } else { "" };
    let help = "give the name alone: a value is read from a prompt or standard input, never from an argument";
    Err(Error::usage_with_help(format!("{name}=… is not a name"), help))
}
