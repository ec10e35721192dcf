//! Asking the person in the terminal.

use std::io::{BufRead, IsTerminal, Write};

use futures_util::future::{BoxFuture, FutureExt};

use crate::relay::{Ask, Question, Said};

/// The person at the terminal, if there is one.
pub(super) struct Terminal;

impl Ask for Terminal {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Said> {
        let reply = match yes(&format!("{}\nSend it?", question.text)) {
            None => Said::Nobody("there is no terminal to ask in"),
            Some(true) => Said::Yes,
            Some(false) => Said::No,
        };
        std::future::ready(reply).boxed()
    }
}

/// Asks a question and waits for the answer; `None` where nobody sits at a terminal. Only a plain yes is one.
pub(super) fn yes(question: &str) -> Option<bool> {
    let (stdin, stderr) = (std::io::stdin(), std::io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return None;
    }
    // A terminal that went away answers nothing, which is no.
    let _ = write!(stderr.lock(), "{question} [y/N] ");
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    Some(read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
