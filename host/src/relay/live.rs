//! Sending for real: recorded before it leaves, repeated only as the table allows, judged over all attempts.

use std::time::Duration;

use serde_json::{Value, json};
use tickiti_relay_routes::{Class, Repeat};
use tokio::time::{Instant, sleep};

use super::confirm::{Ask, Question, Said};
use super::error::CallError;
use super::helpdesk::{Helpdesk, Stop};
use super::telling::Telling;
use super::{Told, Watch, identifiers};
use crate::admit::{Admitted, Policy};
use crate::audit::Audit;
use crate::contract::{Call, Effect};
use crate::digest::Digest;
use crate::ledger::{self, Attempted, Begun, ClientKey, Earlier, Opened};
use crate::limits;
use crate::marks::Marks;
use crate::outcome::Outcome;
use crate::plugins::{Entry, Served};
use crate::upstream::{self, Answer, Broken, Budget, CameBack, Look, Next, Tried};

/// The sending half of one call.
pub(super) struct Live<'d> {
    pub(super) helpdesk: &'d dyn Helpdesk,
    pub(super) budget: &'d Budget,
    /// The call in the ledger.
    pub(super) record: ledger::Call,
    /// The key that the client gave, until it is known what for.
    pub(super) client_key: Option<String>,
    /// When the call must be over: at first as if it wrote.
    pub(super) deadline: Instant,
    pub(super) watch: Watch<'d>,
    /// What the relay adds to a result, in its own words.
    pub(super) notes: Vec<String>,
    pub(super) audit: &'d Audit,
    pub(super) policy: Policy,
    pub(super) ask: &'d dyn Ask,
    /// What each plugin may do now.
    pub(super) served: &'d Served,
    /// Plugin and tool, once they are known.
    pub(super) who: (String, String),
}

/// What is known of a write before its first attempt in this call.
#[derive(Default)]
struct Before {
    outcome: Option<Outcome>,
    same_failure: Option<(Digest, u32)>,
}

/// What all attempts together brought.
struct Brought {
    result: Result<Answer, Broken>,
    /// What the last attempt brought.
    came_back: CameBack,
    /// Judged over all attempts; none for a read.
    outcome: Option<Outcome>,
    attempts: u32,
    same_failure: Option<(Digest, u32)>,
    /// Whether the last attempt ran out of time.
    timed_out: bool,
}

