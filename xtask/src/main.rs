//! The jobs of this repository: `cargo xtask demo`, `cargo xtask test` and the rest.
//!
//! No dependencies on purpose: this program is compiled before anything else is, and speaks within a second.

mod clients;
mod debian;
mod examples;
mod place;
mod programs;
mod say;
mod setup;
mod step;
mod tally;
mod test;
mod wasm_std;

use std::ffi::OsString;
use std::process::ExitCode;

use place::Place;

/// One job: its word on the command line, a line and a page about it, and what runs it.
struct Verb {
    word: &'static str,
    arguments: &'static str,
    line: &'static str,
    page: &'static str,
    run: fn(&Place, &[OsString]) -> Result<(), String>,
}

const VERBS: [Verb; 9] = [
    Verb {
        word: "demo",
        arguments: "",
        line: "build everything and watch an assistant work with a helpdesk on this computer",
        page: "Brings the wasm library, builds plugins, relay and the scratch helpdesk, and walks through a short story as an\n\
               assistant would. Nothing leaves this computer but cargo's downloads. The first time takes some minutes.",
        run: programs::demo,
    },
    Verb {
        word: "test",
        arguments: "",
        line: "run formatting, lints, licences and all tests; the last line counts them",
        page: "Runs all checks, also after one has failed: formatting, lints (of plugins for wasm too), licences and sources of\n\
               dependencies (when cargo-deny is installed), a build, all tests and the examples in the documentation.\n\
               The last line is `N passed, N failed, N skipped`, summed over all test programs. A check that fails, and a\n\
               test program that ends without its result, counts as one failed; a check that cannot be run as one skipped,\n\
               or with CI set as one failed. Tests that pass are not listed.",
        run: test::run,
    },
    Verb {
        word: "setup",
        arguments: "",
        line: "bring the wasm32-wasip2 standard library that plugins are compiled with",
        page: "Uses what is there: the toolchain's own library, or the one in the cache folder of the user\n\
               (TICKITI_RELAY_WASM_STD names another folder). Else fetches it: with `rustup target add wasm32-wasip2`, or,\n\
               where Rust's server cannot be reached, by compiling Debian's source package of the same compiler in a minute.\n\
               The other jobs do this by themselves.",
        run: programs::setup,
    },
    Verb {
        word: "clients",
        arguments: "[python|typescript]",
        line: "call all 18 tools with the official MCP clients, against the scratch helpdesk",
        page: "Installs the MCP client libraries of the protocol's own project (Python from PyPI, TypeScript from npm, versions\n\
               pinned in tests/clients/) beneath the build folder, and lets each list and call all 18 tools of the built relay.\n\
               A language that is not installed is skipped; with CI set it fails.",
        run: clients::run,
    },
    Verb {
        word: "examples",
        arguments: "[rust|python|javascript]",
        line: "build the example plugins in Rust, Python and JavaScript, and call them through the relay",
        page: "Builds the plugins of examples/, and two that loop for ever for the tests, to examples/NAME.wasm in the build\n\
               folder; each lies in examples/LANGUAGE/NAME there as a project of its own. Installs componentize-py from PyPI\n\
               and componentize-js from npm beneath the build folder, as pinned in sdk/templates/. What has not changed is\n\
               left alone. Then tests the helpers of these languages, the golden cases of each example, and adds, grants and\n\
               calls them through the built relay. A language that is not installed is skipped; with CI set it fails.",
        run: examples::run,
    },
    Verb {
        word: "bench",
        arguments: "[ARGUMENTS]",
        line: "measure the relay beside a bare server without plugins (the floor)",
        page: "Builds the relay and the floor for release and runs the measurements of tests/. Arguments are handed on.",
        run: programs::bench,
    },
    Verb {
        word: "soak",
        arguments: "[--calls N] [--seed S] [--only NAME] [--server \"COMMAND\"]",
        line: "break the wire under thousands of writes and count what happened twice, not at all, or was denied",
        page: "Builds the relay and the scenarios of tests/ and prints a table: a figure a line, with what is demanded of it.\n\
               Ends with 1 when a demand is missed. --calls N: N keyed writes (10000 without) and all else in proportion.\n\
               --seed brings the faults of a run back. --only runs one scenario: keyed, unkeyed, retries, changed, pairs,\n\
               storm, ends (kills, failing disks, answers of no honest helpdesk). --server runs all but `changed` and\n\
               `ends` against another MCP server on stdio with the same tools, too, told by the same variables\n\
               (TICKITI_API_BASE, TICKITI_API_TOKEN, TICKITI_API_TIMEOUT_MS), and prints its column beside ours; the\n\
               command is cut at spaces.",
        run: programs::soak,
    },
    Verb {
        word: "hostile",
        arguments: "[--quick] [--seed S]",
        line: "run every kind of hostile plugin, ten thousand changed components, and equal calls in two processes",
        page: "Builds the relay and what attacks it and prints a table: a figure a line, with what is demanded of it. Ends with 1 when\n\
               a demand is missed. Every kind of hostile plugin is added, or refused, and called through the real program: 500 runs\n\
               one by one and 500 of which sixteen are under way at once while every core is busy. Then 10000 changed components are\n\
               shown to what `plugin add` shows a file to, and 1000 calls of every tool are planned in two processes. --quick runs\n\
               the numbers of `cargo xtask test`. --seed brings the runs back.",
        run: programs::hostile,
    },
    Verb {
        word: "routes",
        arguments: "FILE [--out TABLE] [--check]",
        line: "make the route table from the JSON of Laravel's `php artisan route:list --json`",
        page: "FILE is that command's output, saved on a Tickiti install. Writes routes/table.json, or --out TABLE, and says what\n\
               changed; --check only says. Lists of ours (classes, targets, keyed routes) are in routes/lists/.",
        run: programs::routes,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let asks_help = |word: &OsString| word == "--help" || word == "-h";
    let (word, rest) = match arguments.split_first() {
        None => return tell(&overview()),
        Some((word, _)) if asks_help(word) => return tell(&overview()),
        Some((word, [verb])) if word == "help" => (verb, &["--help".into()][..]),
        Some((word, [])) if word == "help" => return tell(&overview()),
        Some((word, rest)) => (word, rest),
    };
    let Some(verb) = VERBS.iter().find(|verb| word == verb.word) else {
        say::error(&format!("there is no job `{}`\n\n{}", word.display(), overview()));
        return ExitCode::from(2);
    };
    if rest.first().is_some_and(asks_help) {
        return tell(&format!("{}\n\n{}", usage(verb), verb.page));
    }
    if let (true, Some(argument)) = (verb.arguments.is_empty(), rest.first()) {
        say::error(&format!("`{}` takes no argument, got `{}`\n\n{}", verb.word, argument.display(), usage(verb)));
        return ExitCode::from(2);
    }
    match Place::find().and_then(|place| (verb.run)(&place, rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // A job that has said everything itself fails with no more words.
            if !why.is_empty() {
                say::error(&why);
            }
            ExitCode::FAILURE
        }
    }
}

fn tell(text: &str) -> ExitCode {
    say::line(text);
    ExitCode::SUCCESS
}

fn usage(verb: &Verb) -> String {
    format!("cargo xtask {} {}", verb.word, verb.arguments).trim_end().to_owned()
}

fn overview() -> String {
    let width = VERBS.iter().map(|verb| verb.word.len()).max().unwrap_or_default();
    let lines: String = VERBS.iter().map(|verb| format!("  {:width$}  {}\n", verb.word, verb.line)).collect();
    format!(
        "The jobs of Tickiti Relay's repository.\n\n  cargo xtask JOB [ARGUMENTS]\n\n{lines}\n\
         `cargo xtask JOB --help` tells more. To begin: `cargo xtask demo`."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overview_names_every_job() {
        let text = overview();
        for verb in &VERBS {
            assert!(text.contains(&format!("  {} ", verb.word)) && text.contains(verb.line), "{text}");
            assert!(usage(verb).starts_with("cargo xtask "));
            assert!(!verb.page.is_empty());
        }
    }
}
