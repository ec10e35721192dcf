//! Reads the audit, the oldest line first.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::Line;
use crate::limits;

/// Gives every line of the audit in this state folder to `take`, as text and as what it says. Lines that cannot be understood,
/// half a line at the end of a file that was cut off, are left out; how many there were is answered.
pub fn read(state: &Path, mut take: impl FnMut(&str, Line)) -> std::io::Result<u64> {
    let mut odd = 0;
    for path in super::files(&super::path(state)) {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        // A file may be a little larger than one that is full: lines are not cut.
        for line in BufReader::new(file.take(2 * limits::AUDIT_BYTES)).split(b'\n') {
            let line = line?;
            match std::str::from_utf8(&line).ok().and_then(|text| Some((text, serde_json::from_str(text).ok()?))) {
                Some((text, said)) => take(text, said),
                None if line.is_empty() => {}
                None => odd += 1,
            }
        }
    }
    Ok(odd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Audit, Event, Who, path};

    fn event(route: &str) -> Event {
        let who = Who { plugin: "digest".into(), tool: "digest_weekly".into(), route: route.into() };
        Event::Decision { who, allowed: false, rule: Some("not-granted".into()) }
    }

    fn routes(state: &Path) -> Vec<String> {
        let mut routes = Vec::new();
        let odd = read(state, |_, line| match line.event {
            Event::Decision { who, .. } | Event::Request { who, .. } => routes.push(who.route),
        });
        assert_eq!(odd.unwrap(), 0);
        routes
    }

    #[test]
    fn what_was_written_is_read_in_order() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(routes(state.path()), Vec::<String>::new());
        let audit = Audit::new(state.path());
        let who = Who { plugin: "tickets".into(), tool: "create_ticket".into(), route: "tickets.create".into() };
        audit.tell(event("tickets.respond"));
        audit.tell(Event::Request {
            who,
            outcome: "done".into(),
            status: Some(201),
            ms: 12,
            attempts: 2,
            key: Some("k".into()),
            write: Some("w1".into()),
        });
        assert_eq!(routes(state.path()), ["tickets.respond", "tickets.create"]);
        let text = std::fs::read_to_string(path(state.path())).unwrap();
        let without_time: Vec<String> = text.lines().map(|line| format!("{{{}", &line[36..])).collect();
        insta::assert_snapshot!(without_time.join("\n"), @r#"
        {event":"decision","plugin":"digest","tool":"digest_weekly","route":"tickets.respond","allowed":false,"rule":"not-granted"}
        {event":"request","plugin":"tickets","tool":"create_ticket","route":"tickets.create","outcome":"done","status":201,"ms":12,"attempts":2,"key":"k","write":"w1"}
        "#);
        Audit::off().tell(event("tickets.respond"));
    }

    #[test]
    fn audit_bytes_and_files_obeyed_and_violated() {
        let state = tempfile::tempdir().unwrap();
        let (one, other) = (Audit::new(state.path()), Audit::new(state.path()));
        let full = path(state.path());
        for round in 0..limits::AUDIT_FILES + 2 {
            one.tell(event(&format!("r{round}a")));
            other.tell(event(&format!("r{round}b")));
            let file = std::fs::File::options().append(true).open(&full).unwrap();
            let length = file.metadata().unwrap().len();
            // The rest of the file is one empty line after another.
            std::io::Write::write_all(&mut &file, &vec![b'\n'; usize::try_from(limits::AUDIT_BYTES - length).unwrap()])
                .unwrap();
        }
        let files = std::fs::read_dir(state.path()).unwrap().count();
        assert_eq!(files, limits::AUDIT_FILES + 1, "and the one that says who makes room");
        assert!(std::fs::metadata(&full).unwrap().len() <= limits::AUDIT_BYTES);
        let rounds = limits::AUDIT_FILES + 2;
        let expected: Vec<String> = (rounds - limits::AUDIT_FILES..rounds)
            .flat_map(|round| [format!("r{round}a"), format!("r{round}b")])
            .collect();
        assert_eq!(routes(state.path()), expected, "the oldest are gone, the others in order");
    }
}