impl Live<'_> {
    /// Learns what the call is: its arguments make the client's key its own, and its effect bounds its time.
    pub(super) fn begin(&mut self, entry: &Entry, call: &Call, marks: &Marks) {
        self.who = (entry.plugin.clone(), entry.public.clone());
        if entry.tool.effect == Effect::Read {
            self.deadline += limits::READING_CALL - limits::WRITING_CALL;
        }
        if let Some(key) = self.client_key.take() {
            let files = call.files.iter().filter_map(|file| marks.get(&file.mark)).map(|marked| marked.bytes.as_ref());
            let parts = [call.tool.as_bytes(), call.arguments.as_bytes()];
            let arguments = Digest::of(parts.into_iter().chain(files));
            self.record.set_client_key(ClientKey { key, arguments });
        }
    }

    /// Sends one request, as often as it takes and may, and writes down how that ended.
    pub(super) async fn deliver(&mut self, request: &Admitted) -> Result<Answer, Stop> {
        let (plugin, tool) = self.who.clone();
        let mut telling = Telling::new(self.audit, plugin, tool, request.route());
        let delivered = match self.confirmed(request).await {
            Ok(()) => self.deliver_now(request, &mut telling).await,
            Err(error) => Err(Stop::Ends(error)),
        };
        telling.ended(&delivered);
        delivered
    }

    /// Asks the person, where the relay was started so. The time that this takes is not the call's.
    pub(super) async fn confirmed(&mut self, request: &Admitted) -> Result<(), CallError> {
        if !self.policy.asks(request.route().class) {
            return Ok(());
        }
        let began = Instant::now();
        let Some(question) = Question::about(&self.who.1, &self.who.0, request) else {
            return Err(CallError::unshowable(request.route().name.clone()));
        };
        let reply = tokio::time::timeout(limits::CONFIRM_WAIT, self.ask.ask(&question)).await;
        self.deadline += began.elapsed();
        let route = request.route().name.clone();
        match reply {
            // A person takes minutes.
            Ok(Said::Yes) if self.has_lost_a_right(request) => Err(CallError::overtaken(route, None)),
            Ok(Said::Yes) => Ok(()),
            Ok(Said::No) => Err(CallError::declined(route)),
            Ok(Said::Later) => Err(CallError::to_be_confirmed(question)),
            Ok(Said::Nobody(why)) => Err(CallError::unconfirmed(route, why)),
            Err(_) => Err(CallError::unconfirmed(route, "nobody answered in time")),
        }
    }

    /// Whether a right under which this was let through is gone: what waited must not go out under it.
    fn has_lost_a_right(&self, request: &Admitted) -> bool {
        !self.served.grant(&self.who.0).keeps(request.granted(), &request.route().name)
    }

    async fn deliver_now(&mut self, request: &Admitted, telling: &mut Telling<'_>) -> Result<Answer, Stop> {
        if self.left() < limits::LEAST_ATTEMPT {
            return Err(Stop::Ends(CallError::out_of_time(request, None)));
        }
        if request.route().class == Class::Read {
            let brought = self.attempts(request, None, Before::default(), telling).await;
            return judged(request, brought, None);
        }
        let look = Look::of(request).map(|look| json!({"tool": look.tool, "arguments": look.arguments}).to_string());
        let opened = self.open(request, look).await?;
        telling.recorded(&opened);
        let pause = opened.earlier.as_ref().and_then(|earlier| earlier.pause);
        if let Some(pause) = pause {
            if pause + limits::LEAST_ATTEMPT > self.left() {
                self.unsent(&opened).await;
                return Err(Stop::Ends(CallError::out_of_time(request, Some(opened.id.to_string()))));
            }
            self.wait(pause, "The helpdesk may still be at work on the first attempt").await;
        }
        if self.has_lost_a_right(request) {
            self.unsent(&opened).await;
            let earlier = opened.earlier.as_ref().map(|_| opened.id.to_string());
            return Err(Stop::Ends(CallError::overtaken(request.route().name.clone(), earlier)));
        }
        let before = Before {
            outcome: opened.earlier.as_ref().map(|earlier| earlier.outcome),
            same_failure: opened.earlier.as_ref().and_then(|earlier| earlier.same_failure),
        };
        let brought = self.attempts(request, opened.key.as_deref(), before, telling).await;
        self.ended(request, &opened, &brought).await;
        if let (Ok(_), Some(earlier), Some(Outcome::Done)) = (&brought.result, &opened.earlier, brought.outcome) {
            self.notes.extend(settles(request, earlier));
        }
        judged(request, brought, Some(&opened))
    }

    /// Records a write, or ends the call where it may not be sent. Waits for an equal one that is under way.
    async fn open(&mut self, request: &Admitted, look: Option<String>) -> Result<Opened, Stop> {
        let mut told = false;
        loop {
            let begun = self.record.open(request, look.clone()).await;
            let begun = begun.map_err(|fault| Stop::Ends(CallError::unrecorded(request, fault)))?;
            match begun {
                Begun::Write { opened, .. } => return Ok(opened),
                Begun::Held(held) => return Err(Stop::Ends(CallError::held(request, held))),
                Begun::KeyReused => return Err(Stop::Ends(CallError::key_reused())),
                Begun::Wait if self.left() < limits::LEAST_ATTEMPT + limits::LEDGER_POLL => {
                    return Err(Stop::Ends(CallError::under_way(request)));
                }
                Begun::Wait => {
                    if !std::mem::replace(&mut told, true) {
                        (self.watch)(Told::Waiting("An equal write is under way; waiting for it to end.".into()));
                    }
                    sleep(limits::LEDGER_POLL).await;
                }
            }
        }
    }

    async fn attempts(
        &self,
        request: &Admitted,
        key: Option<&str>,
        before: Before,
        telling: &mut Telling<'_>,
    ) -> Brought {
        let route = request.route();
        let Before { mut outcome, mut same_failure } = before;
        let mut attempts = 0;
        self.budget.offer();
        loop {
            attempts += 1;
            telling.leaves(attempts);
            let result = self.helpdesk.send(request, key, self.left()).await;
            let came_back = CameBack::of(&result);
            outcome = Outcome::of(route, came_back).map(|now| outcome.map_or(now, |earlier| earlier.then(now)));
            same_failure = failure_of(&result).map(|digest| match same_failure {
                Some((known, count)) if known == digest => (digest, count.saturating_add(1)),
                _ => (digest, 1),
            });
            let answered = result.as_ref().ok();
            let timed_out = matches!(result, Err(Broken::TimedOut { .. }));
            let tried = Tried {
                attempts,
                came_back,
                status: answered.map(|answer| answer.status),
                timed_out,
                retry_after: answered.and_then(|answer| answer.retry_after),
                same_failures: same_failure.map_or(0, |(_, count)| count),
                left: self.left(),
                tokens: self.budget.tokens(),
                draw: draw(),
            };
            telling.brought(outcome);
            match upstream::next(route, &tried) {
                Next::Again { after } if self.budget.take() => {
                    self.wait(after, &format!("Attempt {attempts} on {} failed", route.name)).await;
                    if !self.has_lost_a_right(request) {
                        tracing::info!(target: "relay", route = %route.name, attempts, "sent again after {} ms", after.as_millis());
                        continue;
                    }
                }
                _ => {}
            }
            return Brought { result, came_back, outcome, attempts, same_failure, timed_out };
        }
    }

    /// Waits, and tells the person who waits too.
    async fn wait(&self, time: Duration, why: &str) {
        if time >= Duration::from_secs(1) {
            (self.watch)(Told::Waiting(format!("{why}; going on in {} s.", time.as_secs_f64().ceil())));
        }
        sleep(time).await;
    }

    async fn ended(&self, request: &Admitted, opened: &Opened, brought: &Brought) {
        let Some(outcome) = brought.outcome else { return };
        let identifiers = match &brought.result {
            Ok(answer) if outcome == Outcome::Done => answer.body.json().and_then(identifiers::of),
            _ => None,
        };
        let attempted = Attempted {
            outcome,
            attempts: brought.attempts,
            same_failure: brought.same_failure,
            pause: (brought.timed_out && request.route().repeat == Repeat::Keyed).then_some(limits::AFTER_TIMEOUT),
            identifiers: identifiers.map(|found| Value::Object(found).to_string()),
        };
        self.record.ended(opened.id, attempted).await;
    }

    /// Ends a write of which nothing was sent: what was known of it stays as it is.
    async fn unsent(&self, opened: &Opened) {
        let attempted = match &opened.earlier {
            None => Attempted::of(Outcome::NotSent),
            Some(Earlier { outcome, same_failure, pause, .. }) => {
                Attempted { pause: *pause, same_failure: *same_failure, ..Attempted::of(*outcome) }
            }
        };
        self.record.ended(opened.id, attempted).await;
    }

    /// The call in the ledger, for whoever knows when its answer arrived.
    pub(super) fn into_record(self) -> ledger::Call {
        self.record
    }

    /// What is left of the call's time.
    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// Hands a success on; puts what is known over all attempts into a failure.
