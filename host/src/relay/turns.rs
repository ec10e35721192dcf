//! The turn loop: ask the plugin, do what it says, until the call ends.

use std::sync::Arc;

use serde_json::{Map, Value};
use tickiti_relay_routes::{Class, Route};

use super::arguments::{self, Ready};
use super::deliver::Delivery;
use super::error::{CallError, Done, Part};
use super::helpdesk::Stop;
use super::outputs::{Outputs, WriteFault};
use super::render;
use super::result::ToolResult;
use super::{Relay, Told, Watch, identifiers, local, stranger};
use crate::admit::{Admitted, Grant, Refusal, Rules, admit};
use crate::audit::{Event, Who};
use crate::contract::{self, Call, GuestFault, Held, Reply, Request, Step, Turn};
use crate::files::FileRefusal;
use crate::limits;
use crate::marks::{Marked, Marks};
use crate::outcome::Outcome;
use crate::plugins::{Entry, Origin};
use crate::redact::name;
use crate::upstream::{Answer, AnswerBody};

/// Runs one call to its end.
pub(super) async fn run(
    relay: &Relay,
    tool: &str,
    arguments: Map<String, Value>,
    delivery: &mut Delivery<'_>,
    watch: Watch<'_>,
) -> Result<ToolResult, CallError> {
    let catalogue = relay.catalogue();
    let entry = catalogue.get(tool).ok_or_else(|| match relay.served.out_of_service(tool) {
        Some(why) => CallError::OutOfService { name: tool.to_owned(), why },
        None => CallError::UnknownTool { name: tool.to_owned(), nearest: catalogue.nearest(tool) },
    })?;
    let mut marks = Marks::default();
    let grant = catalogue.grant(&entry.plugin);
    let files = if entry.tool.files.is_empty() { Arc::clone(&relay.files) } else { relay.files_of(&grant) };
    let prepared = arguments::prepare(entry, &grant, arguments, &files, &mut marks).await;
    let Ready { call, outputs, overwrite } = prepared.map_err(|error| of_grant(error, entry, &grant))?;
    let call_makes_files = !outputs.is_empty();
    if let Delivery::Live(live) = delivery {
        live.begin(entry, &call, &marks);
    }
    let mut running = Running {
        relay,
        entry,
        delivery,
        marks,
        outputs: Outputs::new(files, outputs, overwrite),
        done: Done::default(),
        sent_never: None,
    };
    if running.delivery.is_live() && call_makes_files {
        let opened = running.with_outputs(|outputs, _| outputs.open().map_err(WriteFault::File)).await;
        running = opened.map_err(|error| of_grant(error, entry, &grant))?;
    }
    running.turns(call, watch).await
}

/// A file outside the folders that a plugin is granted: another setting allows it than one outside those of the relay.
fn of_grant(error: CallError, entry: &Entry, grant: &Grant) -> CallError {
    match error {
        CallError::File { refusal: FileRefusal::Outside { path, used, folders }, done }
            if grant.folders().is_some() =>
        {
            let (plugin, giving) = (entry.plugin.clone(), grant.giving());
            CallError::Refused { refusal: Refusal::OutsideFolders { plugin, path, used, folders, giving }, done }
        }
        other => other,
    }
}

/// One call under way.
struct Running<'e, 'd> {
    relay: &'e Relay,
    entry: &'e Entry,
    delivery: &'e mut Delivery<'d>,
    marks: Marks,
    outputs: Outputs,
    done: Done,
    /// The write that may never be repeated and was sent: no request may follow it.
    sent_never: Option<String>,
}

