//! Asking the person through the client: at once where a server may ask (protocols with a handshake), otherwise by an answer
//! that wants input first, after which the client calls again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use rmcp::RoleServer;
use rmcp::model::{
    CallToolRequestParams, CancelledNotificationParam, ClientResult, ElicitRequest, ElicitRequestParams, ElicitResult,
    ElicitationAction, ElicitationSchema, InputRequest, InputRequiredResult, RequestId, ServerRequest,
};
use rmcp::service::{Peer, PeerRequestOptions, RequestContext, ServiceError};

use crate::digest::Digest;
use crate::limits;
use crate::relay::{Ask, Question, Said};

/// The name under which the one question of an answer is asked.
const SEND: &str = "send";

/// What was asked and is not answered yet. The client carries only a random name of it, so that no answer can say yes to other
/// bytes than those that the person saw.
#[derive(Debug, Clone, Default)]
pub(super) struct Questions(Arc<Mutex<VecDeque<Pending>>>);

#[derive(Debug)]
struct Pending {
    name: String,
    asked: Digest,
    /// Requests of the same call to which the person has said yes before.
    approved: Vec<Digest>,
}

/// The person behind one request.
pub(super) struct Person<'c> {
    context: &'c RequestContext<RoleServer>,
    yeses: Yeses,
    declined: Option<Digest>,
}

/// What a person has said yes to over all runs of one call: a client that asks them itself calls again after each answer.
#[derive(Debug, Default)]
struct Yeses {
    /// Each as often as it was said.
    said: Vec<Digest>,
    /// Those that this run has not used yet. One yes is for one request: a run that comes again to what an earlier one sent uses
    /// that yes again, and an equal request beside it needs its own.
    unused: Mutex<Vec<Digest>>,
}

impl Yeses {
    fn of(said: Vec<Digest>) -> Self {
        Self { unused: Mutex::new(said.clone()), said }
    }

    fn takes(&self, asked: Digest) -> bool {
        let mut unused = self.unused.lock().unwrap_or_else(PoisonError::into_inner);
        let at = unused.iter().position(|said| *said == asked);
        at.map(|at| unused.swap_remove(at)).is_some()
    }
}

impl Questions {
    /// The person behind this request, with what they have answered before.
    pub(super) fn person<'c>(
        &self,
        request: &CallToolRequestParams,
        context: &'c RequestContext<RoleServer>,
    ) -> Person<'c> {
        let (mut said, mut declined) = (Vec::new(), None);
        let answer = request.input_responses.as_ref().and_then(|responses| responses.get(SEND));
        let pending = request.request_state.as_deref().and_then(|name| self.take(name));
        if let (Some(answer), Some(pending)) = (answer, pending) {
            said = pending.approved;
            let answer = serde_json::from_value::<ElicitResult>(answer.clone());
            match answer.map(|answer| answer.action) {
                Ok(ElicitationAction::Accept) => said.push(pending.asked),
                _ => declined = Some(pending.asked),
            }
        }
        Person { context, yeses: Yeses::of(said), declined }
    }

    /// The answer that lets the client ask, and call again.
    pub(super) fn ask(&self, question: &Question, approved: Vec<Digest>) -> InputRequiredResult {
        let name = uuid::Uuid::new_v4().simple().to_string();
        let pending = Pending { name: name.clone(), asked: question.digest, approved };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= limits::QUESTIONS {
            all.pop_front();
        }
        all.push_back(pending);
        let ask = InputRequest::Elicitation(ElicitRequest::new(form(question)));
        InputRequiredResult::new(Some([(SEND.to_owned(), ask)].into()), Some(name))
    }

    /// Each is answered once.
    fn take(&self, name: &str) -> Option<Pending> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|pending| pending.name == name)?;
        all.remove(at)
    }
}

impl Person<'_> {
    /// What they have said yes to.
    pub(super) fn approved(&self) -> Vec<Digest> {
        self.yeses.said.clone()
    }

    fn can_be_asked(&self) -> bool {
        let capability = self.context.client_capabilities().and_then(|capabilities| capabilities.elicitation);
        // One that names no form but an address cannot show a question.
        capability.is_some_and(|capability| capability.form.is_some() || capability.url.is_none())
    }
}

impl Ask for Person<'_> {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Said> {
        async move {
            if self.yeses.takes(question.digest) {
                return Said::Yes;
            }
            if self.declined == Some(question.digest) {
                return Said::No;
            }
            if !self.can_be_asked() {
                return Said::Nobody("this client cannot ask them");
            }
            if self.context.meta.protocol_version().is_some() {
                return Said::Later;
            }
            match elicit(&self.context.peer, question).await {
                Ok(ClientResult::ElicitResult(ElicitResult { action: ElicitationAction::Accept, .. })) => Said::Yes,
                Ok(ClientResult::ElicitResult(_)) => Said::No,
                _ => Said::Nobody("the client did not ask them"),
            }
        }
        .boxed()
    }
}

/// Asks through the client and waits for the answer. The question is withdrawn when nobody waits for it any more.
async fn elicit(peer: &Peer<RoleServer>, question: &Question) -> Result<ClientResult, ServiceError> {
    let request = ServerRequest::ElicitRequest(ElicitRequest::new(form(question)));
    let asked = peer.send_cancellable_request(request, PeerRequestOptions::no_options()).await?;
    let mut open = Open { peer: peer.clone(), question: Some(asked.id.clone()) };
    let answer = asked.await_response().await;
    open.question = None;
    answer
}

/// A question that the person still sees.
struct Open {
    peer: Peer<RoleServer>,
    question: Option<RequestId>,
}

impl Drop for Open {
    fn drop(&mut self) {
        let (Some(question), Ok(runtime)) = (self.question.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        let peer = self.peer.clone();
        runtime.spawn(async move {
            let why = "the call that it was asked for has ended".to_owned();
            // A client that is gone shows no question.
            let _ = peer.notify_cancelled(CancelledNotificationParam::new(Some(question), Some(why))).await;
        });
    }
}

/// A question without fields: to accept is to say yes.
fn form(question: &Question) -> ElicitRequestParams {
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: question.text.clone(),
        requested_schema: ElicitationSchema::new(std::collections::BTreeMap::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_yes_is_for_one_request() {
        let [mail, note] = ["mail", "note"].map(|text| Digest::of([text.as_bytes()]));
        let yeses = Yeses::of(vec![mail, note, mail]);
        assert!(yeses.takes(mail) && yeses.takes(mail) && yeses.takes(note));
        assert!(!yeses.takes(mail) && !yeses.takes(note));
        assert_eq!(yeses.said, [mail, note, mail], "the next run of the call has them all again");
    }

    #[test]
    fn questions_obeyed_and_violated() {
        let questions = Questions::default();
        let question = |n: usize| Question { text: "Send?".into(), digest: Digest::of([n.to_be_bytes().as_slice()]) };
        let names: Vec<String> = (0..=limits::QUESTIONS)
            .map(|n| questions.ask(&question(n), Vec::new()).request_state.expect("a name"))
            .collect();
        assert!(questions.take(&names[0]).is_none(), "the oldest went when there was one too many");
        assert_eq!(questions.take(&names[1]).map(|pending| pending.asked), Some(question(1).digest));
        assert!(questions.take(&names[1]).is_none(), "each is answered once");
        assert!(questions.take("guessed").is_none());
    }
}