fn judged(request: &Admitted, brought: Brought, opened: Option<&Opened>) -> Result<Answer, Stop> {
    upstream::judge(request, brought.result, brought.came_back).map_err(|mut failure| {
        failure.outcome = brought.outcome;
        failure.attempts = brought.attempts;
        if let Some(opened) = opened.filter(|_| brought.outcome == Some(Outcome::Unknown)) {
            failure.look = Look::of(request);
            failure.write = Some(opened.id.to_string());
            failure.stuck = brought.same_failure.is_some_and(|(_, count)| count >= limits::SAME_FAILURES);
        }
        if failure.is_our_bug() {
            tracing::error!(target: "relay", "{}", failure.for_log());
        } else {
            tracing::warn!(target: "relay", "{}", failure.for_log());
        }
        Stop::Failed(failure)
    })
}

/// What a success says when it took an earlier call's write over.
fn settles(request: &Admitted, earlier: &Earlier) -> Option<String> {
    if request.route().repeat != Repeat::Keyed {
        return None;
    }
    let since = earlier.since;
    Some(if earlier.same_call {
        format!(
            "this call was made before, at {since}, under the same key of the client: it happened once, and this is its answer."
        )
    } else {
        format!(
            "this settles the earlier call of {since}, which was sent without a known end: the same request went out again under the \
             same key, so it happened once. If a second one is wanted, call again."
        )
    })
}

/// A failure from inside the helpdesk, as far as it can be one that is stored under a key: a gateway's pages are not.
fn failure_of(result: &Result<Answer, Broken>) -> Option<Digest> {
    let answer = result.as_ref().ok().filter(|answer| answer.status >= 500)?;
    let body = answer.body.json()?;
    Some(Digest::of([answer.status.to_be_bytes().as_slice(), body.as_bytes()]))
}

/// A random number from 0 up to 1.
fn draw() -> f64 {
    const BITS: u32 = 32;
    let random = uuid::Uuid::new_v4().as_u128() & ((1 << BITS) - 1);
    random as f64 / (1_u64 << BITS) as f64
}
