//! A bare MCP client: it can say anything, and keeps every byte that it hears.
//!
//! It uses no MCP library on purpose. What is tested must not be read through the same code that wrote it.

pub mod answer;
mod record;

use std::collections::HashMap;
use std::io::Write;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

pub use answer::Answer;
use record::Record;

use crate::trouble::Trouble;

/// The protocol's revision without a handshake.
pub const MODERN: &str = "2026-07-28";
/// The newest revision with a handshake.
pub const LEGACY: &str = "2025-11-25";
/// How long an answer is waited for unless said otherwise. Long, for busy machines: no test is decided by it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the end of the program is looked for.
const LOOK: Duration = Duration::from_millis(2);

/// A program under way, and what it said so far.
pub struct Client {
    /// How long an answer is waited for.
    pub patience: Duration,
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Vec<u8>>,
    stdout: Record,
    stderr: Record,
    last_id: u64,
    modern: bool,
    /// Answers that came while another was waited for.
    early: HashMap<String, Value>,
    notifications: Vec<Value>,
}

impl Client {
    /// Starts a program with its three streams in our hands.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(mut command: Command) -> Result<Self, Trouble> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = command.spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = started.map_err(|source| Trouble::Start { program: program.clone(), source })?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(stdout), Some(stderr)) = streams else {
            return Err(Trouble::shape("three streams", program));
        };
        let (stdout, lines) = Record::lines(stdout);
        Ok(Self {
            patience: PATIENCE,
            child,
            input: Some(input),
            lines,
            stdout,
            stderr: Record::of(stderr),
            last_id: 0,
            modern: false,
            early: HashMap::new(),
            notifications: Vec::new(),
        })
    }

    // === the conversation ===

    /// Begins in the era of handshakes, asking for `version`; answers what the server said.
    ///
    /// # Errors
    /// As [`Client::result`].
    pub fn initialize(&mut self, version: &str) -> Result<Value, Trouble> {
        self.modern = false;
        let client = json!({"name": "tickiti-relay-tests", "version": env!("CARGO_PKG_VERSION")});
        let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
        let said = self.result("initialize", params)?;
        self.notify("notifications/initialized", json!({}))?;
        Ok(said)
    }

    /// Begins in the era without handshakes; answers what the server says of itself.
    ///
    /// # Errors
    /// As [`Client::result`].
    pub fn discover(&mut self) -> Result<Value, Trouble> {
        self.modern = true;
        self.result("server/discover", json!({}))
    }

    /// The tools, as listed.
    ///
    /// # Errors
    /// As [`Client::result`]; and when the answer has no list.
    pub fn tools(&mut self) -> Result<Vec<Value>, Trouble> {
        let listed = self.result("tools/list", json!({}))?;
        let tools = listed.get("tools").and_then(Value::as_array);
        tools.cloned().ok_or_else(|| Trouble::shape("a list of tools", &listed))
    }

    /// Calls a tool. A tool that fails is an [`Answer`], too.
    ///
    /// # Errors
    /// As [`Client::result`].
    pub fn call(&mut self, tool: &str, arguments: Value) -> Result<Answer, Trouble> {
        self.result("tools/call", json!({"name": tool, "arguments": arguments})).map(Answer)
    }

    /// Sends a request and answers its result.
    ///
    /// # Errors
    /// When no answer comes in time, or a protocol error.
    pub fn result(&mut self, method: &str, params: Value) -> Result<Value, Trouble> {
        let answer = self.request(method, params)?;
        if let Some(result) = answer.get("result") {
            return Ok(result.clone());
        }
        let error = answer.get("error").cloned().unwrap_or_default();
        Err(Trouble::Refused {
            method: method.to_owned(),
            code: error.get("code").and_then(Value::as_i64).unwrap_or_default(),
            message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    }

    /// Sends a request and answers the whole response.
    ///
    /// # Errors
    /// When no answer comes in time, or the program ends.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Trouble> {
        let id = self.begin(method, params)?;
        self.answer(id)
    }

    /// Sends a request without waiting; [`Client::answer`] waits for it.
    ///
    /// # Errors
    /// When the program no longer reads.
    pub fn begin(&mut self, method: &str, params: Value) -> Result<u64, Trouble> {
        self.last_id += 1;
        let id = self.last_id;
        let params = if self.modern { with_meta(params) } else { params };
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        Ok(id)
    }

    /// The same with parameters as the text that they are sent as, on one line: for JSON written in other ways. Only in the
    /// era of handshakes, where nothing is added to them.
    ///
    /// # Errors
    /// As [`Client::begin`].
    pub fn begin_text(&mut self, method: &str, params: &str) -> Result<u64, Trouble> {
        self.last_id += 1;
        let id = self.last_id;
        let line = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
        self.send_line(line.as_bytes())?;
        Ok(id)
    }

    /// Waits for the response to a request; others that come before it are kept.
    ///
    /// # Errors
    /// When it does not come in time, or the program ends.
    pub fn answer(&mut self, id: u64) -> Result<Value, Trouble> {
        self.answer_to(&json!(id))
    }

    /// The same for an id of any type.
    ///
    /// # Errors
    /// As [`Client::answer`].
    pub fn answer_to(&mut self, id: &Value) -> Result<Value, Trouble> {
        let until = Instant::now() + self.patience;
        loop {
            if let Some(answer) = self.early.remove(&id.to_string()) {
                return Ok(answer);
            }
            self.hear(&format!("answer to request {id}"), until.saturating_duration_since(Instant::now()))?;
        }
    }

    /// The next response to any request with a number, also one that came earlier.
    ///
    /// # Errors
    /// As [`Client::answer`].
    pub fn next_answer(&mut self) -> Result<(u64, Value), Trouble> {
        let until = Instant::now() + self.patience;
        loop {
            let id = self.early.keys().find_map(|id| id.parse::<u64>().ok());
            if let Some(id) = id
                && let Some(answer) = self.early.remove(&id.to_string())
            {
                return Ok((id, answer));
            }
            self.hear("answer to any request", until.saturating_duration_since(Instant::now()))?;
        }
    }

    /// The next notification, also one that came earlier.
    ///
    /// # Errors
    /// As [`Client::answer`].
    pub fn notification(&mut self) -> Result<Value, Trouble> {
        let until = Instant::now() + self.patience;
        while self.notifications.is_empty() {
            self.hear("notification", until.saturating_duration_since(Instant::now()))?;
        }
        Ok(self.notifications.remove(0))
    }

    /// All notifications heard so far and not yet taken.
    pub fn notifications(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.notifications)
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// When the program no longer reads.
    pub fn notify(&mut self, method: &str, params: Value) -> Result<(), Trouble> {
        let params = if self.modern { with_meta(params) } else { params };
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Sends any JSON as one line.
    ///
    /// # Errors
    /// When the program no longer reads.
    pub fn send(&mut self, message: &Value) -> Result<(), Trouble> {
        self.send_line(message.to_string().as_bytes())
    }

    /// Sends any bytes and a line's end.
    ///
    /// # Errors
    /// When the program no longer reads.
    pub fn send_line(&mut self, line: &[u8]) -> Result<(), Trouble> {
        let stderr = &self.stderr;
        let input = self.input.as_mut().ok_or_else(|| Trouble::shape("an open stdin", "it was closed"))?;
        let sent = input.write_all(line).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush());
        sent.map_err(|_| Trouble::Ended { waited_for: "reading of its stdin".to_owned(), stderr: stderr.text() })
    }

    /// Hears one message and files it as an answer or a notification.
    fn hear(&mut self, waited_for: &str, timeout: Duration) -> Result<(), Trouble> {
        let line = self.lines.recv_timeout(timeout).map_err(|error| {
            // Its last words may still be on their way when its stdout ends.
            let waited_for = waited_for.to_owned();
            match error {
                RecvTimeoutError::Timeout => {
                    Trouble::Silent { waited_for, timeout: self.patience, stderr: self.stderr.text() }
                }
                RecvTimeoutError::Disconnected => Trouble::Ended { waited_for, stderr: self.stderr.text_at_end() },
            }
        })?;
        let not_mcp = || Trouble::NotMcp(String::from_utf8_lossy(&line).into_owned());
        let message: Value = serde_json::from_slice(&line).map_err(|_| not_mcp())?;
        if message.get("jsonrpc") != Some(&json!("2.0")) {
            return Err(not_mcp());
        }
        if message.get("method").is_some() {
            self.notifications.push(message);
        } else {
            // An error about a message whose id could not be read has no id.
            let id = message.get("id").unwrap_or(&Value::Null).to_string();
            self.early.insert(id, message);
        }
        Ok(())
    }

    // === the program ===

    /// Ends the program's input, as a client does that goes away.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Ends the program's input and waits until it has ended.
    ///
    /// # Errors
    /// When it does not end in time; it is killed then.
    pub fn finish(&mut self) -> Result<ExitStatus, Trouble> {
        self.close_input();
        self.wait()
    }

    /// Waits until the program has ended.
    ///
    /// # Errors
    /// When it does not end in time; it is killed then.
    pub fn wait(&mut self) -> Result<ExitStatus, Trouble> {
        let until = Instant::now() + self.patience;
        loop {
            if let Some(status) = self.child.try_wait().map_err(Trouble::io("waiting for the program"))? {
                self.stdout.to_end();
                self.stderr.to_end();
                return Ok(status);
            }
            if Instant::now() > until {
                self.kill();
                let waited_for = "end of the program".to_owned();
                return Err(Trouble::Silent { waited_for, timeout: self.patience, stderr: self.stderr.text() });
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Ends the program by force.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.stdout.to_end();
        self.stderr.to_end();
    }

    /// The program's process id.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Every byte on stdout so far.
    #[must_use]
    pub fn stdout(&self) -> Vec<u8> {
        self.stdout.bytes()
    }

    /// Every byte on stderr so far.
    #[must_use]
    pub fn stderr(&self) -> Vec<u8> {
        self.stderr.bytes()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close_input();
        self.kill();
    }
}

/// Puts into the parameters what every request of the modern era carries.
fn with_meta(params: Value) -> Value {
    let mut params = match params {
        Value::Object(params) => params,
        other => return other,
    };
    let meta = params.entry("_meta").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(meta) = meta {
        let own = [
            ("protocolVersion", json!(MODERN)),
            ("clientCapabilities", json!({})),
            ("clientInfo", json!({"name": "tickiti-relay-tests", "version": env!("CARGO_PKG_VERSION")})),
        ];
        for (name, value) in own {
            meta.entry(format!("io.modelcontextprotocol/{name}")).or_insert(value);
        }
    }
    Value::Object(params)
}
