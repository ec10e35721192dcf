//! A helpdesk that points elsewhere, and an environment that does: nobody goes there.

use serde_json::json;

use super::row::Row;
use super::{TOKEN, Trap};
use crate::relay;
use crate::stub::{Reply, Stub};
use crate::trouble::Trouble;

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];
/// What a proxy is named by in other programs.
const VARIABLES: [&str; 8] =
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"];

/// Every status to every kind of target, for a read and for a write under a key: nobody else is asked, and the helpdesk not
/// at another path.
///
/// # Errors
/// When the relay does not start or answer.
pub fn redirects() -> Result<Vec<Row>, Trouble> {
    let (mut runs, mut strays, mut told) = (0, Vec::new(), Vec::new());
    for status in STATUSES {
        for kind in 0..6 {
            let trap = Trap::set()?;
            let port = trap.port();
            let helpdesk = Stub::answering(move |asked| {
                let own = asked.header("host").unwrap_or_default();
                let target = match kind {
                    0 => format!("http://localhost:{port}/api/v1/x"),
                    1 => format!("http://127.0.0.1:{port}{}", asked.path),
                    2 => format!("https://127.0.0.1:{port}{}", asked.path),
                    3 => format!("http://{own}@127.0.0.1:{port}/api/v1/x"),
                    4 => format!("//127.0.0.1:{port}/api/v1/x"),
                    _ => "/elsewhere".to_owned(),
                };
                Reply::with(status, &[("location", &target)], "")
            });
            let mut relay = relay::relay().base(&helpdesk.base()).secret(TOKEN).start()?;
            let write = json!({"ticket_number": "1", "from_email": "a@example.com", "content": "x"});
            for (tool, arguments, outcome) in [("list_queues", json!({}), ""), ("respond_to_ticket", write, "unknown")]
            {
                runs += 1;
                let answer = relay.call(tool, arguments)?;
                let text = answer.text();
                if !answer.is_error() || !text.contains(outcome) {
                    told.push(format!("{status} kind {kind} {tool}: {text}"));
                }
            }
            if trap.caught()? > 0 {
                strays.push(format!("{status} kind {kind}: the other server was asked"));
            }
            strays.extend(
                helpdesk.asked().iter().filter(|asked| asked.path == "/elsewhere").map(|_| format!("{status}")),
            );
        }
    }
    Ok(vec![
        Row::none_of("redirects followed", strays.len(), runs, strays.first().map(String::as_str)),
        Row::none_of("redirects not told as errors", told.len(), runs, told.first().map(String::as_str)),
    ])
}

/// Each variable alone and all together, for an address with and one without TLS: nobody listens to them.
///
/// # Errors
/// When the relay does not start or answer.
pub fn proxies() -> Result<Vec<Row>, Trouble> {
    let helpdesk = Stub::json("{}");
    let trap = Trap::set()?;
    let address = format!("http://127.0.0.1:{}", trap.port());
    let (mut runs, mut caught, mut unanswered) = (0, Vec::new(), Vec::new());
    for names in VARIABLES.iter().map(std::slice::from_ref).chain([VARIABLES.as_slice()]) {
        for base in [helpdesk.base(), helpdesk.base().replace("http:", "https:")] {
            runs += 1;
            let setup = relay::relay().base(&base).secret(TOKEN);
            let setup = names.iter().fold(setup, |setup, name| setup.env(name, &address));
            let answer = setup.start()?.call("list_queues", json!({}))?;
            // Behind the address with TLS nobody speaks it: what counts there is who was asked.
            if answer.is_error() && base.starts_with("http:") {
                unanswered.push(format!("{names:?}: {}", answer.text()));
            }
            let before = caught.len();
            caught.extend((before..trap.caught()?).map(|_| format!("{names:?} with {base}")));
        }
    }
    Ok(vec![
        Row::none_of(
            "connections to a proxy of the environment",
            caught.len(),
            runs,
            caught.first().map(String::as_str),
        ),
        Row::none_of(
            "calls that a proxy variable broke",
            unanswered.len(),
            runs,
            unanswered.first().map(String::as_str),
        ),
    ])
}