impl<'e> Running<'e, '_> {
    async fn turns(mut self, call: Arc<Call>, watch: Watch<'_>) -> Result<ToolResult, CallError> {
        let mut reply = self.in_time(self.entry.guest.start(Arc::clone(&call))).await?;
        for _ in 0..limits::TURNS {
            let turn = self.turn_of(reply)?;
            if self.delivery.is_over() {
                return Err(self.beyond("more time than a call has".into()));
            }
            self.check_bounds(&turn)?;
            if let Some(progress) = turn.progress {
                watch(Told::Progress(match self.stranger() {
                    Some(plugin) => stranger::progress(plugin, progress),
                    None => progress,
                }));
            }
            if self.delivery.is_live() && !turn.writes.is_empty() {
                self = self.write(turn.writes).await?;
            }
            match turn.step {
                Step::Relay(request) => return self.relay(request).await,
                Step::Send(requests) => {
                    let answers = self.send(requests).await?;
                    reply = self.in_time(self.entry.guest.resume(Arc::clone(&call), turn.state, answers)).await?;
                }
                Step::Done(output) => return self.finish(output).await,
            }
        }
        Err(self.beyond(format!("more than {} turns", limits::TURNS)))
    }

    /// Hands a request on and ends the call with its answer, untouched.
    async fn relay(mut self, request: Request) -> Result<ToolResult, CallError> {
        let admitted = self.admit(&request)?;
        let answer = match self.deliver(&admitted).await {
            // The last request of a plan ends it as it ends the call: that is no early end.
            Err(CallError::PlanEnds { .. }) => return Ok(ToolResult::default()),
            delivered => delivered?,
        };
        let rendered = render::answer(answer, &request.route, &self.entry.tool, Arc::clone(&self.relay.files)).await;
        let mut result = rendered.map_err(|refusal| CallError::File { refusal, done: self.done })?;
        result.note(self.delivery.notes());
        Ok(result)
    }

    /// Sends requests in order; the first failure that the plugin did not ask to see ends the call.
    async fn send(&mut self, requests: Vec<Request>) -> Result<Vec<contract::Answer>, CallError> {
        let mut answers = Vec::with_capacity(requests.len());
        let mut bytes = 0;
        let mut requests = requests.into_iter();
        while let Some(request) = requests.next() {
            let delivered = match self.admit(&request) {
                Ok(admitted) => self.deliver(&admitted).await,
                Err(error) => Err(error),
            };
            let answer = match delivered {
                Ok(answer) => answer,
                Err(error) => {
                    let mut done = self.done.clone();
                    done.0.extend(requests.map(|request| Part::NotSent { route: request.route }));
                    return Err(error.after(&done));
                }
            };
            let answer = self.held(answer)?;
            bytes += answer.body.len();
            if bytes > limits::ANSWERS_BYTES {
                return Err(self.beyond(format!(
                    "answers of more than {} bytes in one turn; ask for smaller pages",
                    limits::ANSWERS_BYTES
                )));
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Ends the call with what the plugin made of it.
    async fn finish(self, output: contract::Output) -> Result<ToolResult, CallError> {
        let stranger = self.stranger();
        let output = match stranger {
            Some(plugin) => stranger::output(plugin, output).map_err(|what| self.beyond(what))?,
            None => output,
        };
        if !self.outputs.is_empty() && stranger.is_some() {
            self.may_still_write()?;
        }
        let done = self.done;
        let plugin = self.entry.plugin.clone();
        let outputs = self.outputs;
        let saved = if outputs.is_empty() {
            Vec::new()
        } else {
            tokio::task::spawn_blocking(move || outputs.commit())
                .await
                .unwrap_or_else(|_| Err(FileRefusal::interrupted()))
                .map_err(|refusal| CallError::File { refusal, done: done.clone() })?
        };
        let files = Arc::clone(&self.relay.files);
        let rendered = render::output(output, &self.entry.tool, &self.marks, saved, stranger, files).await;
        let mut result = rendered.map_err(|fault| match fault {
            render::Fault::File(refusal) => CallError::File { refusal, done },
            render::Fault::Plugin(what) => CallError::Limit { plugin, what, done },
        })?;
        result.note(self.delivery.notes());
        Ok(result)
    }

    fn turn_of(&self, reply: Result<Reply, GuestFault>) -> Result<Turn, CallError> {
        match reply {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(message)) => {
                let message = self.stranger().map(|plugin| stranger::sentence(plugin, &message)).unwrap_or(message);
                Err(CallError::Plugin { message, done: self.done.clone() })
            }
            Err(fault) => {
                tracing::error!(target: "relay", plugin = %self.entry.plugin, tool = %self.entry.public, "{fault}");
                Err(CallError::Guest { plugin: self.entry.plugin.clone(), fault, done: self.done.clone() })
            }
        }
    }

    fn check_bounds(&self, turn: &Turn) -> Result<(), CallError> {
        let writes: usize = turn.writes.iter().map(|write| write.data.len()).sum();
        if writes > limits::WRITES_BYTES {
            return Err(
                self.beyond(format!("writes of {writes} bytes in one turn, more than {}", limits::WRITES_BYTES))
            );
        }
        if turn.state.len() > limits::STATE_BYTES {
            return Err(self.beyond(format!(
                "a state of {} bytes, more than {}",
                turn.state.len(),
                limits::STATE_BYTES
            )));
        }
        match &turn.step {
            Step::Send(requests) if requests.len() > limits::TURN_REQUESTS => Err(self.beyond(format!(
                "{} requests in one turn, more than {}",
                requests.len(),
                limits::TURN_REQUESTS
            ))),
            Step::Send(requests) if requests.is_empty() => Err(self.beyond("a `send` of no requests".into())),
            _ => Ok(()),
        }
    }

    fn admit(&self, request: &Request) -> Result<Admitted, CallError> {
        // Asked anew for each request: a right that was taken back counts from now on.
        let grant = self.relay.served.grant(&self.entry.plugin);
        let Entry { tool, plugin, .. } = self.entry;
        let rules = Rules { tool, plugin, grant: &grant, policy: self.relay.policy, routes: &self.relay.routes };
        let admitted = admit(request, rules, &self.marks);
        if self.delivery.is_live() {
            let route = name(&request.route).into_owned();
            let who = Who { plugin: plugin.clone(), tool: self.entry.public.clone(), route };
            let rule = admitted.as_ref().err().map(|refusal| refusal.rule().to_owned());
            self.relay.audit.tell(Event::Decision { who, allowed: rule.is_none(), rule });
        }
        let admitted = admitted.map_err(|refusal| CallError::Refused { refusal, done: self.done.clone() })?;
        match &self.sent_never {
            // Otherwise a repeat of the whole call would repeat what must not be repeated.
            Some(earlier) if admitted.route().class != Class::Read => Err(self.beyond(format!(
                "a write to `{}` after `{earlier}`, which may not be repeated and so must come last",
                request.route
            ))),
            _ => Ok(admitted),
        }
    }

    /// Waits for the plugin as long as the call has time: one that must be compiled first may take longer.
    async fn in_time<T>(&self, turn: impl Future<Output = T>) -> Result<T, CallError> {
        match self.delivery.left() {
            None => Ok(turn.await),
            Some(left) => tokio::time::timeout(left, turn).await.map_err(|_| {
                self.beyond("more time than a call has, most likely because its code is still being compiled".into())
            }),
        }
    }

    /// The name of the plugin where its words are a stranger's.
    fn stranger(&self) -> Option<&'e str> {
        (self.entry.origin == Origin::Added).then_some(self.entry.plugin.as_str())
    }

    /// Whether a folder to write to is still granted: it may have been taken back while the call was under way.
    fn may_still_write(&self) -> Result<(), CallError> {
        let grant = self.relay.served.grant(&self.entry.plugin);
        if grant.folders().is_none_or(|folders| folders.iter().any(|(_, writable)| *writable)) {
            return Ok(());
        }
        let (plugin, giving) = (self.entry.plugin.clone(), grant.giving());
        let refusal = Refusal::NoFolder { plugin, at: "its output".into(), writable: true, giving };
        Err(CallError::Refused { refusal, done: self.done.clone() })
    }

    async fn deliver(&mut self, request: &Admitted) -> Result<Answer, CallError> {
        let route = Arc::clone(request.route());
        let delivered =
            if request.is_local() { self.answer(request).await } else { self.delivery.deliver(request).await };
        match delivered {
            Ok(answer) => {
                self.note(&route, &answer);
                Ok(answer)
            }
            Err(Stop::Ends(error)) => Err(error.after(&self.done)),
            Err(Stop::Failed(failure)) => match failure.answer().map(|answer| answer.status) {
                // What may have happened is told in the relay's words, whatever the plugin would make of it.
                Some(status) if request.accept().contains(&status) && failure.outcome != Some(Outcome::Unknown) => {
                    failure.into_answer().ok_or_else(|| self.beyond("an accepted failure without an answer".into()))
                }
                _ => Err(CallError::Failed { failure, done: self.done.clone() }),
            },
        }
    }

    /// Answers what is asked of the relay itself.
    async fn answer(&mut self, request: &Admitted) -> Result<Answer, Stop> {
        self.delivery.may_answer(request).await.map_err(Stop::Ends)?;
        let answer = local::answer(request, self.relay).await;
        answer.map_err(|message| Stop::Ends(CallError::Plugin { message, done: Done::default() }))
    }

    fn note(&mut self, route: &Route, answer: &Answer) {
        if route.class != Class::Read {
            let identifiers = answer.body.json().and_then(identifiers::of).unwrap_or_default();
            self.done.0.push(Part::Written { route: route.name.clone(), identifiers });
            if route.repeat == tickiti_relay_routes::Repeat::Never {
                self.sent_never = Some(route.name.clone());
            }
        }
    }

    /// An answer as the plugin gets it: what was held becomes a mark.
    fn held(&mut self, answer: Answer) -> Result<contract::Answer, CallError> {
        let held = match answer.held {
            None => None,
            Some(held) => {
                let bytes = held.bytes.len();
                let marked =
                    Marked { name: String::new(), media_type: "application/octet-stream".into(), bytes: held.bytes };
                let mark = self.marks.add(marked).ok_or_else(|| {
                    self.beyond(format!("more than {} bytes held at once; ask for smaller pages", limits::MARKED_BYTES))
                })?;
                Some(Held { mark, bytes: bytes as u64, items: held.items, text: held.text })
            }
        };
        let body = match answer.body {
            AnswerBody::Json(text) => text,
            AnswerBody::Text(text) => Value::String(text).to_string(),
            AnswerBody::Empty => "null".to_owned(),
        };
        Ok(contract::Answer { status: answer.status, body, held })
    }

    async fn write(self, writes: Vec<contract::Write>) -> Result<Self, CallError> {
        self.with_outputs(move |outputs, marks| writes.iter().try_for_each(|write| outputs.write(write, marks))).await
    }

    /// Does something to the output files off the thread that serves: writing blocks.
    async fn with_outputs(
        mut self,
        work: impl FnOnce(&mut Outputs, &mut Marks) -> Result<(), WriteFault> + Send + 'static,
    ) -> Result<Self, CallError> {
        let mut outputs =
            std::mem::replace(&mut self.outputs, Outputs::new(Arc::clone(&self.relay.files), Vec::new(), false));
        let mut marks = std::mem::take(&mut self.marks);
        let worked = tokio::task::spawn_blocking(move || {
            let result = work(&mut outputs, &mut marks);
            (outputs, marks, result)
        });
        let result = match worked.await {
            Ok((outputs, marks, result)) => {
                self.outputs = outputs;
                self.marks = marks;
                result
            }
            Err(_) => Err(WriteFault::File(FileRefusal::interrupted())),
        };
        match result {
            Ok(()) => Ok(self),
            Err(WriteFault::File(refusal)) => Err(CallError::File { refusal, done: self.done }),
            Err(WriteFault::Plugin(what)) => Err(self.beyond(what)),
        }
    }

    fn beyond(&self, what: String) -> CallError {
        CallError::Limit { plugin: self.entry.plugin.clone(), what, done: self.done.clone() }
    }
}
