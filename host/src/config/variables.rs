//! Every environment variable that the relay reads: the one list from which `--help`, the README and `doctor` print.

/// Address of the helpdesk.
pub const API_BASE: &str = "TICKITI_API_BASE";
/// The token itself.
pub const API_TOKEN: &str = "TICKITI_API_TOKEN";
/// A file that holds the token.
pub const API_TOKEN_FILE: &str = "TICKITI_API_TOKEN_FILE";
/// Time for a request.
pub const API_TIMEOUT_MS: &str = "TICKITI_API_TIMEOUT_MS";
/// Leave to use plain http.
pub const ALLOW_HTTP: &str = "TICKITI_RELAY_ALLOW_HTTP";
/// A proxy on the way.
pub const PROXY: &str = "TICKITI_RELAY_PROXY";
/// A company's certificate authority.
pub const CA: &str = "TICKITI_RELAY_CA";
/// Folders for tools.
pub const FILES: &str = "TICKITI_RELAY_FILES";
/// Folder of what must last.
pub const STATE: &str = "TICKITI_RELAY_STATE";
/// Folder of what can be made again.
pub const CACHE: &str = "TICKITI_RELAY_CACHE";
/// Whether decisions and requests are written down.
pub const AUDIT: &str = "TICKITI_RELAY_AUDIT";
/// What is logged.
pub const LOG: &str = "TICKITI_RELAY_LOG";

/// One environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// As it is set.
    pub name: &'static str,
    /// What it is for, in one or two sentences without Markdown but backticks.
    pub meaning: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
    /// A value as it may be.
    pub example: &'static str,
}

/// All of them, the most needed first.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: API_BASE,
        meaning: "Address of the helpdesk, without `/api/v1`. May have a path before that. Only https, unless it is this \
                  computer.",
        default: "none: must be set",
        example: "https://support.example.com",
    },
    Variable {
        name: API_TOKEN,
        meaning: "API token. The relay can do what the token's owner can do, within the token's abilities.",
        default: "none: this or the next must be set",
        example: "12|k3yFromYourTickitiProfile",
    },
    Variable {
        name: API_TOKEN_FILE,
        meaning: "File that holds the token and nothing else, readable by its owner only (mode 0600).",
        default: "none",
        example: "/home/anna/.config/tickiti/token",
    },
    Variable {
        name: API_TIMEOUT_MS,
        meaning: "Milliseconds for a whole request, its answer included: 100 to 600000.",
        default: "30000",
        example: "60000",
    },
    Variable {
        name: PROXY,
        meaning: "Address of an http or https proxy for all requests, with name and password where it wants them. No other \
                  proxy is ever used, whatever else the environment says.",
        default: "none: straight to the helpdesk",
        example: "http://proxy.example.com:3128",
    },
    Variable {
        name: CA,
        meaning: "PEM file with the certificate of a company's own authority, trusted besides those that the system trusts.",
        default: "none: the system's list",
        example: "/etc/ssl/company-ca.pem",
    },
    Variable {
        name: FILES,
        meaning: "Folders whose files tools may read and write, separated as in PATH; `:ro` after one allows reading only. \
                  Not a whole drive and not a home folder. Relative paths of tools are looked for in each, and written \
                  beneath the first that may be written to.",
        default: "nothing to read; `files` in the state folder to write to",
        example: "/srv/helpdesk/out:/srv/helpdesk/templates:ro",
    },
    Variable {
        name: STATE,
        meaning: "Folder of what must last: the record of what was written to the helpdesk, and files saved for the \
                  assistant. Readable by its owner only.",
        default: "`~/.local/state/tickiti-relay`; on Windows `%LOCALAPPDATA%\\tickiti-relay\\state`",
        example: "/var/lib/tickiti-relay",
    },
    Variable {
        name: CACHE,
        meaning: "Folder of what can be made again: compiled plugins. The relay executes what lies there, so only its user \
                  may write to it.",
        default: "`~/.cache/tickiti-relay`; on Windows `%LOCALAPPDATA%\\tickiti-relay\\cache`",
        example: "/var/cache/tickiti-relay",
    },
    Variable {
        name: AUDIT,
        meaning: "`off` writes no audit: one line for each decision and each request, without bodies and without the token, in \
                  `audit.jsonl` of the state folder. `tickiti-relay audit` reads it.",
        default: "on",
        example: "off",
    },
    Variable {
        name: LOG,
        meaning: "What is told on stderr: `error`, `warn`, `info`, `debug` or `trace`.",
        default: "warn",
        example: "info",
    },
    Variable {
        name: ALLOW_HTTP,
        meaning: "`1` allows plain http to another computer, where anyone on the way can read the token.",
        default: "off",
        example: "1",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_listed_once_and_wholly() {
        let names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        let constants = [
            API_BASE,
            API_TOKEN,
            API_TOKEN_FILE,
            API_TIMEOUT_MS,
            ALLOW_HTTP,
            PROXY,
            CA,
            FILES,
            STATE,
            CACHE,
            AUDIT,
            LOG,
        ];
        for name in constants {
            assert_eq!(names.iter().filter(|known| **known == name).count(), 1, "{name}");
        }
        assert_eq!(names.len(), 12);
        for variable in VARIABLES {
            assert!(!variable.meaning.is_empty() && !variable.default.is_empty() && !variable.example.is_empty());
            assert!(!variable.meaning.contains("  "), "{}", variable.name);
        }
    }

    #[test]
    fn the_stated_bounds_are_the_real_ones() {
        let (least, most) = crate::limits::REQUEST_TIMEOUT_BOUNDS;
        let variable = VARIABLES.iter().find(|variable| variable.name == API_TIMEOUT_MS).unwrap();
        assert!(variable.meaning.contains(&format!("{} to {}", least.as_millis(), most.as_millis())));
        assert_eq!(variable.default, crate::limits::REQUEST_TIMEOUT.as_millis().to_string());
    }
}
